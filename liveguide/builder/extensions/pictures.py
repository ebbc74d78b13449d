"""
Pictures with captions, and diagrams that are part of the page.

    ![What it shows](flow.png "The caption")
    ![What it shows](flow.svg){ .inline }

A picture alone in its paragraph whose address has a title becomes a figure. With
`.inline`, an SVG file is put into the page (see `inline_svg.py`). The size of
pictures, and what is missing, `links.py` sees to, for raw HTML as well.

Stage: tree processor, registered as `pictures` at 7, after `attr_list` at 8.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from ...errors import Problem, SourceError
from ...textfile import read_text
from ..inline_svg import SVGError, inline_svg
from ..links import LineFinder, find_target
from .page import CurrentPage, PageState

if TYPE_CHECKING:
    from markdown import Markdown

_INLINE = "inline"
_DECORATIVE = ("presentation", "none")


class PicturesProcessor(Treeprocessor):
    """Make figures of pictures that stand alone."""

    def __init__(self, md: Markdown, current: CurrentPage):
        super().__init__(md)
        self.current = current
        self._lines: LineFinder
        self._diagrams = 0

    def run(self, root: etree.Element) -> None:
        """Find the pictures of a page that has some."""
        page = self.current.state
        if "![" not in page.body:
            return
        self._lines, self._diagrams = LineFinder(page), 0
        parents = {child: parent for parent in root.iter() for child in parent}
        for image in list(root.iter("img")):
            if not image.get("alt") and image.get("role") not in _DECORATIVE:
                image.attrib.pop("alt", None)  # for links.py: nothing was written
            alone = _alone(image, parents)
            if _INLINE in image.get("class", "").split():
                self._put_in(image, alone, parents, page)
            elif alone is not None and image.get("title"):
                _add_caption(alone, image.attrib.pop("title"))

    def _put_in(
        self,
        image: etree.Element,
        alone: etree.Element | None,
        parents: dict[etree.Element, etree.Element],
        page: PageState,
    ) -> None:
        """Put an SVG file in the place of the picture that names it."""
        written = image.get("src", "")
        line = self._lines.find(written)
        if alone is None or parents[image] is not alone:
            message = f"the diagram {written!r} does not stand alone"
            page.report(line, f"{message}; give it a paragraph of its own")
            return
        if not image.get("alt"):
            message = f"the diagram {written!r} says nothing to who can't see it"
            page.report(line, f"{message}; write ![What it shows]({written})", "warning")
        target = find_target(unquote(urlsplit(written).path), page.folder, page.sources)
        if isinstance(target, str):
            return  # reported with the link itself
        file = page.sources.outputs[target.output] if target.source_uri is None else None
        if file is None or file.path.suffix.lower() != ".svg":
            page.report(line, f"{written!r} is no SVG file; remove .inline")
            return
        self._diagrams += 1
        try:
            label, prefix = image.get("alt", ""), f"svg{self._diagrams}-"
            svg = inline_svg(read_text(file.path), label, prefix)
        except SVGError as error:
            message = f"this file can't stand in a page: {error}"
            page.problems.append(Problem(str(file.path), error.line, message))
            return
        except SourceError as error:
            page.problems.append(error.problem)
            return
        classes = [name for name in image.get("class", "").split() if name != _INLINE]
        title = image.get("title")
        alone.clear()
        alone.text = self.md.htmlStash.store(svg)
        alone.set("class", " ".join(classes))
        _add_caption(alone, title)


def _alone(
    image: etree.Element, parents: dict[etree.Element, etree.Element]
) -> etree.Element | None:
    """Return the paragraph in which a picture, or a link around it, is all there is."""
    child, parent = image, parents.get(image)
    while parent is not None:
        if len(parent) != 1 or (parent.text or "").strip() or (child.tail or "").strip():
            return None
        if parent.tag == "p":
            return parent
        if parent.tag != "a":
            return None
        child, parent = parent, parents.get(parent)
    return None


def _add_caption(paragraph: etree.Element, caption: str | None) -> None:
    paragraph.tag = "figure"
    paragraph.set("class", f"picture {paragraph.get('class', '')}".strip())
    if caption:
        etree.SubElement(paragraph, "figcaption").text = caption


class PicturesExtension(Extension):
    """Figures and diagrams, for the page that *current* names."""

    def __init__(self, current: CurrentPage):
        super().__init__()
        self.current = current

    def extendMarkdown(self, md: Markdown) -> None:
        """Register `pictures`."""
        md.treeprocessors.register(PicturesProcessor(md, self.current), "pictures", 7)
