"""The site that is fuzzed: an endpoint in each style, a login, and some files."""

from __future__ import annotations

from pathlib import Path

_HASH = "scrypt$16384$8$1$te21PbdGYZ+5QyRLP1YLRw==$vjZ7jYQj4VL8daSsGmsj1ababS1ZjvUHNK52tZoUYkw="

GUIDE = {
    "gramex.yaml": f"""\
url:
  echo:
    pattern: /$YAMLURL/echo
    handler: WebSocketHandler
    kwargs:
      on_message: {{function: handler.write_message(message)}}
  mine:
    pattern: /$YAMLURL/mine
    handler: WebSocketHandler
    kwargs:
      origins: [example.org]
      auth: true
      on_message: {{function: handler.write_message(message)}}
  class:
    pattern: /$YAMLURL/class/(.*)
    handler: bots.Echo
  coroutine:
    pattern: /$YAMLURL/coroutine
    handler: bots.echo
  login:
    pattern: /$YAMLURL/login
    handler: SimpleAuth
    kwargs:
      credentials:
        someone: {_HASH}
""",
    "bots.py": """\
from tornado.websocket import WebSocketHandler


class Echo(WebSocketHandler):
    def on_message(self, message):
        self.write_message(message, binary=isinstance(message, bytes))


async def echo(websocket):
    await websocket.accept()
    async for message in websocket:
        await websocket.send(message)
""",
}

SITE = {
    ".liveguide.json": "{}",  # what a build leaves
    "index.html": "<h1>Home</h1>",
    "404.html": "<h1>Not here</h1>",
    "deep/page/index.html": "<p>" + "A page that is long enough to be compressed. " * 100,
    "deep/file.txt": "0123456789" * 50,
    "_liveguide/main.js": "export const a = 1\n" * 100,
}


def write(folder: Path) -> tuple[Path, Path]:
    """Write guide and site below a folder, and return both."""
    guide, site = folder / "guide", folder / "site"
    for root, files in ((guide, GUIDE), (site, SITE)):
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    return guide, site
