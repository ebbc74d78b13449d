"""
Which language a page is in, and which page says the same in another.

The setting `languages` names folders at the top of the guide; each holds the guide in the language
that it is named for. `de/function/README.md` is the German of `function/README.md`.
"""

from __future__ import annotations

from ..settings import Settings
from ..words import say_in, words_of
from .frontmatter import FrontMatter


def folder_of(uri: str, settings: Settings) -> str:
    """Return the folder of a language that the file at *uri* stands in; empty for the others."""
    top, slash, _ = uri.partition("/")
    return top if slash and top in settings.languages else ""


def language_of(uri: str, front_matter: FrontMatter, settings: Settings) -> str:
    """Return the language of the page at *uri*: its own `lang`, its folder's, or the site's."""
    return front_matter.text("lang") or folder_of(uri, settings) or settings.language


def twin_of(uri: str, folder: str, settings: Settings) -> str:
    """Return the uri at which the page at *uri* stands in the language of *folder*."""
    own = folder_of(uri, settings)
    bare = uri.removeprefix(f"{own}/") if own else uri
    return f"{folder}/{bare}" if folder else bare


def name_of(language: str) -> str:
    """Return what a language calls itself; its tag where we have no words of it."""
    if words_of(language):
        return say_in(language)("Name of this language")
    return "English" if language.lower().split("-")[0] == "en" else language
