"""`llms.txt` and `llms-full.txt`: the guide for language models (see https://llmstxt.org)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

OUTPUT = "llms.txt"
FULL_OUTPUT = "llms-full.txt"


class Listed(NamedTuple):
    """A page in the list: what it is called, the address of its Markdown, what it is about."""

    label: str
    address: str
    summary: str


def llms(title: str, description: str, sections: Iterable[tuple[str, list[Listed]]]) -> str:
    """
    Return the list of a guide's pages.

    Args:

        title: The site's name.

        description: What it is about; may be empty.

        sections: The name of each section, and its pages.
    """
    parts = [f"# {_line(title)}\n"]
    if description:
        parts.append(f"> {_line(description)}\n")
    for name, pages in sections:
        if pages:
            parts.append(f"## {_line(name)}\n")
            parts.append("".join(_item(page) for page in pages))
    return "\n".join(parts)


def _item(page: Listed) -> str:
    label = _line(page.label).replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
    about = f": {_line(page.summary)}" if page.summary else ""
    return f"- [{label}]({page.address}){about}\n"


def _line(text: str) -> str:
    return " ".join(text.split())
