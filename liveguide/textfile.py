"""Reading text that people wrote, on whatever system they wrote it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .errors import SourceError


def read_text(path: Path) -> str:
    """
    Return the text of a UTF-8 file with Unix line ends and without a byte-order mark.

    Raises:

        SourceError: The file is not UTF-8 or can't be read, or it is no file.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            content = file.read() if is_file else b""
    except OSError as error:
        raise SourceError(str(path), None, f"it can't be read: {error.strerror}") from error
    if not is_file:
        raise SourceError(str(path), None, "this is a pipe or a device; put a file in its place")
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


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe, too, which is waited for otherwise until somebody writes to it."""
    return os.open(path, flags | os.O_NONBLOCK)
