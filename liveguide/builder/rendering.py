"""
One page's Markdown to HTML, contents and title.

The one place where Markdown is configured. A `Renderer` lives as long as its
process: making it costs as much as rendering a small page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache, partial
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import markdown
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.admonition import AdmonitionExtension
from markdown.extensions.attr_list import AttrListExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.md_in_html import MarkdownInHtmlExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.smarty import SmartyExtension
from markdown.extensions.toc import TocExtension, slugify_unicode

from ..errors import Problem, SourceError
from ..settings import Settings
from ..textfile import read_text
from ..words import say_in
from ..yamlfile import has_wrong_character, wrong_character
from .dependencies import noted, reads
from .extensions.annotations import AnnotationsExtension
from .extensions.blocks import BlocksExtension, without_unread
from .extensions.example import Example, render_example
from .extensions.fences import FencesExtension
from .extensions.headings import HeadingsExtension
from .extensions.on_demand import OnDemandExtension
from .extensions.page import CurrentPage, PageState
from .extensions.pictures import PicturesExtension
from .extensions.pieces import Pieces
from .extensions.place import PlaceExtension
from .extensions.quick_blocks import QuickBlocksExtension
from .extensions.quick_inline import QuickInlineExtension
from .extensions.quick_tree import QuickTreeExtension
from .extensions.tables import ScrollingTablesExtension
from .features import Features
from .frontmatter import FrontMatter, split_front_matter
from .languages import language_of
from .links import rewrite_links
from .policy import (
    EVAL,
    LARGEST,
    NO_HTML_OF_TEXT,
    TOO_LARGE,
    Embedded,
    stopped_in_script,
)
from .publishing.page_markdown import page_markdown
from .publishing.summary import summary_of
from .rendered import ContentsEntry, RenderedPage
from .search import entry_of, is_searched, sections_of
from .slips import report_slips
from .sources import SourceFile, Sources
from .stylesheets import parts_of
from .theming import own_templates
from .time_limit import time_limit

if TYPE_CHECKING:
    from .templating import Templates

SECONDS_PER_PAGE = 5
"""How much processor time one page may take: hostile Markdown can take hours otherwise."""

_FIRST_HEADING = re.compile(r"\s*<h1\b")


class Renderer:
    """
    Renders the pages of one guide, one after the other.

    Args:

        guide: The guide folder.

        sources: Every file of it.

        settings: The settings of the site.

        features: What the guide promises to show, or `None` where it does not say.
    """

    def __init__(
        self,
        guide: Path,
        sources: Sources,
        settings: Settings,
        features: Features | None = None,
    ):
        self._guide = guide
        self._sources = sources
        self._include = tuple((guide / folder).resolve() for folder in settings.include)
        roots = [guide.resolve(), *self._include]
        self._roots = tuple(os.path.join(root, "") for root in roots)
        self._site_url = settings.url
        self._features = features
        self._settings = settings
        self._current = CurrentPage()
        self._language = settings.language

        @cache
        def templates() -> Templates:
            from .templating import Templates

            return Templates(own_templates(guide))

        def filled(example: Example) -> str:
            return templates().fill("_example.html", example=example, say=say_in(self._language))

        def fill(example: Example) -> str:
            of = ("example", self._language, example)
            return self._current.state.pieces.recall(of, lambda: filled(example))

        self._markdown = markdown.Markdown(
            # By their classes: by a name, each is looked for in every package that is installed.
            extensions=[
                ScrollingTablesExtension(),
                FootnoteExtension(BACKLINK_TEXT="\N{LEFTWARDS ARROW WITH HOOK}\ufe0e"),
                DefListExtension(),
                AbbrExtension(),
                AttrListExtension(),
                AdmonitionExtension(),
                MarkdownInHtmlExtension(),
                SmartyExtension(),
                SaneListExtension(),
                TocExtension(
                    permalink="#",
                    permalink_title="Link to this section",
                    slugify=slugify_unicode,
                ),
                FencesExtension(self._current),
                BlocksExtension(self._current, partial(render_example, template=fill)),
                HeadingsExtension(),
                OnDemandExtension(self._current),
                AnnotationsExtension(self._current),
                PicturesExtension(self._current),
                PlaceExtension(self._current),
                QuickInlineExtension(self._current),
                QuickBlocksExtension(),
                QuickTreeExtension(),
            ],
            output_format="html",
        )

    def render(self, file: SourceFile, pieces: Mapping[str, Any] | None = None) -> RenderedPage:
        """
        Read and render one page.

        What is wrong with it is noted on the result, never raised: a build
        reports the faults of all pages together.

        Args:

            file: The page.

            pieces: Those that it had when it was last rendered.
        """
        with reads(self._roots) as opened:
            rendered = self._rendered(file, Pieces(pieces or {}))
        rendered.dependencies.files = dict.fromkeys(opened, "")
        return rendered

    def use(self, sources: Sources) -> None:
        """Look up names in *sources* from now on: the guide may have other files now."""
        self._sources = sources

    def _rendered(self, file: SourceFile, pieces: Pieces) -> RenderedPage:
        rendered = RenderedPage(file)
        rendered.dependencies.note("files", file.uri, file)
        path = str(file.path)
        try:
            # Markdown keeps these two characters for itself.
            text = read_text(file.path).replace("\x02", "").replace("\x03", "")
            rendered.front_matter = split_front_matter(text, path)
            rendered.problems += rendered.front_matter.problems
            _report_characters(rendered)
            with time_limit(SECONDS_PER_PAGE):
                self._convert(rendered, pieces)
        except SourceError as error:
            rendered.problems.append(error.problem)
        except TimeoutError:
            message = f"the page takes more than {SECONDS_PER_PAGE} s to render, and was given up "
            message += "here; split it, or close what is open"
            rendered.problems.append(Problem(path, self._line_of(rendered), message))
        except RecursionError:
            message = "lists, quotes or brackets are nested too deeply here; flatten them"
            rendered.problems.append(Problem(path, self._line_of(rendered), message))
        finally:
            self._markdown.reset()
            self._markdown.parser.state.clear()  # what a page that was given up has left
        return rendered

    def _line_of(self, rendered: RenderedPage) -> int:
        """Return the line at which a page was given up."""
        page = self._current.state
        return page.line_being_converted() if page.uri == rendered.file.uri else 1

    def _convert(self, rendered: RenderedPage, pieces: Pieces) -> None:
        file, front_matter = rendered.file, rendered.front_matter
        self._language = language_of(file.uri, front_matter, self._settings)
        page = PageState(
            say=say_in(self._language),
            uri=file.uri,
            output=file.output,
            url=file.url,
            path=str(file.path),
            guide=self._guide,
            sources=noted(self._sources, rendered.dependencies),
            include=self._include,
            body=front_matter.body,
            first_line=front_matter.body_line,
            site_url=self._site_url,
            features=self._features,
            pieces=pieces,
        )
        self._current.state = page
        html = without_unread(self._markdown.convert(front_matter.body), page)
        rendered.html, found = rewrite_links(html, page)
        report_slips(rendered.html, page)
        tokens: list[dict[str, Any]] = getattr(self._markdown, "toc_tokens", [])
        rendered.opens_with_heading = _FIRST_HEADING.match(rendered.html) is not None
        heading = _plain(tokens[0]["name"]) if tokens else ""
        rendered.title = " ".join(front_matter.text("title").split()) or heading or _name_of(file)
        rendered.contents = [_entry(token) for token in tokens]
        rendered.has_contents = '<div class="toc">' in rendered.html
        rendered.ids = found.ids
        rendered.parts = parts_of(rendered.html)
        rendered.anchors = found.anchors
        rendered.styles = found.embedded.styles
        unsafe_eval = bool(front_matter.values.get("unsafe-eval"))
        rendered.policy = found.embedded.policy(unsafe_eval)
        if len(rendered.policy) > LARGEST:
            page.report(None, f"the page's security policy {TOO_LARGE}", "warning")
        _report_stopped(found.embedded, unsafe_eval, page)
        rendered.snippets = page.snippets
        rendered.running = len(page.snippets)
        rendered.stated = sum(snippet.stated for snippet in page.snippets)
        rendered.examples = page.examples
        rendered.source_views = page.source_views
        rendered.included = page.included
        rendered.images = page.images
        rendered.programs = page.programs
        rendered.pieces = pieces.made
        rendered.shown = page.shown
        rendered.tables = page.tables
        rendered.summary = front_matter.text("desc") or summary_of(rendered.html)
        rendered.markdown = page_markdown(front_matter.body, page)
        if is_searched(rendered):
            rendered.sections = sections_of(rendered.html)
            rendered.entry = entry_of(rendered, self._settings)
        rendered.problems += page.problems
        rendered.front_matter = FrontMatter(front_matter.values, front_matter.lines)


def _report_characters(rendered: RenderedPage) -> None:
    """Report characters that no page can hold, the first of each line."""
    body, line = rendered.front_matter.body, rendered.front_matter.body_line
    if has_wrong_character(body):
        for number, text in enumerate(body.split("\n"), line):
            wrong = wrong_character(text)
            if wrong:
                problem = Problem(str(rendered.file.path), number, wrong, "warning")
                rendered.problems.append(problem)


def _entry(token: dict[str, Any]) -> ContentsEntry:
    children = [_entry(child) for child in token["children"]]
    return ContentsEntry(token["id"], token["name"], token["level"], children)


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def _name_of(file: SourceFile) -> str:
    """Return a title made from the file's name, or its folder's for a folder's page."""
    name = file.folder.rpartition("/")[2] if file.is_index else file.path.stem
    words = re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:] if words else "Home"


def _report_stopped(embedded: Embedded, unsafe_eval: bool, page: PageState) -> None:
    """Report what the page's policy stops, each where it stands."""
    found = [
        (what, None if offset is None else page.line_at(offset))
        for what, offset in embedded.stopped(page.body)
    ]
    for snippet in page.snippets:
        found += [(what, snippet.line) for what, _ in stopped_in_script(snippet.code)]
    for what, line in found:
        fault = embedded.fault(what)
        if fault is not None:
            message = fault
        elif what in embedded.addresses:
            message = f"the link {what[:60]!r} is stopped by the page's security policy; "
            message += "use a script of its own"
        elif what in embedded.attributes:
            message = f"the attribute {what}= is stopped by the page's security policy; "
            message += "add the listener in a script"
        elif unsafe_eval:
            continue
        elif what == EVAL:
            message = "a script on this page calls eval, which its security policy stops; "
            message += "say 'unsafe-eval: true' in the front matter"
        else:
            message = f"a script on this page makes HTML of text ({what}), which its security "
            message += f"policy stops; {NO_HTML_OF_TEXT}"
        page.report(line, message, "warning")
