"""Load the templates once, and fill them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tornado.template import Loader

from ..errors import SourceError

TEMPLATES = Path(__file__).parent / "templates"


class Templates:
    """
    The templates of the site.

    Every value is escaped where it is put in, unless the template says `raw`.
    Besides its context a template has `fill`, for parts that hold themselves
    again, as navigation does.
    """

    def __init__(self, folder: Path = TEMPLATES):
        self._folder = folder
        self._loader = Loader(str(folder))

    def fill(self, name: str, **context: Any) -> str:
        """
        Return the template *name* filled with *context*.

        Raises:

            SourceError: The template uses a name that the context lacks, or fails otherwise.
        """
        try:
            return self._loader.load(name).generate(fill=self.fill, **context).decode()
        except Exception as error:
            path = str(self._folder / name)
            raise SourceError(path, None, f"the template can't be filled: {error}") from error
