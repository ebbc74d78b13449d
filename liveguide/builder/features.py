"""
What a guide promises to show: `features.yaml` at the top of the guide folder.

    sources:
      gramex:
        title: Gramex's WebSocketHandler
        href: https://gramener.com/gramex/guide/websockethandler/
    features:
      gramex-open:
        source: gramex
        text: "`open` is called with the handler when a connection opens"
        test: tests/server/endpoints/test_functions.py::test_...

Fences and example cards name the features that they show, and a row that none
of them names is an error. The file is optional.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..errors import Problem, SourceError, did_you_mean
from ..textfile import read_text
from ..yamlfile import YAMLMapping, YAMLSequence, kind_of, parse_yaml
from .sources import FEATURES_FILE

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SOURCE_KEYS = ("title", "href")
_FEATURE_KEYS = ("source", "text", "test")


class FeatureSource(NamedTuple):
    """
    What features are taken from.

    Attributes:

        title: What it is called.

        href: Its address.
    """

    title: str
    href: str


class Feature(NamedTuple):
    """
    One feature.

    Attributes:

        id: What fences and cards call it.

        source: The id of its source.

        text: What it is, in one line of Markdown.

        tests: The tests that hold it, as pytest names them.

        line: Its line in the file.
    """

    id: str
    source: str
    text: str
    tests: tuple[str, ...]
    line: int


@dataclass
class Features:
    """
    All that a `features.yaml` says.

    Attributes:

        path: The file as messages name it.

        sources: The sources by their id.

        rows: The features by their id, in the order of the file.

        complete: Whether nothing is wrong with the file. Where something is, a name that it
            does not have is not reported as well.
    """

    path: str
    sources: dict[str, FeatureSource] = field(default_factory=dict)
    rows: dict[str, Feature] = field(default_factory=dict)
    complete: bool = True

    def of(self, source: str) -> list[Feature]:
        """Return the features of one source, in the order of the file."""
        return [feature for feature in self.rows.values() if feature.source == source]

    def not_shown(self, shown: Iterable[str]) -> Iterator[Problem]:
        """Yield an error for each feature whose id is not among *shown*."""
        named = set(shown)
        for feature in self.rows.values():
            if feature.id not in named:
                message = f"no snippet shows the feature {feature.id!r}"
                fix = f"add feature={feature.id} to a fence that runs, or to an example"
                yield Problem(self.path, feature.line, f"{message}; {fix}")


def read_features(guide: Path) -> tuple[Features | None, list[Problem]]:
    """
    Read the features of the guide folder *guide*.

    Returns:

        The features, `None` where there is no such file; and everything that is wrong with it.
    """
    path = guide / FEATURES_FILE
    if not os.path.lexists(path):
        return None, []
    reader = _Reader(str(path))
    try:
        reader.read(parse_yaml(read_text(path), str(path)))
    except SourceError as error:
        reader.problems.append(error.problem)
    reader.features.complete = not reader.problems
    return reader.features, reader.problems


class _Reader:
    """Reads one file; gathers what is wrong with it."""

    def __init__(self, path: str) -> None:
        self.features = Features(path)
        self.problems: list[Problem] = []

    def read(self, values: Any) -> None:
        """Read the whole document."""
        if values is None:
            return
        if not isinstance(values, YAMLMapping):
            self._report(1, f"features are a mapping, but this is {kind_of(values)}")
            return
        self._check_keys(values, "this file", ("sources", "features"))
        for id_, entry in self._entries(values, "sources", "source", _SOURCE_KEYS):
            title, href = (
                self._text(entry, id_, key, values["sources"].line_of(id_)) for key in _SOURCE_KEYS
            )
            self.features.sources[id_] = FeatureSource(title, href)
            if href and not _is_address(href):
                message = f"{href!r} is no address; write it as https://docs.example.org/"
                self._report(entry.line_of("href"), message)
        for id_, entry in self._entries(values, "features", "feature", _FEATURE_KEYS):
            line = values["features"].line_of(id_)
            source = self._text(entry, id_, "source", line)
            text = self._text(entry, id_, "text", line)
            if source and source not in self.features.sources:
                hint = did_you_mean(source, self.features.sources)
                hint = hint or f"; add it under 'sources' in {self.features.path}"
                self._report(entry.line_of("source"), f"there is no source {source!r}{hint}")
            tests = self._tests(entry, id_)
            self.features.rows[id_] = Feature(id_, source, text, tests, line)

    def _entries(
        self, values: YAMLMapping, key: str, what: str, known: tuple[str, ...]
    ) -> Iterator[tuple[str, YAMLMapping]]:
        """Yield each entry below *key* that is a mapping, with its id."""
        entries = values.get(key)
        if entries is None:
            return
        if not isinstance(entries, YAMLMapping):
            message = f"{key!r} must be a mapping, but it is {kind_of(entries)}"
            self._report(values.line_of(key), f"{message}; name each {what}")
            return
        for id_, entry in entries.items():
            line = entries.line_of(id_)
            if not _ID.fullmatch(id_):
                message = f"{id_!r} is no name for a {what}"
                self._report(line, f"{message}; use small letters, digits and hyphens")
            elif not isinstance(entry, YAMLMapping):
                message = f"the {what} {id_!r} must be a mapping, but it is {kind_of(entry)}"
                self._report(line, f"{message}; its keys are {', '.join(known)}")
            else:
                self._check_keys(entry, f"the {what} {id_!r}", known)
                yield id_, entry

    def _check_keys(self, mapping: YAMLMapping, what: str, known: tuple[str, ...]) -> None:
        for key in mapping:
            if key not in known:
                hint = did_you_mean(key, known) or f"; its keys are {', '.join(known)}"
                self._report(mapping.line_of(key), f"{what} has no key {key!r}{hint}")

    def _text(self, entry: YAMLMapping, id_: str, key: str, line: int) -> str:
        """Return a text of the entry on *line* that must be there; an empty one if it is not."""
        value = entry.get(key)
        if value is None:
            message = f"{id_!r} has no {key!r}; add it"
        elif not isinstance(value, str):
            message = f"{key!r} of {id_!r} must be text, but it is {kind_of(value)}; quote it"
        elif not value.strip():
            message = f"{key!r} of {id_!r} is empty; write it"
        else:
            return " ".join(value.split())
        self._report(entry.line_of(key) if key in entry else line, message)
        return ""

    def _tests(self, entry: YAMLMapping, id_: str) -> tuple[str, ...]:
        """Return the tests of a feature, none where it has none or they are wrong."""
        written = entry.get("test")
        if written is None:
            return ()
        if isinstance(written, YAMLSequence):
            named = list(zip(written, (mark.line for mark in written.marks), strict=True))
        else:
            named = [(written, entry.line_of("test"))]
        for test, line in named:
            if not isinstance(test, str) or not re.fullmatch(r"\S+\.py::\w+", test):
                shown = repr(test) if isinstance(test, str) else kind_of(test)
                message = f"'test' of {id_!r} is {shown}, which names no test"
                self._report(line, f"{message}; write tests/test_file.py::test_name, or a list")
                return ()
        return tuple(test for test, _ in named)

    def _report(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.features.path, line, message))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
