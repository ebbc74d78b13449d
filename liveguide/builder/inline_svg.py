"""
Read an SVG file so that it can stand in a page: as markup of that page, not as a picture.

Only then does it follow the page's colours, by `currentColor` and `var(--accent)`. But in the page
its ids would meet others, and what it loads or runs would be the page's own: ids get a prefix, and
whatever is not plain drawing is an error with its line. What drawing programs add in namespaces of
their own is left out.
"""

from __future__ import annotations

import re
from html import escape
from xml.parsers import expat

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_SEPARATOR = " "

_DRAWING = frozenset(
    (
        "svg g defs symbol use switch title desc metadata path rect circle ellipse line "
        "polyline polygon text tspan textPath marker mask pattern clipPath linearGradient "
        "radialGradient stop image filter feBlend feColorMatrix feComponentTransfer "
        "feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight "
        "feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge "
        "feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile "
        "feTurbulence animate animateMotion animateTransform mpath set view"
    ).split()
)
_FIXES = {
    "script": "the page's security policy stops it; remove it",
    "style": "its rules would hold for the whole page; write them as attributes, such as fill=",
    "foreignObject": "write it as text, or show the file without .inline",
    "a": "a picture that is one for screen readers has no links; write the link into the text",
}
_LEFT_OUT = frozenset({"metadata", "title", "desc"})
_REFERENCE = re.compile(r"""url\(\s*["']?(?P<target>[^"')]*)["']?\s*\)""", re.IGNORECASE)
# What loads in CSS by another name, or stays open: browsers close it at the end.
_LOADS = re.compile(
    r"""\\|(?<![\w-])(?:-\w+-)?image-set\s*\(|(?<![\w-])src\s*\(|url\((?!#)""", re.IGNORECASE
)
_OF_PAGES = frozenset({"is", "slot", "part", "autofocus", "tabindex", "contenteditable"})
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif);base64,")
_IDS = frozenset({"aria-labelledby", "aria-describedby"})
_TIMED = re.compile(r"(?<![\w-])(?P<id>[A-Za-z_][\w-]*)\.(?=[a-z]+)")


class SVGError(ValueError):
    """
    The file can't stand in a page; the message says why.

    Attributes:

        line: The line of the file.
    """

    def __init__(self, line: int, message: str):
        super().__init__(message)
        self.line = line


def inline_svg(text: str, label: str, prefix: str) -> str:
    """
    Return an SVG file as markup for a page.

    Args:

        text: The file's text.

        label: What it shows, in words.

        prefix: What its ids begin with, so that they are like no other id of the page.

    Raises:

        SVGError: It is no SVG, or holds what has no place in a page.
    """
    return _Reader(label, prefix).read(text)


def svg_size(text: str) -> tuple[float, float] | None:
    """Return the width and height of an SVG file in pixels, or `None` if it does not say."""
    opening = re.search(r"<svg\b[^>]*>", text)
    if opening is None:
        return None
    sides = {
        name: float(value)
        for name, value in re.findall(
            r"""\s(width|height)\s*=\s*["']\s*(\d+(?:\.\d+)?)(?:px)?\s*["']""", opening[0]
        )
    }
    if len(sides) == 2:
        return sides["width"], sides["height"]
    box = re.search(r"""\sviewBox\s*=\s*["']([^"']*)["']""", opening[0])
    numbers = re.findall(r"-?\d+(?:\.\d+)?", box[1]) if box else []
    return (float(numbers[2]), float(numbers[3])) if len(numbers) == 4 else None


class _Reader:
    """Writes a file anew while the parser reads it."""

    def __init__(self, label: str, prefix: str):
        self._label = label
        self._prefix = prefix
        self._written: list[str] = []
        self._left_out = 0
        self._depth = 0
        self._parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._entity

    def read(self, text: str) -> str:
        """Return the file as markup for a page."""
        try:
            self._parser.Parse(text, True)
        except expat.ExpatError as error:
            raise SVGError(
                error.lineno, f"it is no XML: {expat.ErrorString(error.code)}"
            ) from error
        return "".join(self._written).strip()

    def _stop(self, message: str) -> None:
        raise SVGError(self._parser.CurrentLineNumber, message)

    def _entity(self, *_: object) -> None:
        self._stop("it declares an entity; save it without")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(_SEPARATOR)
        if not self._depth and (space, local) != (_SVG, "svg"):
            self._stop(f"its outermost element is {local!r}; it must be svg, with xmlns={_SVG!r}")
        self._depth += 1
        if self._left_out or space != _SVG or local in _LEFT_OUT:
            self._left_out += 1
            return
        if local not in _DRAWING:
            fix = _FIXES.get(local, "show the file without .inline, or remove it")
            self._stop(f"it has a {local!r} element: {fix}")
        written = [self._attribute(local, *pair) for pair in attributes.items()]
        if self._depth == 1:
            written = [f' role="img" aria-label="{escape(self._label)}"', *written]
        self._written.append(f"<{local}{''.join(written)}>")

    def _attribute(self, element: str, name: str, value: str) -> str:
        space, _, local = name.rpartition(_SEPARATOR)
        if space not in ("", _XLINK, _XML):
            return ""
        if local.lower().startswith("on"):
            self._stop(
                f"the attribute {local!r} is stopped by the page's security policy; remove it"
            )
        animated = value.strip().rpartition(":")[2].lower() if local == "attributeName" else ""
        if animated in ("href", "style", "class", "id") or animated.startswith("on"):
            self._stop(f"it animates {value!r}; animate another attribute")
        if local == "href":
            value = self._reference(element, value)
        elif space or local.lower() in _OF_PAGES:
            return ""
        elif local == "id":
            if len(value.split()) != 1 or value != value.strip():
                self._stop(f"the id {value!r} is none; write it without spaces")
            value = self._prefix + value
        elif local in _IDS:
            value = " ".join(self._prefix + id_ for id_ in value.split())
        elif local in ("begin", "end"):
            value = _TIMED.sub(lambda found: f"{self._prefix}{found['id']}.", value)
        elif self._depth == 1 and local in ("role", "aria-label", "tabindex"):
            return ""
        else:
            value = _REFERENCE.sub(self._url, value)
            if not local.startswith(("aria-", "data-")) and _LOADS.search(value):
                self._stop(
                    f"it may load something, in {local}={value[:60]!r}; write it without "
                    "\\, image-set() and src(), and url() only as url(#id)"
                )
        return f' {local}="{escape(value)}"'

    def _reference(self, element: str, value: str) -> str:
        value = value.strip()
        if value.startswith("#"):
            return f"#{self._prefix}{value[1:]}"
        if element not in ("image", "feImage") or not _PICTURE.match(value):
            self._stop(f"it refers to {value[:60]!r}; a file in the page may only refer to itself")
        return value

    def _url(self, found: re.Match[str]) -> str:
        target = found["target"].strip()
        if not target.startswith("#"):
            self._stop(f"it refers to {target[:60]!r}; a file in the page may only refer to itself")
        return f"url(#{self._prefix}{target[1:]})"

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._left_out:
            self._left_out -= 1
            return
        self._written.append(f"</{name.rpartition(_SEPARATOR)[2]}>")

    def _text(self, text: str) -> None:
        if not self._left_out:
            self._written.append(escape(text, quote=False))
