"""TLS: the certificate and key that the command line names, as the server uses them."""

from __future__ import annotations

import ssl
from pathlib import Path

from ...errors import UsageError

_BEGINS = "-----BEGIN "
_KEY = "PRIVATE KEY-----"


def tls_context(certfile: Path | None, keyfile: Path | None) -> ssl.SSLContext | None:
    """
    Return what the server needs to speak TLS 1.2 or newer, `None` where no file is named.

    Args:

        certfile: A PEM file with the certificate, those that it hangs on
            after it, and the key too where no *keyfile* is named.

        keyfile: A PEM file with the certificate's private key.

    Raises:

        UsageError: A file can't be read, does not hold what it should, or
            the key is another certificate's or has a password.
    """
    if certfile is None:
        if keyfile is not None:
            raise UsageError("--keyfile needs the key's certificate; name its file with --certfile")
        return None
    if f"{_BEGINS}CERTIFICATE-----" not in _pem(certfile):
        raise UsageError(f"{certfile} holds no certificate; --certfile takes one in PEM format")
    if _KEY not in _pem(keyfile or certfile):
        raise UsageError(
            f"{keyfile} holds no private key; --keyfile takes one in PEM format"
            if keyfile
            else f"{certfile} holds no private key; name its file with --keyfile"
        )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, certfile, keyfile or certfile)
    return context


def _load(context: ssl.SSLContext, certfile: Path, keyfile: Path) -> None:
    def refuse() -> str:
        # Without this OpenSSL would ask at the terminal, and a service would wait for ever.
        raise UsageError(
            f"the key in {keyfile} has a password; "
            f"write it without one: openssl pkey -in {keyfile} -out PLAIN"
        )

    try:
        context.load_cert_chain(certfile, keyfile, password=refuse)
    except ssl.SSLError as error:
        reason = (error.reason or "unknown").replace("_", " ").lower()
        if error.reason == "KEY_VALUES_MISMATCH":
            raise UsageError(
                f"the key in {keyfile} is not that of the first certificate in {certfile}"
            ) from error
        files = f"{certfile} and {keyfile}" if certfile != keyfile else str(certfile)
        raise UsageError(
            f"OpenSSL can't use {files} ({reason}); write the certificate and its key anew"
        ) from error


def _pem(path: Path) -> str:
    try:
        return path.read_text(encoding="latin-1")  # a file in another format is bytes
    except OSError as error:
        raise UsageError(
            f"{path} can't be read ({error.strerror}); name a PEM file that the server may read"
        ) from error
