"""The way from the home page to a page, as search engines read it (schema.org, JSON-LD)."""

from __future__ import annotations

import json


def breadcrumbs(way: list[tuple[str, str]]) -> str:
    """
    Return the text of a `script` element of type `application/ld+json`.

    Args:

        way: The name and the address, in full, of each page on the way.
    """
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": address}
        for place, (name, address) in enumerate(way, 1)
    ]
    data = {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": items,
    }
    # In a script element nothing is escaped but by JSON itself.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")
