"""
A page as Markdown, for whoever would rather read that than HTML.

`intro.html` is also at `intro.md`, and a folder's page at `index.md` in it. It
is what the author wrote, made to stand alone: what a fence includes stands in
the fence, links lead to the Markdown of other pages, and of the front matter
only what the reader of the page sees is left. What the page does not show
(comments in the form of link definitions, other keys) is not in it.

Links are kept relative to the site's top, between two characters that no page
can hold, until `with_links` knows where the text will stand.
"""

from __future__ import annotations

import json
import posixpath
import re
from urllib.parse import unquote, urlsplit

from ..extensions.page import PageState
from ..links import find_target
from ..sources import SourceFile, Sources, relative_url, url_of

_OPEN, _CLOSE = "\x02", "\x03"  # `Renderer.render` takes them out of what authors write
_MARKED = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_LINK = re.compile(
    r"""(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))
      | (?P<before>\]\(\s*<?|^[ ]{0,3}\[(?!\^)[^\]]+\]:[ \t]*<?|<[a-zA-Z][^<>]*?\s(?:href|src)=")
        (?P<address>(?:[^\s()<>"]|\([^\s()<>"]*\))+)""",
    re.VERBOSE,
)
# Markdown has no comments, so people write [//]: # (one).
# They may stand in quotes and lists, and address and title on lines of their own.
_COMMENT = re.compile(
    r"""(?:[ \t]|>|[-*+][ \t]|\d+[.)][ \t])*
        \[[^\[\]\n]*\]:[ \t]*(?:\n[ \t>]*(?:[ \t]{2}|(?=<)))?(?:\#|<>|<\#>)
        (?: [ \t]+\S[^\n]*
          | [ \t]*(?:\n[ \t>]*(?:"[^\n]*"|'[^\n]*'|\([^\n]*\))[ \t]*)?(?=\n|$)
        )""",
    re.VERBOSE,
)
_CONTENTS = re.compile(r"\s*\[TOC\]\s*$")


def markdown_output(file: SourceFile, sources: Sources) -> str:
    """Return the path in the site of a page's Markdown; empty where a folder has that name."""
    output = posixpath.splitext(file.output)[0] + ".md"
    return "" if output in sources.folders else output


def page_markdown(body: str, page: PageState) -> str:
    """
    Return a page's Markdown, its links still to be written by `with_links`.

    Args:

        body: The page's Markdown, below its front matter.

        page: What the extensions have left: the fences, and the body without them.
    """
    resolved = {fence.first: fence for fence in page.included_fences}
    written, prose = body.split("\n"), page.body.split("\n")
    lines: list[str] = []
    position = 0
    while position < len(written):
        line = written[position]
        if position in resolved:
            fence = resolved[position]
            lines += fence.lines()
            position = fence.last
        elif "[" not in line and "<" not in line:
            lines.append(line)  # as most are
        elif position >= len(prose) or prose[position] != line:
            lines.append(line)  # in a fence
        elif comment := "]:" in line and _COMMENT.match("\n".join(prose[position : position + 3])):
            position += comment[0].count("\n")
        elif not _CONTENTS.match(line):
            lines.append(_LINK.sub(lambda link: _with_target(link, page), line))
        position += 1
    return "\n".join(lines).strip() + "\n"


def _with_target(link: re.Match[str], page: PageState) -> str:
    address = link["address"]
    if not address:
        return link[0]
    try:
        parts = urlsplit(address)
    except ValueError:
        return link[0]
    if parts.scheme or parts.netloc or not parts.path:
        return link[0]
    target = find_target(unquote(parts.path), page.folder, page.sources)
    if isinstance(target, str):
        return link[0]
    file = page.sources.outputs.get(target.output)
    output = target.output
    if file is not None and file.kind == "page":
        output = markdown_output(file, page.sources) or output
    query = f"?{parts.query}" if parts.query else ""
    hash_ = f"#{parts.fragment}" if parts.fragment else ""
    return f"{link['before']}{_OPEN}{url_of(output)}{_CLOSE}{query}{hash_}"


def with_links(markdown: str, output: str, site_url: str) -> str:
    """
    Return a page's Markdown as it stands in the file *output*.

    Args:

        markdown: What `page_markdown` returned.

        output: A path in the site.

        site_url: The site's public address, or an empty text: links are then relative.
    """
    here = url_of(output)

    def address(marked: re.Match[str]) -> str:
        return site_url + marked[1] if site_url else relative_url(marked[1], here)

    return _MARKED.sub(address, markdown)


def head(title: str, description: str, url: str) -> str:
    """Return the front matter of a page's Markdown; keys without a value are left out."""
    values = {"title": title, "description": description, "url": url}
    # A text in JSON is one in YAML.
    lines = [f"{key}: {json.dumps(v, ensure_ascii=False)}\n" for key, v in values.items() if v]
    return "---\n" + "".join(lines) + "---\n\n"
