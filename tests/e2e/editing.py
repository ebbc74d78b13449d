"""What the tests of edited code share: a page, its editor, and servers that note who comes."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from .conftest import ServeTree

READER = "localhost"
"""The name under which the reader has the site open, so that 127.0.0.1 is another host."""
STATE = "run=always\nconsole.log('own')"
CONNECT = """\
const url = new URL('echo', location.href)
url.protocol = url.protocol.replace('http', 'ws')
"""
ECHO = CONNECT + (
    "const ws = new WebSocket(url)\n"
    "ws.onopen = () => ws.send('hello')\n"
    "ws.onmessage = (event) => console.log(event.data)"
)
_OPTIONS = re.compile("(run|chain|expect)=")
GUIDE = {
    "gramex.yaml": """\
url:
  echo:
    pattern: /echo
    handler: WebSocketHandler
    kwargs:
      open:
        function: told.opened
      on_message:
        function: handler.write_message('echo ' + message)
      on_close:
        function: told.closed
  elsewhere:
    pattern: /elsewhere
    handler: WebSocketHandler
    kwargs:
      origins: [example.org]
      open:
        function: told.opened
  members:
    pattern: /members
    handler: WebSocketHandler
    kwargs:
      auth: true
      open:
        function: told.opened
""",
    "told.py": """\
def opened(handler):
    origin = handler.request.headers.get('Origin')
    handler.write_message(f'session {handler.session["id"]}')
    print('opened from', origin, 'by', handler.session['id'], handler.current_user, flush=True)


def closed(handler):
    print('closed', handler.close_code, flush=True)
""",
}


def page_of(*fences: str) -> dict[str, str]:
    """Return a guide with a page of these fences; one begins with its options, if it has any."""
    text = "\n\n".join(
        f"```js{' ' if _OPTIONS.match(fence) else chr(10)}{fence}\n```" for fence in fences
    )
    return {**GUIDE, "README.md": f"# Page\n\n{text}\n"}


async def open_page(serve_tree: ServeTree, page: Page, *fences: str) -> str:
    """Serve a page of these fences and open it under the reader's name for the host."""
    server = await serve_tree(page_of(*(fences or (STATE,))))
    url = server.url.replace("127.0.0.1", READER)
    await page.goto(url)
    await expect(page.locator("html")).to_have_attribute("data-live", "yes")
    return url


async def runner_url(page: Page) -> str:
    """Return the address of the document in which the open page runs edited code."""
    script = page.locator("script[data-script]")
    return str(await script.evaluate("({ src }) => new URL('runner.html', src).href"))


def snippet_of(page: Page, number: int = 1) -> Locator:
    """Return a snippet of the page, counted from 1."""
    return page.locator("live-snippet").nth(number - 1)


def button(within: Locator, name: str) -> Locator:
    """Return one of a snippet's buttons."""
    return within.get_by_role("button", name=name, exact=True)


async def write(snippet: Locator, code: str) -> None:
    """Put a text in the place of a snippet's code."""
    if await button(snippet, "Edit").is_visible():
        await button(snippet, "Edit").click()
    await snippet.locator(".editor textarea").fill(code)


async def run(snippet: Locator, code: str) -> None:
    """Run a text in the place of a snippet's code."""
    await write(snippet, code)
    await button(snippet, "Run").click()


async def expect_logged(snippet: Locator, *lines: str) -> None:
    """Wait until the snippet's console holds these lines and no others."""
    await expect(snippet.locator("live-console .live-line")).to_have_text(list(lines))


@dataclass
class Recorder:
    """
    A server that notes whatever comes, by TCP or UDP, and lets everybody read its answer.

    Attributes:

        url: Its address on another port of this computer.

        port: That port.

        heads: The heads of the requests that came, and other first bytes.
    """

    port: int = 0
    heads: list[str] = field(default_factory=list)
    body: str = "<title>other</title>"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; however that ends, nothing stays open."""
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            await self._answer(reader, writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b""
        try:
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            head = error.partial
        except TimeoutError:
            head = b"a connection of more than 5 s"
        if head:  # a browser may connect before its policy is asked, and then says nothing
            self.heads.append(head.decode(errors="replace"))
        body = self.body.encode()
        lines = (
            "HTTP/1.1 200 OK",
            "Content-Type: text/html",
            "Access-Control-Allow-Origin: *",
            f"Content-Length: {len(body)}",
            "Connection: close",
            "\r\n",
        )
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()


class Datagrams(asyncio.DatagramProtocol):
    """What came by UDP, for a recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._recorder.heads.append(f"UDP {data[:20]!r}")


@contextlib.asynccontextmanager
async def listening(
    meet: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Have *meet* answer who connects, at a port that is returned; in the end, cut who is left."""
    writers: list[asyncio.StreamWriter] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await meet(reader, writer)

    async with await asyncio.start_server(met, "127.0.0.1", 0) as server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            for writer in writers:
                writer.close()
            await asyncio.sleep(0)  # which is when they do


@contextlib.asynccontextmanager
async def recorder() -> AsyncIterator[Recorder]:
    """Return a server that notes who comes."""
    made = Recorder()
    async with listening(made.answer) as made.port:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(made), local_addr=("127.0.0.1", made.port)
        )
        try:
            yield made
        finally:
            transport.close()
            await asyncio.sleep(0)  # which is when it does


@pytest_asyncio.fixture(name="other")
async def other_server() -> AsyncIterator[Recorder]:
    """Return another server, on this computer under another name and port."""
    async with recorder() as made:
        yield made


@contextlib.asynccontextmanager
async def tap(url: str) -> AsyncIterator[Recorder]:
    """Return a recorder that passes everything on to the server at *url*, and back."""
    made = Recorder()
    host, port = url.removeprefix("http://").rstrip("/").split(":")

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, note: bool) -> None:
        with contextlib.closing(sink), contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                if note:
                    found = re.findall(
                        r"^[A-Z]+ \S+ HTTP/1.1\r\n.*?\r\n\r\n", data.decode("latin1"), re.S
                    )
                    made.heads += found
                sink.write(data)
                await sink.drain()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, onward = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pump(reader, onward, True), pump(upstream, writer, False))

    async with listening(meet) as made.port:
        yield made
