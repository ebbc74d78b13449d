"""What the tests of logging in share: a guide for members, and a reader of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from tornado.httpclient import HTTPResponse

from liveguide.settings import Settings

from ..conftest import GEHEIM, Served

GRAMEX = f"""\
url:
  login:
    pattern: /members/login
    handler: SimpleAuth
    kwargs:
      credentials:
        demo:
          password: {GEHEIM}
          role: reader
        eve: {GEHEIM}
  logout:
    pattern: /members/logout
    handler: LogoutHandler
  whoami:
    pattern: /whoami
    handler: WebSocketHandler
    kwargs:
      auth: true
      open: {{function: handler.write_message(handler.current_user)}}
      on_message: {{function: 'handler.write_message("heard " + message)'}}
  readers:
    pattern: /readers
    handler: WebSocketHandler
    kwargs:
      auth: {{role: [reader]}}
  anyone:
    pattern: /anyone
    handler: WebSocketHandler
    kwargs:
      open: {{function: handler.write_message(dict(handler.session))}}
  remember:
    pattern: /remember
    handler: WebSocketHandler
    kwargs:
      on_message: {{function: bot.remember}}
      on_close: {{function: bot.on_close}}
  slow:
    pattern: /slow
    handler: bot.talk
    kwargs:
      auth: true
"""
BOT = """\
import asyncio

arrived, go = asyncio.Event(), asyncio.Event()
heard = []

def remember(handler, message):
    handler.session['basket'] = message
    handler.write_message('kept')

def on_close(handler):
    heard.append(handler.session['id'])

async def talk(websocket):
    arrived.set()
    await go.wait()
    await websocket.accept()
    heard.append('accepted')
"""
LOGIN, LOGOUT = "/members/login", "/members/logout"


@dataclass
class Reader:
    """A browser's view of the site: it keeps cookies, and sends what a form holds."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}

    async def get(self, path: str, **options: Any) -> HTTPResponse:
        """Fetch a page, and note its cookies."""
        headers = {**self.headers, **options.pop("headers", {})}
        response = await self.served.get(path, headers=headers, **options)
        for cookie in response.headers.get_list("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return response

    async def post(self, path: str, headers: Any = None, **fields: str) -> HTTPResponse:
        """Open a form, and send it with these fields and what it holds itself."""
        form = {"token": await self.token(path), **fields}
        return await self.get(path, method="POST", body=urlencode(form), headers=headers or {})

    async def token(self, path: str) -> str:
        """Open a form, and return what only this site knows of it."""
        page = await self.get(path)
        hidden = re.search(r'name="token" value="(\w+)"', page.body.decode())
        return hidden[1] if hidden else ""

    async def log_in(self, name: str = "demo", password: str = "geheim") -> HTTPResponse:
        return await self.post(LOGIN, name=name, password=password)

    async def log_out(self) -> HTTPResponse:
        return await self.post(LOGOUT)

    def connect(self, path: str) -> Any:
        return self.served.connect(path, additional_headers=self.headers)


@pytest.fixture(name="served")
async def _served(serve) -> Served:
    """Serve a guide with a login."""
    settings = Settings(title="Members", language="fr")
    return await serve({"gramex.yaml": GRAMEX, "bot.py": BOT}, settings=settings)


@pytest.fixture(name="reader")
def _reader(served) -> Reader:
    """Return a reader whom the site does not know yet."""
    return Reader(served)
