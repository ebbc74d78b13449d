"""
JSON Schemas of what authors write in YAML, so that editors complete and check it.

Each is made from the tables that its reader goes by, so that the two can't
drift apart. They are of draft 7, which every editor knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from . import frontmatter, gramex, settings

FOLDER = ".schemas"
"""The folder at the top of a guide in which its editor finds them; the build passes it over."""

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "settings": settings.schema,
    "frontmatter": frontmatter.schema,
    "gramex": gramex.schema,
}
"""What makes the schema of each kind of file."""


def schema_text(name: str) -> str:
    """Return the schema of that name as a file's text."""
    dialect = {"$schema": "http://json-schema.org/draft-07/schema#"}
    return json.dumps({**dialect, **SCHEMAS[name]()}, indent=2, ensure_ascii=False) + "\n"


def schema_files() -> dict[str, str]:
    """Return the text of every schema by the name of its file in `FOLDER`."""
    return {f"{name}.json": schema_text(name) for name in SCHEMAS}
