"""What can be checked only when every page is rendered."""

from __future__ import annotations

from ..errors import Problem, did_you_mean
from ..textfile import read_text
from .links import find_target
from .rendered import KnownPage
from .sources import Sources

_TO_FOOTNOTE = "fnref:"
"""What the id of the place begins with to which a footnote leads back."""


def check_anchors(rendered: list[KnownPage]) -> list[Problem]:
    """Return a warning for each link to a heading that the page it names does not have."""
    ids = {page.file.output: page.ids for page in rendered}
    problems = []
    for page in rendered:
        for anchor in page.anchors:
            known = ids.get(anchor.output)
            if known is None or anchor.id in known:
                continue
            if anchor.id.startswith(_TO_FOOTNOTE) and anchor.output == page.file.output:
                problems.append(_unused_footnote(page, anchor.id.removeprefix(_TO_FOOTNOTE)))
                continue
            message = f"the link {anchor.written!r} is broken: the page has no {anchor.id!r}"
            message += did_you_mean(anchor.id, known)
            problems.append(Problem(str(page.file.path), anchor.line, message, "warning"))
    return problems


def _unused_footnote(page: KnownPage, name: str) -> Problem:
    lines = enumerate(read_text(page.file.path).split("\n"), 1)
    line = next((number for number, text in lines if f"[^{name}]:" in text), None)
    message = f"nothing refers to the footnote {name!r}; write [^{name}] where it belongs"
    return Problem(str(page.file.path), line, f"{message}, or remove it", "warning")


def check_pictures(rendered: list[KnownPage], sources: Sources) -> list[Problem]:
    """Return a warning for each picture of the front matter that is not there."""
    problems = []
    for page in rendered:
        for key in ("icon", "image"):
            written = page.front_matter.text(key)
            found = find_target(written, page.file.folder, sources) if written else ""
            if written and isinstance(found, str) and "://" not in written:
                line = page.front_matter.lines.get(key)
                message = f"the {key} {written!r} is broken: {found}"
                problems.append(Problem(str(page.file.path), line, message, "warning"))
    return problems
