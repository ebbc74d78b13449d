"""
The front end's scripts as the site has them: one file for each way in, without comments.

In `frontend/` every concern is a module of its own, and a browser can load it
as it is. A reader should not have to fetch twenty files for that. So each
module that something else loads (a page, a frame, an `import()`) is written
together with those that it imports, which share one scope:

    const { a, b } = (() => { …; return { a, b } })()

In there names can be shortened, and none has to be handed from one module to the next.

The modules are our own and keep to plain forms: `import { a, b } from './x.js'`
on top, `export` before a declaration, no default export, no `import *`, comments
on lines of their own, at the end of one or as a type, no text of several lines. Modules
that come into one file declare no name twice, and await nothing on top, unless they are its entry.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_IMPORT = re.compile(r"^import \{([^}]*)\} from '([^']+)'\n?", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function\*?|class|const|let) (\w+)", re.MULTILINE)
_DECLARED = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE
)
_DYNAMIC = re.compile(r"\bimport\('([^']+)'\)")
_HERE = "import.meta.url"
_ADDRESS = re.compile(rf"\bnew URL\('([^']+)', {_HERE}\)|{_HERE}")

_COMMENT = re.compile(
    r"^[ \t]*//[^\n]*\n|^[ \t]*/\*\*.*?\*/[ \t]*\n|/\*\* @type .*?\*/ ?"
    # At the end of a line: without quotes it is in no text.
    r"""|[ \t]+//[ ][^\n'"`]*$""",
    re.MULTILINE | re.DOTALL,
)
_INDENT = re.compile(r"^[ \t]+|\n+(?=\n)", re.MULTILINE)


_NO_WORDS = "const words = {}"


@dataclass(frozen=True)
class Words:
    """The words of a language, by the English text, and what its scripts have before `.js`."""

    suffix: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def join_scripts(
    folder: Path, entries: tuple[str, ...], words: Words | None = None
) -> dict[str, str]:
    """
    Return the files that a site needs for these scripts.

    Args:

        folder: The front end.

        entries: The scripts that HTML names, as paths in the folder.

        words: The language in which they speak; `None` for English.

    Returns:

        The text of each, and of each that one of them loads by `import()`, by
        its path.

    Raises:

        ValueError: Two modules of one file declare the same name.
    """
    words = words or Words()
    texts: dict[str, str] = {}
    waiting = list(entries)
    while waiting:
        entry = waiting.pop()
        if _named(entry, words) not in texts:
            joining = _Joining(folder, entry, words)
            texts[_named(entry, words)] = joining.text()
            waiting += joining.dynamic
    return texts


def _named(module: str, words: Words) -> str:
    if module.startswith("vendor/"):
        return module  # it has no words
    return f"{module.removesuffix('.js')}{words.suffix}.js"


class _Joining:
    """One entry on its way to one text."""

    def __init__(self, folder: Path, entry: str, words: Words):
        self._folder = folder
        self._entry = entry
        self._words = words
        self._order: list[str] = []
        self._sources: dict[str, str] = {}
        self.dynamic: list[str] = []

    def text(self) -> str:
        """Return the entry, below the modules that it imports."""
        self._read(self._entry)
        self._check_names()
        text = "".join(self._joined())
        own = {said: word for said, word in sorted(self._words.words.items()) if said in text}
        said = json.dumps(own, ensure_ascii=False, separators=(",", ":"))
        return text.replace(_NO_WORDS, f"const words = {said}", 1) if own else text

    def _read(self, module: str) -> None:
        """Read a module after those that it imports."""
        if module in self._sources:
            return
        source = _stripped((self._folder / module).read_text(encoding="utf-8"))
        self._sources[module] = source
        for imported in _IMPORT.finditer(source):
            self._read(_resolved(module, imported[2]))
        self._order.append(module)

    def _joined(self) -> Iterator[str]:
        inside = self._order[:-1]  # the entry stays as it is: what it exports is asked for
        entry = self._lazy(self._entry)
        if inside:
            asked = [name for found in _IMPORT.finditer(entry) for name in _names(found[1])]
            names = ", ".join(sorted(set(asked)))
            yield f"const {{ {names} }} = (() => {{\n"
            for module in inside:
                body = _EXPORT.sub(r"\1 \2", _IMPORT.sub("", self._lazy(module)))
                yield self._placed(body, module)
            yield f"return {{ {names} }}\n}})()\n"
        yield _IMPORT.sub("", entry)

    def _lazy(self, module: str) -> str:
        """Return a module's text with each `import()` as the file needs it; note what they load."""

        def lazy(found: re.Match[str]) -> str:
            target = _resolved(module, found[1])
            self.dynamic.append(target)
            return f"import('{self._from_entry(_named(target, self._words))}')"

        return _DYNAMIC.sub(lazy, self._sources[module])

    def _check_names(self) -> None:
        """Make sure that no two modules of one scope declare the same name."""
        declared: dict[str, str] = {}
        for module in self._order[:-1]:
            text = (self._folder / module).read_text(encoding="utf-8")
            for name in _DECLARED.findall(text):
                other = declared.setdefault(name, module)
                if other != module:
                    raise ValueError(f"{module} and {other} both declare {name!r}; rename one")

    def _placed(self, body: str, module: str) -> str:
        """Return a module's text with its addresses as they are from the entry."""

        def placed(found: re.Match[str]) -> str:
            if found[1]:
                return f"new URL('{self._from_entry(_resolved(module, found[1]))}', {_HERE})"
            return f"new URL('{self._from_entry(module)}', {_HERE}).href"

        return _ADDRESS.sub(placed, body)

    def _from_entry(self, module: str) -> str:
        # Both below a root: else what is above the front end would depend on the working directory.
        above = "/site/_liveguide"
        here = posixpath.dirname(f"{above}/{self._entry}")
        relative = posixpath.relpath(f"{above}/{module}", here)
        return relative if relative.startswith(".") else f"./{relative}"


def _stripped(source: str) -> str:
    """Return a script without comments and indentation; lines stay lines."""
    return _INDENT.sub("", _COMMENT.sub("", source)).lstrip("\n")


def _names(imported: str) -> list[str]:
    return [name.strip() for name in imported.split(",") if name.strip()]


def _resolved(module: str, written: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(module), written))
