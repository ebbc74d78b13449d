"""
The front end in a site: its scripts, joined and shortened, its stylesheets, and where it stands.

To shorten it takes a library that takes long to load, and much memory. So a build that begins
with nothing has another process do that, while it has nothing else to do itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..settings import Settings
from ..words import words_of
from .digests import digest_of
from .languages import language_of
from .memory import Memory, Part
from .minified import Made, made, minified
from .output import copy_file, write_file
from .policy import author_stylesheet
from .processes import jobs_for, meanwhile
from .rendered import KnownPage
from .scripts import Words, join_scripts
from .sources import ASSETS
from .stylesheets import NEEDED, SOURCE_VIEW, join_styles, stylesheet_name
from .theming import site_styles

FRONTEND = Path(__file__).parent.parent / "frontend"

SCRIPTS = ("first.js", "main.js", "page.js", "runner.js")
"""The scripts that HTML of ours names."""

SPEAKING = ("main.js", "page.js")
"""Those that have words for readers."""

LOADED_LATER = ("search.css", "editor.css", "demo.css", "lines.css")
"""The stylesheets that scripts ask for."""

_Spoken = Mapping[str, Mapping[str, str]]
"""The words of languages, by what their scripts have before `.js`."""

LOGIN = f"{ASSETS}/login.css"
"""The stylesheet of the server's own pages."""


class FrontEnd(NamedTuple):
    """
    What a site's pages load of ours.

    Attributes:

        folder: Where it stands, in the site; its name changes with what is in it.

        languages: The languages of the pages; its scripts are written in each that we speak.

        own: The site's own rules, at the end of each stylesheet.
    """

    folder: str
    languages: Sequence[str]
    own: str

    @property
    def prefix(self) -> str:
        """The folder's path below the site's folder for what is ours, with a slash."""
        return f"{self.folder.removeprefix(ASSETS + '/')}/"


def front_end_of(
    guide: Path, settings: Settings, pages: list[KnownPage], builder: str, is_named: bool
) -> FrontEnd:
    """
    Return what a site's pages load of ours, and where it stands.

    Browsers keep for a year what is in a folder named by a hash, and ask no more.

    Args:

        guide: The guide folder.

        settings: The settings of the site.

        pages: Its pages.

        builder: The hash of what builds, which has the front end in it.

        is_named: Whether the folder has a hash for a name. A preview's has none: there, a
            stylesheet changes below a page that stays.
    """
    languages = {language_of(page.file.uri, page.front_matter, settings) for page in pages}
    languages.add(settings.language)
    own = site_styles(guide, settings)
    name = digest_of(builder, sorted(languages), own)[:12] if is_named else "front"
    return FrontEnd(f"{ASSETS}/{name}", sorted(languages), own)


@contextmanager
def shortened(
    guide: Path, settings: Settings, memory: Memory, jobs: int | None
) -> Iterator[Callable[[], None]]:
    """
    Have another process shorten what most sites need, where nothing is remembered of a site.

    Args:

        guide: The guide folder.

        settings: The settings of the site.

        memory: What is left of the last build.

        jobs: How many processes build; `None` for as many as pay.

    Returns:

        What waits for it to be done. Whoever does not ask goes without.
    """
    if not memory.is_new or jobs_for(2, 1, jobs) < 2:
        yield lambda: None
        return
    with meanwhile(partial(_shorten, guide, settings)) as wait:
        yield lambda: made.update(wait())


def _shorten(guide: Path, settings: Settings) -> Made:
    _scripts(_spoken([settings.language]))
    parts = (*NEEDED, *SOURCE_VIEW, "login")
    join_styles(FRONTEND / "styles", parts, site_styles(guide, settings))
    for name in LOADED_LATER:
        _minified_style(FRONTEND / "styles" / name)
    return made


def frontend_parts(site: Path, memory: Memory, front_end: FrontEnd) -> Iterator[Part]:
    """
    Yield the front end, its scripts joined, and the answer of a host without a live server.

    Args:

        site: The folder to write into.

        memory: Knows the hashes of files.

        front_end: What is written, and where.
    """
    digest = digest_of(memory.digests.of_folder(FRONTEND), front_end.folder)
    spoken = _spoken(front_end.languages)
    scripts = partial(_write_scripts, spoken, front_end.folder, site)
    yield Part("scripts", digest_of(digest, spoken), scripts)
    yield Part("front end", digest, partial(_copy_frontend, front_end.folder, site))


def _copy_frontend(folder: str, site: Path) -> list[str]:
    written = [f"{ASSETS}/status.json"]
    write_file(site, written[0], json.dumps({"live": False}) + "\n")
    for source in sorted(FRONTEND.rglob("[!.]*")):
        # The icon has the site's own colour.
        own = source.suffix in (".js", ".css") or source.name == "icon.svg"
        if source.is_file() and not own:
            written.append(f"{folder}/{source.relative_to(FRONTEND).as_posix()}")
            # Not copytree, which goes on when the disk is full.
            copy_file(source, site / written[-1])
    return written


def _write_scripts(spoken: _Spoken, folder: str, site: Path) -> list[str]:
    scripts = _scripts(spoken)
    for output, text in scripts.items():
        write_file(site, f"{folder}/{output}", text)
    return [f"{folder}/{output}" for output in scripts]


def _scripts(spoken: _Spoken) -> dict[str, str]:
    """Return the scripts; those with words in each language, too."""
    scripts = join_scripts(FRONTEND, SCRIPTS)
    for suffix, words in spoken.items():
        if words:
            scripts |= join_scripts(FRONTEND, SPEAKING, Words(suffix, words))
    # Vendored scripts are small already, and this minifier moves a declaration that
    # destructures in front of others that it depends on.
    return {
        output: text if output.startswith("vendor/") else minified("application/javascript", text)
        for output, text in scripts.items()
    }


def _spoken(languages: Sequence[str]) -> _Spoken:
    return {script_suffix(name): words_of(name) for name in languages}


def script_suffix(language: str) -> str:
    """Return what the scripts with the words of *language* have before `.js`."""
    return f".{language.lower().split('-')[0]}" if words_of(language) else ""


def style_parts(
    pages: list[KnownPage], site: Path, memory: Memory, front_end: FrontEnd
) -> Iterator[Part]:
    """
    Yield each stylesheet that a page links, and that of pages that the server makes.

    Args:

        pages: The pages.

        site: The folder to write into.

        memory: Knows the hashes of files.

        front_end: Where they stand; and the site's own rules.
    """
    folder, own = FRONTEND / "styles", front_end.own
    digest = digest_of(memory.digests.of_folder(folder), own)

    def write(output: str, text: Callable[[], str]) -> list[str]:
        write_file(site, output, text())
        return [output]

    for parts in sorted({(), SOURCE_VIEW, *(page.parts for page in pages)}):
        output = f"{front_end.folder}/{stylesheet_name(parts)}"
        joined = partial(join_styles, folder, parts, own)
        yield Part(output, digest, partial(write, output, joined))
    # The server knows no hash of ours.
    joined = partial(join_styles, folder, ("login",), own)
    yield Part(LOGIN, digest, partial(write, LOGIN, joined))
    for name in LOADED_LATER:
        output = f"{front_end.folder}/styles/{name}"
        small = partial(_minified_style, folder / name)
        yield Part(output, digest, partial(write, output, small))
    styles = {name: style for page in pages for name, style in page.styles.items()}
    if styles:
        output = f"{ASSETS}/author.css"
        text = author_stylesheet(styles)
        yield Part(output, digest_of(text), partial(write, output, lambda: text))


def _minified_style(path: Path) -> str:
    return minified("text/css", path.read_text(encoding="utf-8"))
