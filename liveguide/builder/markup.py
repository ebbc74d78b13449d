"""Visit the tags of finished HTML, and change attributes where a visitor asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

# Most tags of a page carry nothing to visit: they lay it out, or say what is what.
_VISITED = re.compile(
    r"""<!--(?s:.)*?-->
      | <(?P<raw>script|style)(?P<raw_attributes>(?:\s(?>[^<>"']+|"[^"]*"|'[^']*')*+)?)>
        (?P<text>(?s:.)*?)</(?P=raw)\s*>
      | <(?!(?:span|div|code|figure|p|aside|details|li|t[dh])
            (?:\ (?:class|tabindex|title|role|(?:aria|data)-[a-z]+)="[^"]*")*+>)
        (?P<tag>[a-zA-Z][\w-]*)
        (?P<attributes>\s(?>[^<>"']+|"[^"]*"|'[^']*')*+)>""",
    re.VERBOSE | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'>/=]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+)))?"""
)
_CANDIDATE = re.compile(r"\s*(?P<address>[^\s,]\S*[^\s,]|[^\s,])(?P<size>\s+[\d.]+[wx])?\s*(?:,|$)")

Attributes = dict[str, str | None]
VisitTag = Callable[[str, Attributes], bool]
"""Takes a tag's name and attributes (a flag's value is `None`); returns whether it changed them."""

VisitText = Callable[[str, Attributes, str], None]
"""Takes the name, the attributes and the text of a `script` or `style` element."""


def visit(html: str, visit_tag: VisitTag, visit_text: VisitText) -> str:
    """Return *html* with the attributes that *visit_tag* changed; all else to the letter."""

    def replace(match: re.Match[str]) -> str:
        if match["tag"]:
            attributes = read_attributes(match["attributes"])
            if not visit_tag(match["tag"].lower(), attributes):
                return match[0]
            slash = " /" if match["attributes"].rstrip().endswith("/") else ""
            return f"<{match['tag']}{write_attributes(attributes)}{slash}>"
        if match["raw"]:
            name, attributes = match["raw"].lower(), read_attributes(match["raw_attributes"])
            visit_text(name, attributes, match["text"])
            if visit_tag(name, attributes):
                opening = f"<{match['raw']}{write_attributes(attributes)}>"
                return opening + match[0][match.start("text") - match.start() :]
        return match[0]

    return _VISITED.sub(replace, html)


def read_attributes(text: str) -> Attributes:
    """Return the attributes in the text of a tag, names in lower case and values unescaped."""
    attributes: Attributes = {}
    for match in _ATTRIBUTE.finditer(text):
        kind = match.lastgroup or ""  # of its value, where it has one
        value = None if kind == "name" else unescape(match[kind])
        attributes.setdefault(match["name"].lower(), value)
    return attributes


def candidates(srcset: str) -> list[tuple[str, str]]:
    """Return each address of a `srcset` and the size behind it; raise `ValueError` for nonsense."""
    found, position = [], 0
    while position < len(srcset.rstrip()):
        match = _CANDIDATE.match(srcset, position)
        if match is None:
            raise ValueError(srcset)
        found.append((match["address"], match["size"] or ""))
        position = match.end()
    return found


def write_attributes(attributes: Attributes) -> str:
    """Return attributes as they stand in a tag, with a space before each."""
    return "".join(
        f" {name}" if value is None else f' {name}="{escape(value)}"'
        for name, value in attributes.items()
    )
