"""Load the templates once, and fill them."""

from __future__ import annotations

import logging
import re
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ..errors import SourceError, did_you_mean
from ..textfile import read_text
from ..words import say_in
from .theming import TEMPLATES
from .time_limit import time_limit

# Tornado's templates need one name of each of these. To load all of them takes longer than all
# else here, and 4 MiB in each process of a build.
_instead: dict[str, Any] = {
    "asyncio": SimpleNamespace(TimeoutError=TimeoutError),  # Python's own since 3.11
    "tornado.log": SimpleNamespace(app_log=logging.getLogger("tornado.application")),
}
_instead = {name: part for name, part in _instead.items() if name not in sys.modules}
sys.modules.update(_instead)
try:
    from tornado.template import Loader, ParseError, Template  # which keeps those names
finally:
    for _name in _instead:
        del sys.modules[_name]

SECONDS_PER_TEMPLATE = 20


class Templates:
    """
    The templates of the site.

    Every value is escaped where it is put in, unless the template says `raw`.
    Besides its context a template has `fill`, for parts that hold themselves
    again, as navigation does, and `say`, for words in the page's language.

    Args:

        own: A folder whose templates stand for ours of the same name.
    """

    def __init__(self, own: Path | None = None):
        self._loader = _Loader(own)

    def load(self, name: str) -> None:
        """Read a template before it is filled, which then says what is wrong with it."""
        with suppress(Exception):
            self._loader.load(name)

    def fill(self, name: str, **context: Any) -> str:
        """
        Return the template *name* filled with *context*.

        Raises:

            SourceError: The template is wrong, uses a name that the context lacks, or fails
                otherwise.
        """
        names = {"fill": self.fill, "say": say_in("en")} | context
        try:
            template = self._loader.load(name)
            with time_limit(SECONDS_PER_TEMPLATE):
                return template.generate(**names).decode()
        except SourceError:
            raise
        except ParseError as error:
            path = str(self._loader.path_of(error.filename or name))
            message = f"the template can't be read: {error.message}"
            raise SourceError(path, error.lineno, message) from error
        except Exception as error:
            file, line = self._loader.place_of(error) or (name, None)
            message = f"the template can't be filled: {error}"
            if isinstance(error, TimeoutError):
                message = f"the template takes more than {SECONDS_PER_TEMPLATE} s to fill; end it"
            elif isinstance(error, SyntaxError):
                message = f"the template can't be read: {error.msg}"
            elif isinstance(error, NameError):
                message += did_you_mean(error.name or "", names)
            elif isinstance(error, AttributeError):
                message += did_you_mean(error.name or "", dir(error.obj))
            raise SourceError(str(self._loader.path_of(file)), line, message) from error


_CONTROL_LINE = re.compile(
    r"""^[ \t]*(?P<tag>\{%[ \t]*(?:if|elif|else|for|while|set|from|import|block|end)\b
        (?:(?!%\}).)*)%\}[ \t]*\n""",
    re.MULTILINE | re.VERBOSE,
)
# What Tornado notes at the end of each line of Python that it makes of a template.
_PLACE = re.compile(r"  # ([^\s:]+):(\d+)(?: \(via .*\))?\s*$")


class _Part(Template):
    """
    A template as another one includes or extends it, which takes what was read of it alone.

    Tornado makes Python of each by itself, too, with all that it includes: twice the work.
    """

    def _generate_python(self, loader: object) -> str:
        return ""


class _Loader(Loader):
    """Loads a template from a guide's own folder where it is there, else from ours."""

    def __init__(self, own: Path | None):
        super().__init__(str(TEMPLATES))
        self._own = own
        self._parts: dict[str, Template] = {}

    def path_of(self, name: str) -> Path:
        """Return where the template *name* is."""
        own = self._own / name if self._own else None
        return own if own and own.exists() else TEMPLATES / name

    def place_of(self, error: Exception) -> tuple[str, int] | None:
        """Return the template and the line that the generated Python in which it failed is from."""
        text = error.text or "" if isinstance(error, SyntaxError) else ""
        trace = error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            for name, template in self.templates.items():
                if file == f"{name.replace('.', '_')}.generated.py":
                    text = template.code.splitlines()[trace.tb_lineno - 1]
            trace = trace.tb_next
        found = _PLACE.search(text)
        return (found[1], int(found[2])) if found else None

    def load(self, name: str, parent_path: str | None = None) -> Template:
        """Return the template *name*, or what another one takes of it; each is read once."""
        if parent_path is None:
            whole: Template = self.templates.get(name) or super().load(name)
            return whole
        if name not in self._parts:
            self._parts[name] = self._read(self.resolve_path(name, parent_path), _Part)
        return self._parts[name]

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """
        Return the name itself, for templates stand in one folder.

        Raises:

            SourceError: There is no such template.
        """
        path = self.path_of(name)
        if not path.exists():
            parent, line = path, None
            if parent_path:
                parent = self.path_of(parent_path)
                before, found, _ = read_text(parent).partition(name)
                line = before.count("\n") + 1 if found else None
            known = [other.name for other in TEMPLATES.glob("*.html")]
            message = f"there is no template {name!r}{did_you_mean(name, known)}"
            raise SourceError(str(parent), line, message)
        return name

    def _create_template(self, name: str) -> Template:
        return self._read(name, Template)

    def _read(self, name: str, kind: type[Template]) -> Template:
        # Within the tag, the line's end is not part of the page, and still counts as a line.
        written = read_text(self.path_of(name))
        try:
            return kind(_CONTROL_LINE.sub(r"\g<tag>\n%}", written), name=name, loader=self)
        except ParseError:
            kind(written, name=name, loader=self)  # says the same, of the line that is wrong
            raise
