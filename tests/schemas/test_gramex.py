"""The schema of gramex.yaml beside the reader of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liveguide.errors import Problem
from liveguide.schemas.gramex import schema
from liveguide.server.endpoints import gramex, route
from liveguide.server.endpoints.entries import read_entries
from liveguide.server.endpoints.room_settings import ROOM_KEYS, read_rooms
from liveguide.yamlfile import parse_yaml

from .checking import faults

HASH = "scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
ENTRY = "url:\n  a:\n    pattern: /a\n    handler: WebSocketHandler\n"
KWARGS = ENTRY + "    kwargs:\n      "
CLASS = KWARGS.replace("WebSocketHandler", "module.Name")
LOGIN = KWARGS.replace("WebSocketHandler", "SimpleAuth")
LOGOUT = ENTRY.replace("WebSocketHandler", "LogoutHandler")


def problems(text: str) -> list[Problem]:
    """Return what the server finds wrong with a text."""
    content, path = parse_yaml(text, "gramex.yaml"), Path("guide/gramex.yaml")
    return read_entries(content, path, ".")[1] + read_rooms(content, path)[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "url:\n",
        ENTRY,
        ENTRY + "    kwargs:\n",
        ENTRY.replace("/a", "/$YAMLURL/a"),
        KWARGS + "on_message: {function: a.b}",
        KWARGS + "on_message: {function: a.b, args: [=handler, 1], kwargs: {x: =message}}",
        KWARGS + "on_message: {function: [a.b, {function: c.d, name: e}, str(e)]}",
        KWARGS + "origins: example.org",
        KWARGS + "origins: [example.org, '*.example.org']",
        KWARGS + "auth: true",
        KWARGS + "auth: {role: [admin, 3], site: north}",
        KWARGS + "auth: {membership: {role: admin}}",
        KWARGS + "{ping_interval: 0, max_message_size: 1024}",
        KWARGS + "{ping_interval: 20, ping_timeout: 2.5}",
        CLASS + "{anything: [1, 2], auth: true}",
        LOGIN + f"credentials: {{demo: {HASH!r}}}",
        LOGIN + f"credentials: {{demo: {{password: {HASH!r}, role: [admin]}}}}",
        LOGOUT,
        "log: {level: 1}\n" + ENTRY,
        "rooms:\n",
        "rooms: {a: , b: {history: 200, history_seconds: 0x10}}\n" + ENTRY,
        ENTRY.replace("WebSocketHandler", "FormHandler"),
        ENTRY + "    priority: 3\n",
        KWARGS + "headers: {X-A: b}",
    ],
)
def test_what_the_server_reads_is_valid(text: str) -> None:
    """The server finds no error in it, at most warnings, and the schema none."""
    assert [p.message for p in problems(text) if p.severity == "error"] == []
    assert faults("gramex", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "- a\n",
        "urls: {}\n",
        "url: []\n",
        "url: {a: 1}\n",
        "url: {a: {handler: WebSocketHandler}}\n",
        "url: {a: {pattern: /a}}\n",
        ENTRY.replace("/a", "a"),
        ENTRY.replace("/a", "1"),
        ENTRY.replace("WebSocketHandler", "WebsocketHandler"),
        ENTRY.replace("WebSocketHandler", "3"),
        ENTRY + "    on_message: {function: a.b}\n",
        KWARGS + "on_mesage: {function: a.b}",
        KWARGS + "on_message: a.b",
        KWARGS + "on_message: {}",
        KWARGS + "on_message: {function: ''}",
        KWARGS + "on_message: {function: []}",
        KWARGS + "on_message: {function: [3]}",
        KWARGS + "on_message: {function: a.b, arg: 1}",
        KWARGS + "on_message: {function: [a.b], args: [1]}",
        KWARGS + "on_message: {function: [{function: a.b, name: 1x}]}",
        KWARGS + "on_message: {function: [{name: x}]}",
        KWARGS + "origins: []",
        KWARGS + "origins: [1]",
        KWARGS + "auth: yes please",
        KWARGS + "auth: {}",
        KWARGS + "auth: {role: []}",
        KWARGS + "auth: {condition: x}",
        KWARGS + "ping_interval: 3601",
        KWARGS + "ping_interval: soon",
        KWARGS + "max_message_size: 0.5",
        CLASS + "origins: []",
        LOGIN + "{}",
        LOGIN + "credentials: {}",
        LOGIN + "credentials: {demo: {role: admin}}",
        LOGOUT + "    kwargs: {credentials: {}}",
        "room: {}\n",
        "rooms: [a]\n",
        "rooms: {a: 200}\n",
        "rooms: {a: {hystory: 1}}\n",
        "rooms: {a: {history: -1}}\n",
        "rooms: {a: {history: 1.5}}\n",
        "rooms: {a: {history: yes}}\n",
        "rooms: {a: {history_seconds: 0}}\n",
    ],
)
def test_what_the_server_refuses_is_not_valid(text: str) -> None:
    """The server names an error, and the schema at least one fault."""
    assert [p for p in problems(text) if p.severity == "error"] != []
    assert faults("gramex", text) != []


def test_it_has_the_keys_of_an_endpoint_and_no_others() -> None:
    """A key that only one of the two knew would be underlined, or refused."""
    definitions: dict[str, Any] = schema()["definitions"]

    def keys(name: str) -> set[str]:
        return set(definitions[name]["properties"]) - gramex.KEYS

    assert keys("entry") == route.ENTRY_KEYS
    assert keys("functions") == route.KWARGS_KEYS
    assert keys("route") == route.ROUTE_KEYS
    assert keys("room") == {*ROOM_KEYS}
    assert {name: keys(name) for name in route.FORM_KEYS} == route.FORM_KEYS
    assert set(schema()["properties"]) == {*route.SECTIONS, *gramex.SECTIONS}


def test_each_key_has_its_meaning_and_no_meaning_is_left() -> None:
    """The table of meanings goes with the tables of keys."""
    steps = {"function", "args", "name"}  # kwargs means two things

    assert set(route.MEANINGS) == (
        route.ENTRY_KEYS | route.KWARGS_KEYS | set().union(*route.FORM_KEYS.values()) | steps
    )
