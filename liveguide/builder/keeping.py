"""Rendered pages as a cache keeps them: values that JSON has, and back."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from ..errors import Problem
from .cache import Cache
from .dependencies import Dependencies
from .extensions.page import Shown, Snippet
from .frontmatter import FrontMatter
from .links import Anchor
from .rendered import ContentsEntry, KnownPage, RenderedPage
from .sources import SourceFile


def keep_page(page: RenderedPage, cache: Cache) -> str:
    """Keep a page; return its name in the cache."""
    texts = {
        "search": page.entry,
        "markdown": page.markdown,
        "html": page.html,
        "content": json.dumps(_content(page)),
        "pieces": json.dumps(page.pieces),
    }
    return cache.put_page(_known(page), texts)


def kept_page(file: SourceFile, name: str, cache: Cache) -> KnownPage:
    """
    Return what is known of the page of *file* that the cache keeps as *name*.

    Raises:

        CacheError: The cache does not have it.
    """
    known = cache.page(name)
    running, stated, examples = known["counts"]
    whole, files, lookups = known["made_of"]
    return KnownPage(
        file,
        front_matter=FrontMatter(_read_values(known["values"]), known["lines"]),
        title=known["title"],
        opens_with_heading=known["opens"],
        has_contents=known["toc"],
        ids=set(known["ids"]),
        anchors=[Anchor(*anchor) for anchor in known["anchors"]],
        policy=sys.intern(known["policy"]),  # most pages have the same
        styles=known["styles"],
        running=running,
        stated=stated,
        examples=examples,
        source_views=set(known["views"]),
        included=set(known["included"]),
        shown=[
            Shown(kind, of, id_, tuple(ids), demo) for kind, of, id_, ids, demo in known["shown"]
        ],
        tables=known["tables"],
        summary=known["summary"],
        searched=known["searched"],
        parts=tuple(known["parts"]),
        problems=[Problem(*problem) for problem in known["problems"]],
        dependencies=Dependencies(files, lookups, whole),
        name=name,
        places={key: tuple(place) for key, place in known["places"].items()},
    )


def entry_of(page: KnownPage, cache: Cache) -> str:
    """Return what the search finds of a page; it raises `CacheError` where that is lost."""
    return cache.text(page.name, page.places["search"])


def markdown_of(page: KnownPage, cache: Cache) -> str:
    """Return the Markdown of a page; it raises `CacheError` where that is lost."""
    return cache.text(page.name, page.places["markdown"])


def pieces_of(page: KnownPage, cache: Cache) -> dict[str, Any]:
    """Return the pieces of a page; it raises `CacheError` where they are lost."""
    pieces: dict[str, Any] = json.loads(cache.text(page.name, page.places["pieces"]))
    return pieces


def whole_page(page: KnownPage, cache: Cache) -> RenderedPage:
    """
    Return a page with its content.

    Raises:

        CacheError: The cache does not have it.
    """
    content = json.loads(cache.text(page.name, page.places["content"]))
    return RenderedPage(
        **vars(page),
        html=cache.text(page.name, page.places["html"]),
        contents=[_entry(entry) for entry in content["contents"]],
        snippets=[Snippet(*snippet) for snippet in content["snippets"]],
        images=content["images"],
    )


def _known(page: RenderedPage) -> dict[str, Any]:
    made_of = page.dependencies
    return {
        "values": _plain(page.front_matter.values),
        "lines": page.front_matter.lines,
        "title": page.title,
        "opens": page.opens_with_heading,
        "toc": page.has_contents,
        "ids": sorted(page.ids),
        "anchors": [[a.output, a.id, a.line, a.written] for a in page.anchors],
        "policy": page.policy,
        "styles": page.styles,
        "counts": [page.running, page.stated, page.examples],
        "views": sorted(page.source_views),
        "included": sorted(page.included),
        "shown": [[s.kind, s.name, s.id, s.features, s.demo] for s in page.shown],
        "tables": page.tables,
        "summary": page.summary,
        "searched": len(page.entry),
        "parts": page.parts,
        "problems": [[p.path, p.line, p.message, p.severity, p.column] for p in page.problems],
        "made_of": [made_of.whole, made_of.files, made_of.lookups],
    }


def _content(page: RenderedPage) -> dict[str, Any]:
    return {
        "contents": [_plain_entry(entry) for entry in page.contents],
        "snippets": [[s.output, s.code, s.line, s.stated] for s in page.snippets],
        "images": page.images,
    }


def _plain_entry(entry: ContentsEntry) -> list[Any]:
    return [entry.id, entry.name, entry.level, [_plain_entry(child) for child in entry.children]]


def _entry(plain: list[Any]) -> ContentsEntry:
    id_, name, level, children = plain
    return ContentsEntry(id_, name, level, [_entry(child) for child in children])


# What YAML has and JSON has not is a mapping with one empty key, and so is a mapping that has one.
def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {key: _plain(one) for key, one in value.items()}
        return {"": ["mapping", plain]} if "" in plain else plain
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return {"": ["bytes", base64.b64encode(value).decode()]}
    if isinstance(value, date):  # a time is one too
        kind = "time" if isinstance(value, datetime) else "date"
        return {"": [kind, value.isoformat()]}
    return value


def _read(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_read(one) for one in plain]
    if not isinstance(plain, dict):
        return plain
    if "" not in plain:
        return _read_values(plain)
    kind, written = plain[""]
    readers: dict[str, Callable[[Any], Any]] = {
        "mapping": _read_values,
        "bytes": base64.b64decode,
        "time": datetime.fromisoformat,
        "date": date.fromisoformat,
    }
    return readers[kind](written)


def _read_values(plain: dict[str, Any]) -> dict[str, Any]:
    if list(plain) == [""]:
        return _read_values(plain[""][1])
    return {key: _read(value) for key, value in plain.items()}
