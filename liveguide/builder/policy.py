"""
The Content-Security-Policy of each page: everything from this site, and nothing inline but what
its author wrote.

An author's inline script or stylesheet runs by its hash. `style=` attributes,
which Markdown's own tables use, become rules of a stylesheet. Event attributes
(`onclick=`) and `javascript:` addresses stay forbidden and are reported.
`eval` needs `unsafe-eval: true` in the front matter, for that page alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .markup import Attributes, visit

_BASE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "frame-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
_EVAL = re.compile(r"\beval\s*\(|\bnew\s+Function\s*\(|\bset(?:Timeout|Interval)\s*\(\s*[\"'`]")
_DATA_SCRIPT = re.compile(r"(?:application|text)/(?!javascript|ecmascript)|speculationrules", re.I)
_FOREIGN = {
    "script": ("src", "script-src"),
    "link": ("href", "style-src"),
    "img": ("src", "img-src"),
    "iframe": ("src", "frame-src"),
    "audio": ("src", "media-src"),
    "video": ("src", "media-src"),
    "source": ("src", "media-src"),
}

BASE_POLICY = "; ".join(f"{name} {value}" for name, value in _BASE.items())
"""The policy of a page on which its author embedded nothing."""

RUNNER_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-eval' 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)
"""
The policy of the document in which edited code runs.

Its origin is opaque: no cookies, no storage, no way into the page. It may run
whatever was typed, and may speak to this site only.
"""


@dataclass
class Embedded:
    """
    What an author embedded in one page.

    Attributes:

        allowed: Sources to add to the policy's directives.

        eval_scripts: The inline scripts that call `eval` or its like.

        event_attributes: The event attributes that the policy stops, in page order.

        styles: The `style=` attributes that became a class, by the class.
    """

    allowed: dict[str, set[str]] = field(default_factory=dict)
    eval_scripts: list[str] = field(default_factory=list)
    event_attributes: list[str] = field(default_factory=list)
    styles: dict[str, str] = field(default_factory=dict)

    def allow(self, directive: str, source: str) -> None:
        """Add one source to one directive."""
        self.allowed.setdefault(directive, set()).add(source)

    def visit_text(self, name: str, attributes: Attributes, text: str) -> None:
        """Note the hash of an inline script or stylesheet."""
        if name == "style":
            self.allow("style-src", _hash(text))
        elif "src" not in attributes and not _DATA_SCRIPT.match(attributes.get("type") or ""):
            self.allow("script-src", _hash(text))
            if _EVAL.search(text):
                self.eval_scripts.append(text)

    def visit_tag(self, name: str, attributes: Attributes) -> None:
        """Note what a tag loads from other hosts, and its event attributes."""
        self.event_attributes += [key for key in attributes if key.startswith("on")]
        if name in _FOREIGN:
            attribute, directive = _FOREIGN[name]
            self._allow_address(directive, attributes.get(attribute) or "")
        for candidate in (attributes.get("srcset") or "").split(","):
            self._allow_address("img-src", candidate.strip().partition(" ")[0])

    def _allow_address(self, directive: str, written: str) -> None:
        try:
            address = urlsplit(written)
        except ValueError:  # reported with the link itself
            return
        if address.scheme in ("http", "https") and address.netloc:
            source = f"{address.scheme}://{address.netloc}{address.path}"
            if re.fullmatch(r"[\w:/.@%+~-]+", source):  # nothing that could end the directive
                self.allow(directive, source)

    def move_style(self, attributes: Attributes) -> bool:
        """Turn a `style=` attribute into a class; return whether there was one."""
        style = (attributes.get("style") or "").strip()
        if "style" not in attributes:
            return False
        del attributes["style"]
        if style:
            name = "style-" + hashlib.sha256(style.encode()).hexdigest()[:8]
            attributes["class"] = f"{attributes.get('class') or ''} {name}".strip()
            self.styles[name] = style
        return True

    def stopped(self, source: str) -> Iterator[tuple[str, int | None]]:
        """Yield what the policy stops, an event attribute or `eval`, and where in *source*."""
        for script in self.eval_scripts:
            call, start = _EVAL.search(script), source.find(script)
            yield "eval", start + call.start() if call and start >= 0 else None
        for attribute, count in Counter(self.event_attributes).items():
            pattern = rf"(?<=[\s\"'{{]){re.escape(attribute)}\s*="
            found = re.finditer(pattern, source, re.IGNORECASE)
            places: list[int | None] = [match.start() for match in found]
            for offset in places[:count] or [None]:
                yield attribute, offset

    def policy(self, unsafe_eval: bool = False) -> str:
        """Return the text of the policy."""
        directives = dict(_BASE)
        if unsafe_eval:
            self.allow("script-src", "'unsafe-eval'")
        for directive, sources in self.allowed.items():
            directives[directive] += "".join(f" {source}" for source in sorted(sources))
        return "; ".join(f"{name} {value}" for name, value in directives.items())


def embedded_in_document(html: str) -> Embedded:
    """
    Return what a whole HTML file of the author's embeds.

    Such a file is published as it is, so its `style=` attributes are allowed
    by their hashes, not moved.
    """
    embedded = Embedded()

    def visit_tag(name: str, attributes: Attributes) -> bool:
        embedded.visit_tag(name, attributes)
        if attributes.get("style"):
            embedded.allow("style-src", "'unsafe-hashes'")
            embedded.allow("style-src", _hash(attributes["style"] or ""))
        return False

    visit(html, visit_tag, embedded.visit_text)
    return embedded


def author_stylesheet(styles: dict[str, str]) -> str:
    """Return the rules of all classes that stand for `style=` attributes."""
    return "".join(
        f".{name} {{ {style.replace('}', ' ').replace('{', ' ')} }}\n"
        for name, style in sorted(styles.items())
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
