"""What a page's head says to search engines, to other sites and to feed readers."""

from __future__ import annotations

from typing import NamedTuple


class SharedImage(NamedTuple):
    """
    The picture that other sites show beside a link.

    Attributes:

        address: Its address, in full.

        alt: What it shows.

        width: Its width in pixels; 0 where it is not known.

        height: Its height.
    """

    address: str
    alt: str
    width: int = 0
    height: int = 0


class Sharing(NamedTuple):
    """
    One page, for machines.

    Attributes:

        description: What the page is about.

        canonical: Its address, in full; empty where the site's is not known, as are the next three.

        kind: What it is to Open Graph: `website` for the home page, else `article`.

        image: Its picture, or `None`.

        breadcrumbs: The way to it, as JSON-LD.

        markdown: The address of its Markdown; empty where there is none.

        feed: The address of the feed of changes; empty where there is none.
    """

    description: str = ""
    canonical: str = ""
    kind: str = "article"
    image: SharedImage | None = None
    breadcrumbs: str = ""
    markdown: str = ""
    feed: str = ""
