"""Read `key=value` options, as fences and `:::` blocks carry them."""

from __future__ import annotations

import re

_OPTION = re.compile(
    r"""\s*(?P<key>[A-Za-z_][\w:.-]*)
        (?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'=]+(?:=[^\s"']*)?)))?
        (?=\s|$)""",
    re.VERBOSE,
)


class OptionsError(ValueError):
    """The options can't be read; the message says where and why."""


def parse_options(text: str) -> dict[str, str | None]:
    """
    Return the options in *text*: values bare or quoted, in any order; a flag's value is `None`.

    Raises:

        OptionsError: A part is not `key`, `key=value` or `key="value"`, or a key comes twice.
    """
    options: dict[str, str | None] = {}
    position, text = 0, text.rstrip()
    while position < len(text):
        match = _OPTION.match(text, position)
        if match is None:
            rest = text[position:].strip()
            odd = rest.count('"') % 2 or rest.count("'") % 2
            fix = "close the quote" if odd else 'write options as key=value or key="two words"'
            raise OptionsError(f"{rest[:60]!r} can't be read; {fix}")
        key = match["key"]
        if key in options:
            raise OptionsError(f"{key!r} is given twice; remove one")
        values = (match["double"], match["single"], match["bare"])
        options[key] = next((value for value in values if value is not None), None)
        position = match.end()
    return options
