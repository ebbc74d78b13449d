"""What stands for `$YAMLURL` and `$YAMLPATH` in a `gramex.yaml`: where the file is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ...errors import did_you_mean

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|([A-Z]\w*))")


class Variables:
    """
    Puts the folder's address and path in place of one file's variables.

    At the top of the guide the address is empty, and the slash before it goes too.

    Args:

        path: The file.

        folder: Its folder relative to the guide, empty for the guide itself.

        report: Called with a line and a message about a variable that there is not.
    """

    def __init__(self, path: Path, folder: str, report: Callable[[int, str], None]) -> None:
        self._path = str(path.parent.resolve())
        self._folder = folder
        self._report = report

    def in_text(self, text: str) -> str:
        """Return a text with its variables replaced; a name that is none of ours is left."""
        values = {"YAMLURL": quote(self._folder), "YAMLPATH": self._path}
        return self._replaced(text, lambda match: values.get(match[1] or match[2], match[0]))

    def in_value(self, value: Any) -> Any:
        """Return a value of whatever shape with the variables of its texts replaced."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, list):
            return [self.in_value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.in_value(item) for key, item in value.items()}
        return value

    def in_pattern(self, pattern: str, line: int) -> str:
        """Return a pattern with its variables replaced by what matches them."""
        values = {"YAMLURL": _url_pattern(self._folder), "YAMLPATH": re.escape(self._path)}

        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name not in values:
                hint = did_you_mean(name, values) or "; there are YAMLURL and YAMLPATH"
                self._report(line, f"there is no variable ${name}{hint}")
            return values.get(name, match[0])

        return self._replaced(pattern, value)

    def _replaced(self, text: str, value: Callable[[re.Match[str]], str]) -> str:
        if not self._folder:
            text = re.sub(r"/\$(YAMLURL\b|\{YAMLURL\})(?=/)", "", text)
        return _VARIABLE.sub(value, text)


def _url_pattern(folder: str) -> str:
    """
    Return a pattern for the folder's part of a request's path.

    Tornado matches the path as it was sent, percent-encoded. Links encode more
    than browsers do of themselves, so either form of a mark is accepted.
    """
    return "".join(
        f"(?:{re.escape(c)}|{quote(c)})" if c in "!$&'()*+,;=:@" else re.escape(quote(c))
        for c in folder
    )
