"""The schema of the front matter of a page, made from its table of keys."""

from __future__ import annotations

from typing import Any

from ..builder.frontmatter import KEYS
from ..settings import LANGUAGE

_TYPES = {
    "text": "string",
    "a whole number": "integer",
    "true or false": "boolean",
    "a mapping": "object",
}


def schema() -> dict[str, Any]:
    """Return the schema; a key without a value counts as left out, and others mean nothing."""
    return {
        "title": "Front matter",
        "description": "The YAML at the top of a page of a Liveguide site.",
        "type": ["object", "null"],
        "properties": {
            name: {
                "description": key.meaning,
                "type": [_TYPES[key.kind], "null"],
                **({"pattern": f"^({LANGUAGE})?$"} if name == "lang" else {}),
            }
            for name, key in KEYS.items()
        },
        "additionalProperties": False,
    }
