"""The schema of `liveguide.yaml`, made from the fields of `Settings` and its docstring."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

from ..limits import SITE_LIMITS
from ..settings import LANGUAGE, Settings
from .gramex import described_limit

_PLACE = {"type": "string", "minLength": 1}
_ENTRIES = {
    "type": "array",
    "items": {
        "anyOf": [
            _PLACE,
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {
                    "anyOf": [
                        _PLACE,
                        {"allOf": [{"$ref": "#/properties/navigation"}], "minItems": 1},
                    ]
                },
            },
        ]
    },
}
_PATTERNS = {
    "language": rf"^({LANGUAGE})?$",
    "languages": rf"^{LANGUAGE}$",
    "repository": r"^(https?://.*)?$",
    "edit": r"^(https?://.*\{path\}.*)?$",
    "accent": r"^(#[0-9a-fA-F]{6})?$",
    "accent_dark": r"^(#[0-9a-fA-F]{6})?$",
    "url": r"^(https?://[^\s<>\"'\\@?#]+)?$",
}
"""What an editor can see of what the reader checks; contrast and addresses are the reader's."""

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
    _, _, attributes = (inspect.getdoc(of) or "").partition("Attributes:\n")
    return {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(attributes)}


def _shape(field: dataclasses.Field[Any]) -> dict[str, Any]:
    """Return the form of a setting's value; its default says which."""
    if field.name == "navigation":
        return _ENTRIES
    if field.name == "limits":
        limits = {key: described_limit(limit) for key, limit in SITE_LIMITS.items()}
        return {"type": "object", "properties": limits, "additionalProperties": False}
    pattern = {"pattern": _PATTERNS[field.name]} if field.name in _PATTERNS else {}
    text = {"type": "string", **pattern}
    if not isinstance(field.default, str):
        return {"type": "array", "items": text}
    return {**text, **({"default": field.default} if field.default else {})}
