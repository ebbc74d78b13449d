"""The key that sessions' cookies are signed with: a file that is made at the first start."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import stat
from pathlib import Path

from ...errors import UsageError

log = logging.getLogger(__name__)

_SECRET_BYTES = 32
_FEWEST_VALUES = 10
_DEFAULTS = re.compile(rb"secret|change|password|passwort|default|example|liveguide", re.IGNORECASE)


def load_secret(folder: Path) -> bytes:
    """
    Return the key for signing cookies, made at the first start.

    Args:

        folder: Where the file `secret` is kept, readable by its owner only.
            Where nothing can be written there, the key lasts as long as the
            process and a warning says so.

    Raises:

        UsageError: The file is there, but can't be read, is too short or too
            easily guessed, or others may read it.
    """
    path = folder / "secret"
    try:
        return _read_secret(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_secret(path)
    except OSError as error:
        log.warning(
            "%s can't be written (%s): sessions will end with this process", path, error.strerror
        )
        return secrets.token_bytes(_SECRET_BYTES)
    return _read_secret(path)


def load_older_secrets(folder: Path) -> list[bytes]:
    """
    Return the key that cookies were signed with before the present one, if it is kept.

    It is the file `secret.old`: what `secret` was called before an operator moved it out of
    the way. Whoever stops trusting it deletes it.

    Args:

        folder: Where the secrets are kept.

    Raises:

        UsageError: As `load_secret`.
    """
    try:
        return [_read_secret(folder / "secret.old")]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _write_secret(path: Path) -> None:
    """Create the file whole or not at all, and never over another process's."""
    part = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
        # Another process may be first: its secret is as good.
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()


def _read_secret(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            secret = file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise UsageError(
            f"{path} can't be read ({error.strerror}); "
            "make it readable for the server, or delete it"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            f"{path} may be read by others (mode {stat.S_IMODE(mode):04o}); "
            f"delete it, or run: chmod 600 {path}"
        )
    if len(secret) < _SECRET_BYTES:
        raise UsageError(
            f"{path} holds {len(secret)} bytes, but a secret has at least {_SECRET_BYTES}; "
            "delete it"
        )
    if len(set(secret)) < _FEWEST_VALUES or _DEFAULTS.search(secret):
        raise UsageError(f"{path} holds what can be guessed; delete it, and a random one is made")
    return secret
