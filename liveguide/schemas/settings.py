"""The schema of `liveguide.yaml`, made from the fields of `Settings` and its docstring."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

from ..settings import Settings

_TEXTS = {"type": "array", "items": {"type": "string"}}
_ENTRIES = {
    "type": "array",
    "items": {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {
                    "anyOf": [{"type": "string"}, {"$ref": "#/properties/navigation"}]
                },
            },
        ]
    },
}
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n(?:        .*)?)*)", re.MULTILINE)


def schema() -> dict[str, Any]:
    """Return the schema."""
    meanings = described(Settings)
    return {
        "title": "liveguide.yaml",
        "description": "The settings of a Liveguide site; each is optional.",
        "type": ["object", "null"],
        "properties": {
            field.name: {"description": meanings.get(field.name, ""), **_shape(field)}
            for field in dataclasses.fields(Settings)
        },
        "additionalProperties": False,
    }


def described(of: type) -> dict[str, str]:
    """Return what the docstring of a class says of each attribute, in one line each."""
    _, _, attributes = inspect.getdoc(of).partition("Attributes:\n")  # type: ignore[union-attr]
    return {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(attributes)}


def _shape(field: dataclasses.Field[Any]) -> dict[str, Any]:
    """Return the form of a setting's value; its default says which."""
    if isinstance(field.default, str):
        shown = {"default": field.default} if field.default else {}
        return {"type": "string", **shown}
    return _ENTRIES if field.name == "navigation" else _TEXTS
