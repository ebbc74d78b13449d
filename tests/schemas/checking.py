"""What an editor does with a schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator

from liveguide.schemas import schema_text
from liveguide.yamlfile import parse_yaml


def validator(name: str) -> Draft7Validator:
    """Return a validator of the schema of that name, which is itself sound."""
    schema = json.loads(schema_text(name))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def faults(name: str, text: str) -> list[str]:
    """Return what the schema of that name finds wrong with a YAML text."""
    return [error.message for error in validator(name).iter_errors(parse_yaml(text, "x.yaml"))]


def described_keys(schema: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every key that a schema names, by its path, and what it says of it."""
    if isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items():
            if isinstance(value, dict) and value and "if" not in path:
                yield f"{path}/{key}", value.get("description", "")
        for name, part in schema.items():
            if name not in ("if", "then"):
                yield from described_keys(part, f"{path}/{name}")
    elif isinstance(schema, list):
        for part in schema:
            yield from described_keys(part, path)
