"""
Passwords, hashed for a file that many may read.

A hash is one line of text, `scrypt$N$R$P$SALT$HASH`, with scrypt's three costs
(RFC 7914, section 2) as numbers, and the salt and the hash in base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass

_SCHEME = "scrypt"
_COSTS = (2**14, 8, 1)  # 16 MiB and some 40 ms
_SALT_BYTES = 16
_HASH_BYTES = 32
_MOST_MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True)
class PasswordHash:
    """
    What is known of a password, which is not enough to tell it.

    Attributes:

        costs: scrypt's N, r and p.

        salt: Random bytes.

        digest: What scrypt makes of the password, the salt and the costs.
    """

    costs: tuple[int, int, int]
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a password with a new salt."""
        salt = os.urandom(_SALT_BYTES)
        return cls(_COSTS, salt, _scrypt(password, salt, _COSTS, _HASH_BYTES))

    @classmethod
    def parse(cls, text: str) -> PasswordHash:
        """
        Read a hash.

        Raises:

            ValueError: The text is no hash, or its costs are out of bounds; the message says why.
        """
        scheme, *parts = text.split("$")
        if scheme != _SCHEME or len(parts) != 5:
            raise ValueError("it is not of the form scrypt$N$R$P$SALT$HASH")
        n, r, p = (int(x) if x.isascii() and x.isdigit() and len(x) < 9 else 0 for x in parts[:3])
        # What a file says must cost neither too little nor the whole memory.
        if n & (n - 1) or n < 2**13 or not 8 <= r <= 32 or not 1 <= p <= 16:
            raise ValueError(f"its costs, {n}, {r} and {p}, are not those of a sound hash")
        if 128 * n * r > _MOST_MEMORY:
            raise ValueError(f"its costs, {n}, {r} and {p}, ask for more than 64 MiB")
        try:
            salt, digest = (base64.b64decode(part, validate=True) for part in parts[3:])
        except (binascii.Error, ValueError):
            raise ValueError("its salt or its hash is not base64") from None
        if not 8 <= len(salt) <= 64 or not 16 <= len(digest) <= 64:
            raise ValueError("its salt or its hash is cut short, or too long")
        return cls((n, r, p), salt, digest)

    def __str__(self) -> str:
        encoded = (base64.b64encode(part).decode() for part in (self.salt, self.digest))
        return "$".join([_SCHEME, *map(str, self.costs), *encoded])

    def verify(self, password: str) -> bool:
        """Say whether this is the hash of *password*; takes as long as making one."""
        made = _scrypt(password, self.salt, self.costs, len(self.digest))
        return hmac.compare_digest(made, self.digest)


def _scrypt(password: str, salt: bytes, costs: tuple[int, int, int], length: int) -> bytes:
    n, r, p = costs
    # Keyboards differ in how they write an accented letter (RFC 8265, section 4.2.2).
    text = unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
    memory = 128 * r * (n + p + 2) + 1024 * 1024
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=length)
