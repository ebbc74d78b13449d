"""The schema of `gramex.yaml`, made from the tables in `server/endpoints/`."""

from __future__ import annotations

from typing import Any

from ..limits import ENDPOINT_LIMITS, Limit
from ..server.endpoints import gramex
from ..server.endpoints.room_settings import ROOM_KEYS
from ..server.endpoints.route import CALLBACKS, FORM_KEYS, LOGIN, MEANINGS, ROUTE_KEYS

_FUNCTIONS = "WebSocketHandler"
_NAME = r"[A-Za-z_]\w*"
_DOTTED = rf"^{_NAME}(\.{_NAME})+$"
_SKIPPED = {"description": "Gramex's; it is skipped here, with a warning."}
_SCALAR = {"type": ["string", "number", "boolean"]}
_GIVEN = {
    "args": {"description": MEANINGS["args"]},
    "kwargs": {"description": "Named arguments of the function.", "type": "object"},
}


def schema() -> dict[str, Any]:
    """Return the schema."""
    return {
        "title": "gramex.yaml",
        "description": "The endpoints of a folder of a Liveguide site.",
        "type": ["object", "null"],
        "properties": {
            "url": {
                "description": "The endpoints by name; begin each with the folder's name.",
                "type": ["object", "null"],
                "additionalProperties": {"$ref": "#/definitions/entry"},
            },
            "rooms": {
                "description": "Rooms by name: how much is kept of what is said in each.",
                "type": ["object", "null"],
                "additionalProperties": {"$ref": "#/definitions/room"},
            },
            **dict.fromkeys(sorted(gramex.SECTIONS), _SKIPPED),
        },
        "additionalProperties": False,
        "definitions": {
            "entry": _entry(),
            "room": _room(),
            "functions": _functions(),
            "route": _route(),
            **{handler: _form(handler) for handler in FORM_KEYS},
            "callback": _callback(),
            "step": _step(),
            "auth": _auth(),
            "credentials": _credentials(),
        },
    }


def _room() -> dict[str, Any]:
    properties = {key: described_limit(limit) for key, limit in ROOM_KEYS.items()}
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


def _entry() -> dict[str, Any]:
    """Describe one entry; what its `kwargs` may say depends on its handler."""
    ours = {_FUNCTIONS: "functions", **{handler: handler for handler in FORM_KEYS}}
    return {
        "type": "object",
        "properties": {
            "pattern": {"description": MEANINGS["pattern"], "type": "string", "pattern": r"^[/$]"},
            "handler": {
                "description": MEANINGS["handler"],
                "anyOf": [
                    {"enum": [*ours]},
                    {"type": "string", "pattern": _DOTTED},
                    {"description": "Gramex's; skipped here.", "enum": sorted(gramex.HANDLERS)},
                ],
            },
            "kwargs": {"description": MEANINGS["kwargs"], "type": ["object", "null"]},
            **dict.fromkeys(sorted(gramex.KEYS), _SKIPPED),
        },
        "required": ["pattern", "handler"],
        "additionalProperties": False,
        "allOf": [
            *(_if_handler({"const": name}, definition) for name, definition in ours.items()),
            _if_handler({"pattern": r"\."}, "route"),
        ],
    }


def _if_handler(handler: dict[str, Any], definition: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"handler": {"type": "string", **handler}}, "required": ["handler"]},
        "then": {"properties": {"kwargs": {"$ref": f"#/definitions/{definition}"}}},
    }


def _functions() -> dict[str, Any]:
    """Describe the `kwargs` of a `WebSocketHandler`, which takes no others."""
    callbacks = {name: _described(name, "callback") for name in CALLBACKS}
    return {
        "type": ["object", "null"],
        "properties": {
            **dict.fromkeys(sorted(gramex.KEYS), _SKIPPED),
            **_every_endpoint(),
            **callbacks,
        },
        "additionalProperties": False,
    }


def _route() -> dict[str, Any]:
    """Describe the `kwargs` of a class or an async function, which gets the others itself."""
    return {"type": ["object", "null"], "properties": _every_endpoint()}


def _form(handler: str) -> dict[str, Any]:
    """Describe the `kwargs` of a page with a form."""
    return {
        "type": ["object", "null"],
        "properties": {
            **dict.fromkeys(sorted(gramex.KEYS), _SKIPPED),
            **{key: _described(key, key) for key in sorted(FORM_KEYS[handler])},
        },
        **({"required": ["credentials"]} if handler == LOGIN else {}),
        "additionalProperties": False,
    }


def _every_endpoint() -> dict[str, Any]:
    """Describe what each endpoint may say, of whatever kind it is."""
    origins = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    special = {
        "origins": {
            "description": MEANINGS["origins"],
            "anyOf": [{"type": "string"}, origins],
        },
        "auth": _described("auth", "auth"),
        **{key: described_limit(limit) for key, limit in ENDPOINT_LIMITS.items()},
    }
    return {key: special.get(key) or _described(key, "callback") for key in sorted(ROUTE_KEYS)}


def described_limit(limit: Limit) -> dict[str, Any]:
    """Return the form of a limit, in `gramex.yaml` as in `liveguide.yaml`."""
    if limit.is_switch:
        return {"description": limit.meaning, "type": "boolean"}
    kind = "integer" if limit.is_whole else "number"
    bounds = {"minimum": limit.least, "maximum": limit.most}
    return {"description": limit.meaning, "type": kind, **bounds}


def _callback() -> dict[str, Any]:
    steps = {"type": "array", "items": {"$ref": "#/definitions/step"}, "minItems": 1}
    return {
        "type": "object",
        "properties": {
            "function": {
                "description": MEANINGS["function"],
                "anyOf": [{"type": "string", "pattern": r"\S"}, steps],
            },
            **_GIVEN,
        },
        "required": ["function"],
        "additionalProperties": False,
        "if": {"properties": {"function": {"type": "array"}}},
        "then": {"properties": {"args": False, "kwargs": False}},
    }


def _step() -> dict[str, Any]:
    function = {"description": "A function or an expression.", "type": "string", "pattern": r"\S"}
    name = {"description": MEANINGS["name"], "type": "string", "pattern": rf"^{_NAME}$"}
    return {
        "anyOf": [
            function,
            {
                "type": "object",
                "properties": {"function": function, "name": name, **_GIVEN},
                "required": ["function"],
                "additionalProperties": False,
            },
        ]
    }


def _auth() -> dict[str, Any]:
    values = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]}
    asked = {"type": "object", "minProperties": 1, "additionalProperties": values}
    return {
        "anyOf": [
            {"type": "boolean"},
            {
                "type": "object",
                "properties": {
                    "membership": {"description": "The same, as in Gramex.", **asked},
                    "condition": False,
                },
                "minProperties": 1,
                "additionalProperties": values,
            },
        ]
    }


def _credentials() -> dict[str, Any]:
    password = {"description": "The hash that `liveguide password` has printed.", "type": "string"}
    account = {
        "type": "object",
        "properties": {"password": password},
        "required": ["password"],
    }
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"anyOf": [password, account]},
    }


def _described(key: str, definition: str) -> dict[str, Any]:
    """
    Refer to a definition, with what the key is for.

    Draft 7 passes over what stands beside a `$ref`, hence the list of one.
    """
    return {"description": MEANINGS[key], "allOf": [{"$ref": f"#/definitions/{definition}"}]}
