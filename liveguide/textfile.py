"""Reading text that people wrote, on whatever system they wrote it."""

from __future__ import annotations

from pathlib import Path

from .errors import SourceError


def read_text(path: Path) -> str:
    """
    Return the text of a UTF-8 file with Unix line ends and without a byte-order mark.

    Raises:

        SourceError: The file is not UTF-8 or can't be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(str(path), None, f"it can't be read: {error.strerror}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            str(path),
            line,
            f"byte {content[error.start]:#04x} is not UTF-8; save the file as UTF-8",
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
