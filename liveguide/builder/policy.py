"""
The Content-Security-Policy of each page: everything from this site, and nothing inline but what
its author wrote.

An author's inline script or stylesheet runs by its hash. Text becomes HTML or a script only
through a Trusted Types policy, in browsers that know them: chat messages that somebody puts
into `innerHTML` are stopped there, and reported here. `style=` attributes,
which Markdown's own tables use, become rules of a stylesheet. Event attributes
(`onclick=`) and `javascript:` addresses stay forbidden and are reported.
`eval` needs `unsafe-eval: true` in the front matter, for that page alone.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import quote, urlsplit

from .markup import Attributes, candidates, visit

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
    "require-trusted-types-for": "'script'",
}
_EVAL = re.compile(r"\beval\s*\(|\bnew\s+Function\s*\(|\bset(?:Timeout|Interval)\s*\(\s*[\"'`]")
_HTML_OF_TEXT = re.compile(
    r"(?<=\.)(?:innerHTML|outerHTML|srcdoc)(?=\s*\+?=(?!=))"
    r"|\b(?:insertAdjacentHTML|createContextualFragment|parseFromString|setHTMLUnsafe)(?=\s*\()"
    r"|\bdocument\.write(?:ln)?(?=\s*\()"
)
_DATA_SCRIPT = re.compile(r"(?:application|text)/(?!javascript|ecmascript)|speculationrules", re.I)
_ADDRESSES = {"action", "data", "formaction", "href", "src", "xlink:href"}
# Browsers skip control characters, however many, before each letter and the colon.
_SCRIPT = re.compile("".join(rf"[\x00-\x20]*{letter}" for letter in "javascript:"), re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_FOREIGN = {
    "script": {"src": "script-src"},
    "link": {"href": "style-src"},
    "img": {"src": "img-src"},
    "input": {"src": "img-src"},
    "iframe": {"src": "frame-src"},
    "audio": {"src": "media-src"},
    "video": {"src": "media-src", "poster": "img-src"},
    "source": {"src": "media-src"},
    "track": {"src": "media-src"},
}
_PLUGINS = ("embed", "object")  # nothing is allowed to them, not even what is of this site
_HOST = re.compile(r"[\w.-]+(:\d+)?", re.ASCII)

_PATH = re.compile(r"(?<![:/])/.*")

LARGEST = 2048
"""In characters: a policy is sent as a header, and proxies take 4 KB for all headers together."""

TOO_LARGE = (
    f"is longer than {LARGEST:,} characters, so proxies may refuse to send it; "
    "move inline scripts and styles into files"
)
"""What is said of a policy that is."""

EVAL = "eval"
"""What `stopped` calls `eval` and its like."""

NO_HTML_OF_TEXT = (
    "use textContent or append(), or make a Trusted Types policy: see 'Scripts' in the guide"
)
"""What authors do instead."""

OF_ANOTHER_HOST = (
    "is code of another host, which may be another tomorrow; keep a copy in the guide, "
    "or add integrity= with its hash"
)
"""What is said of it."""

NOT_NAMED = "is stopped by the security policy, which can't name its host; keep a copy in the guide"
"""What is said of it."""

NO_PLUGINS = "is stopped by the security policy; use <img>, <video> or <iframe>"
"""What is said of `<embed>` and `<object>`."""

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

        scripts: The inline scripts.

        attributes: The names of the attributes that the policy stops, in page order.

        addresses: The `javascript:` addresses, which it stops too.

        unnamed: The addresses at other hosts that no policy can name.

        plugins: The names of the elements that no policy of ours allows.

        foreign: The addresses of code of other hosts that is taken as it comes.

        styles: The `style=` attributes that became a class, by the class.

        is_drawing: Whether it is an SVG file.
    """

    allowed: dict[str, set[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    plugins: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    styles: dict[str, str] = field(default_factory=dict)
    is_drawing: bool = False

    def allow(self, directive: str, source: str) -> None:
        """Add one source to one directive."""
        self.allowed.setdefault(directive, set()).add(source)

    def visit_text(self, name: str, attributes: Attributes, text: str) -> None:
        """Note the hash of an inline script or stylesheet."""
        if name == "style":
            self.allow("style-src", _hash(text))
        elif "src" not in attributes and not _DATA_SCRIPT.match(attributes.get("type") or ""):
            self.allow("script-src", _hash(text))
            self.scripts.append(text)

    def visit_tag(self, name: str, attributes: Attributes) -> None:
        """Note what a tag loads from other hosts, and what in it the policy stops."""
        self.attributes += [key for key in attributes if key.startswith("on")]
        self.addresses += [
            value
            for key in _ADDRESSES & attributes.keys()
            if (value := attributes[key]) and _SCRIPT.match(value)
        ]
        if name in _PLUGINS:
            self.plugins.append(name)
        for attribute, directive in _FOREIGN.get(name, {}).items():
            address = attributes.get(attribute) or ""
            self._allow_address(directive, address)
            is_code = name == "script" or (attributes.get("rel") or "").lower() == "stylesheet"
            if is_code and _ELSEWHERE.match(address) and not attributes.get("integrity"):
                self.foreign.append(address)
        srcset = attributes.get("srcset")
        if srcset:
            with contextlib.suppress(ValueError):  # reported with the link itself
                for address, _ in candidates(srcset):
                    self._allow_address("img-src", address)

    def _allow_address(self, directive: str, written: str) -> None:
        if not _ELSEWHERE.match(written):
            return
        try:
            address = urlsplit(written.strip())
        except ValueError:  # reported with the link itself
            return
        name, colon, port = address.netloc.partition(":")
        host = ".".join(map(_in_ascii, name.split("."))) + colon + port
        if not _HOST.fullmatch(host):
            self.unnamed.append(written)
            return
        # Without a scheme it means that of the page. Browsers decode paths before they compare
        # them, so everything is encoded that could end the directive.
        scheme = f"{address.scheme}://" if address.scheme else ""
        self.allow(directive, scheme + host + quote(address.path, safe="/%:@+~"))

    def move_style(self, attributes: Attributes) -> bool:
        """Turn a `style=` attribute into a class; return whether there was one."""
        style = (attributes.get("style") or "").strip()
        if "style" not in attributes:
            return False
        del attributes["style"]
        if style:
            name = "style-" + hashlib.sha256(style.encode()).hexdigest()[:16]
            attributes["class"] = f"{attributes.get('class') or ''} {name}".strip()
            self.styles[name] = style
        return True

    def stopped(self, source: str) -> Iterator[tuple[str, int | None]]:
        """Yield what is reported, an attribute, address, element or call; and where in *source*."""
        for script in self.scripts:
            start = source.find(script)
            for what, place in stopped_in_script(script):
                yield what, start + place if start >= 0 else None
        for attribute, count in Counter(self.attributes).items():
            pattern = rf"(?<=[\s\"'{{]){re.escape(attribute)}\s*="
            for offset in _places(pattern, source, count):
                yield attribute, offset
        for address, count in Counter(self.addresses + self.unnamed + self.foreign).items():
            for offset in _places(re.escape(address), source, count):
                yield address, offset
        for name, count in Counter(self.plugins).items():
            for offset in _places(rf"<{name}\b", source, count):
                yield name, offset

    def fault(self, what: str) -> str | None:
        """Return what is said of an address or an element of other hosts, if *what* is one."""
        if what in self.foreign:
            return f"{what[:200]!r} {OF_ANOTHER_HOST}"
        if what in self.unnamed:
            return f"{what[:200]!r} {NOT_NAMED}"
        return f"the element <{what}> {NO_PLUGINS}" if what in self.plugins else None

    def policy(self, unsafe_eval: bool = False) -> str:
        """Return the text of the policy; of a long one, that of a shorter one which allows more."""
        directives = dict(_BASE)
        if unsafe_eval:
            self.allow("script-src", "'unsafe-eval'")
            del directives["require-trusted-types-for"]  # which stops `eval` of text as well
        policy = self._text(directives)
        if len(policy) > LARGEST:
            self._widen()
            policy = self._text(directives)
        return policy

    def _widen(self) -> None:
        """Allow pictures, sounds and films by their hosts, and all styles of a drawing."""
        for directive in ("img-src", "media-src"):
            sources = self.allowed.get(directive, set())
            self.allowed[directive] = {_PATH.sub("", source) for source in sources}
        if self.is_drawing:  # beside a hash, 'unsafe-inline' means nothing
            sources = self.allowed.get("style-src", set())
            self.allowed["style-src"] = {s for s in sources if not s.startswith("'")}
            self.allow("style-src", "'unsafe-inline'")

    def _text(self, base: dict[str, str]) -> str:
        directives = dict(base)
        for directive, sources in self.allowed.items():
            directives[directive] += "".join(f" {source}" for source in sorted(sources))
        return "; ".join(f"{name} {value}" for name, value in directives.items())


def stopped_in_script(script: str) -> Iterator[tuple[str, int]]:
    """Yield what the policy stops in a script: `eval`, or what makes HTML of text; and where."""
    call = _EVAL.search(script)
    if call:
        yield EVAL, call.start()
    html = _HTML_OF_TEXT.search(script)
    if html and "createPolicy" not in script:  # its author knows what it does
        yield html[0], html.start()


def embedded_in_document(html: str, is_drawing: bool = False) -> Embedded:
    """
    Return what a whole HTML or SVG file of the author's embeds.

    Args:

        html: The file, which is published as it is.

        is_drawing: Whether it is SVG, which programs write, with `style=` on every line:
            those are allowed, by their hashes as long as they are few. In HTML they are stopped.
    """
    embedded = Embedded(is_drawing=is_drawing)

    def visit_tag(name: str, attributes: Attributes) -> bool:
        embedded.visit_tag(name, attributes)
        if attributes.get("style") and not is_drawing:
            embedded.attributes.append("style")
        elif attributes.get("style"):
            embedded.allow("style-src", "'unsafe-hashes'")
            embedded.allow("style-src", _hash(attributes["style"] or ""))
        return False

    visit(html, visit_tag, embedded.visit_text)
    return embedded


def _in_ascii(label: str) -> str:
    """Return one part of a host's name as it is looked up: UTS 46, as browsers do it."""
    if label.isascii():
        return label
    return "xn--" + unicodedata.normalize("NFKC", label).lower().encode("punycode").decode()


def _places(pattern: str, source: str, count: int) -> list[int | None]:
    """Return where a pattern is in *source*, so often at most; `[None]` where it is not."""
    found = re.finditer(pattern, source, re.IGNORECASE)
    return [match.start() for match in islice(found, count)] or [None]


def author_stylesheet(styles: dict[str, str]) -> str:
    """Return the rules of all classes that stand for `style=` attributes."""
    return "".join(
        f".{name} {{ {style.replace('}', ' ').replace('{', ' ')} }}\n"
        for name, style in sorted(styles.items())
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
