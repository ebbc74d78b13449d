"""
The keys of traces: which process holds a trace, verifiable by all that share its secret.

Pure. A key is that process, the time in hexadecimal, a random word, and a signature of the three.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

LASTS = 24 * 60 * 60
"""Seconds for which a key is worth something in another process than its own."""

_KEY = re.compile(r"([\w-]{12})([0-9a-f]{8})[\w-]{22}", re.ASCII)
_SIGNATURE = 22


class Keys:
    """
    Makes keys for one process, and knows those of others.

    Args:

        secret: What processes share.

        process: This one, by a random word of 12 characters.
    """

    def __init__(self, secret: bytes, process: str) -> None:
        self._secret = secret
        self.process = process

    def new(self, now: float) -> str:
        """Return a new key; *now* in seconds since 1970."""
        key = f"{self.process}{int(now):08x}{secrets.token_urlsafe(16)}"
        return key + self._signature(key)

    def holder(self, key: str, now: float) -> str | None:
        """Return which process holds the trace of a key, `None` where the key is worth nothing."""
        told, signature = key[:-_SIGNATURE], key[-_SIGNATURE:]
        found = _KEY.fullmatch(told)
        if found is None or not hmac.compare_digest(signature, self._signature(told)):
            return None
        return found[1] if now - int(found[2], 16) <= LASTS else None

    def _signature(self, key: str) -> str:
        digest = hmac.digest(self._secret, f"trace {key}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
