"""What the tests of classes share: a guide with one, and who is refused by it."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from ..conftest import Served

IMPORTS = """\
import asyncio
import sys
from tornado.websocket import WebSocketClosedError, WebSocketHandler

events, closed, handlers = [], asyncio.Event(), []

"""
EVIL = "http://evil.example"


def entry(handler: str, *kwargs: str, pattern: str = "/$YAMLURL/it") -> str:
    """Return a gramex.yaml of one entry, which begins on line 2; each kwarg is a line."""
    lines = ["url:", "  it:", f"    pattern: {pattern}", f"    handler: {handler}"]
    if kwargs:
        lines += ["    kwargs:", *(f"      {line}" for line in kwargs)]
    return "\n".join(lines) + "\n"


def a_class(body: str, *kwargs: str, **options: str) -> dict[str, str]:
    """Return a guide whose one endpoint, /it, is a class of this body."""
    methods = "".join(f"    {line}\n" for line in body.splitlines())
    code = f"{IMPORTS}class It(WebSocketHandler):\n{methods or '    pass'}"
    return {"gramex.yaml": entry("bot.It", *kwargs, **options), "bot.py": code}


def module_of(served: Served) -> dict[str, Any]:
    """Return what the author's module defines, as it was loaded."""
    name = served.app.endpoint_rules[0].target_kwargs["endpoint"].handler.__module__
    return vars(sys.modules[name])


async def refusal(served: Served, path: str = "/it", **options: Any) -> tuple[int, Any]:
    """Return the status and the JSON with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as caught:
        await served.connect(path, **options)
    return caught.value.response.status_code, json.loads(caught.value.response.body)
