"""
The front end's scripts as the site has them: one file for each way in, without comments.

In `frontend/` every concern is a module of its own, and a browser can load it
as it is. A reader should not have to fetch twenty files for that. So each
module that something else loads (a page, a frame, an `import()`) is written
together with those that it imports. Each keeps a scope of its own:

    const m2 = (() => { …; return { name } })()

The modules are our own and keep to plain forms: `import { a, b } from './x.js'`
on top, `export` before a declaration, no default export, no `import *`, comments
on lines of their own, at the end of one or as a type, no text of several lines.
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
_DYNAMIC = re.compile(r"\bimport\('([^']+)'\)")
_HERE = "import.meta.url"

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
        text = "".join(self._scopes())
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

    def _scopes(self) -> Iterator[str]:
        names = {module: f"m{number}" for number, module in enumerate(self._order)}
        for module in self._order:

            def imported(found: re.Match[str], module: str = module) -> str:
                return f"const {{{found[1]}}} = {names[_resolved(module, found[2])]}\n"

            def lazy(found: re.Match[str], module: str = module) -> str:
                target = _resolved(module, found[1])
                self.dynamic.append(target)
                return f"import('{self._from_entry(_named(target, self._words))}')"

            body = _DYNAMIC.sub(lazy, _IMPORT.sub(imported, self._sources[module]))
            if module == self._entry:
                # As it is: it may await, and what it exports is asked for.
                yield body
                continue
            exported = ", ".join(found[2] for found in _EXPORT.finditer(body))
            body = _EXPORT.sub(r"\1 \2", body).replace(_HERE, self._address(module))
            yield f"const {names[module]} = (() => {{\n{body}return {{ {exported} }}\n}})()\n"

    def _address(self, module: str) -> str:
        return f"new URL('{self._from_entry(module)}', {_HERE}).href"

    def _from_entry(self, module: str) -> str:
        relative = posixpath.relpath(module, posixpath.dirname(self._entry) or ".")
        return relative if relative.startswith(".") else f"./{relative}"


def _stripped(source: str) -> str:
    """Return a script without comments and indentation; lines stay lines."""
    return _INDENT.sub("", _COMMENT.sub("", source)).lstrip("\n")


def _resolved(module: str, written: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(module), written))
