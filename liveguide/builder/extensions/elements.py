"""Which HTML elements a `:::` block may be, and which attributes each may carry."""

from __future__ import annotations

from ...errors import did_you_mean

_GLOBAL = frozenset(
    (
        "accesskey autofocus class contenteditable dir draggable enterkeyhint hidden id inert "
        "inputmode itemid itemprop itemref itemscope itemtype lang part popover role slot "
        "spellcheck style tabindex title translate"
    ).split()
)

ELEMENTS: dict[str, frozenset[str]] = {
    "address": frozenset(),
    "article": frozenset(),
    "aside": frozenset(),
    "blockquote": frozenset({"cite"}),
    "details": frozenset({"open", "name"}),
    "div": frozenset({"align"}),
    "fieldset": frozenset({"disabled", "form", "name"}),
    "figcaption": frozenset(),
    "figure": frozenset(),
    "footer": frozenset(),
    "header": frozenset(),
    "legend": frozenset(),
    "nav": frozenset(),
    "p": frozenset({"align"}),
    "section": frozenset(),
    "summary": frozenset(),
}
"""The elements a block may be, each with the attributes that it has beside the global ones."""

HOLD_NO_PARAGRAPHS = frozenset({"legend", "p", "summary"})
"""Those that may hold a line of text, but no paragraph."""

EXAMPLE_ATTRIBUTES = frozenset({"href", "source", "target", "windows", "expect", "feature"})

FEATURES_ATTRIBUTES = frozenset({"source"})

_OWN = {"example": EXAMPLE_ATTRIBUTES, "features": FEATURES_ATTRIBUTES}

OWN_BLOCKS = tuple(_OWN)
"""The blocks that are no HTML element."""


def check_attributes(name: str, attributes: dict[str, str | None]) -> str | None:
    """Return what is wrong with the attributes of a block, and the likely fix, or `None`."""
    own = name in _OWN
    known = _OWN[name] if own else _GLOBAL | ELEMENTS[name]
    for key, value in attributes.items():
        if not own and key.startswith(("data-", "aria-")):
            continue
        if key.lower().startswith("on") and not own:
            return f"{key!r} is stopped by the page's security policy; use a script of its own"
        if key not in known:
            hint = did_you_mean(key, known) or (
                f"; it has {', '.join(sorted(known))}" if own else ""
            )
            return f"the block {name!r} has no attribute {key!r}{hint}"
        if value is None and own:
            return f"{key!r} has no value; write {key}=VALUE"
    if name == "example" and not attributes.get("href"):
        return "this example has no href; name the page it opens, as in href=demo.html"
    if name == "features" and not attributes.get("source"):
        return "this table names no source; name one of features.yaml, as in source=ID"
    return None
