"""The real Tremolo beside our coroutines: what a browser sees of both, and where they differ."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
import websockets
from playwright.async_api import Page, expect

from benchmarks.programs import free_ports

pytestmark = pytest.mark.browser

APP = Path(__file__).parents[1] / "peers" / "tremolo_app.py"

TALK = """async ([path, messages, count]) => {
  const url = new URL(path, location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  const ws = new WebSocket(url)
  const got = []
  ws.onopen = () => messages.forEach((message) => {
    ws.send(Array.isArray(message) ? new Uint8Array(message) : message)
  })
  return await new Promise((resolve) => {
    ws.onmessage = (event) => {
      got.push(event.data)
      if (got.length === count) resolve(got)
    }
    ws.onclose = (event) => resolve([...got, event.code])
  })
}"""


@pytest_asyncio.fixture(name="tremolo", scope="module")
async def _tremolo() -> AsyncIterator[str]:
    """Return the address of a running Tremolo, with a slash at the end."""
    (port,) = free_ports(1)
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, str(port), stdout=DEVNULL, stderr=DEVNULL
    )
    async with asyncio.timeout(60):
        while True:  # it does not say when it listens
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
    yield f"http://127.0.0.1:{port}/"
    process.terminate()
    await process.wait()


@pytest.fixture(name="ours")
def _ours(guide_url: str) -> str:
    """Return the address of the page's folder."""
    return guide_url + "coroutines/"


async def chat(page: Page, folder: str, *messages: str) -> list[str]:
    """Say something in the chat of a folder; return what stands on the page, from the top."""
    await page.goto(folder + "chat")
    items = page.locator("#messages li")
    for number, message in enumerate(messages, 1):
        await page.locator("#message").fill(message)
        await page.get_by_role("button", name="Send").click()
        await expect(items).to_have_count(number)
    return await items.all_text_contents()


async def test_the_chats_show_the_same(tremolo: str, ours: str, page: Page) -> None:
    """The time, the guest's port and the text, the newest first, markup as text."""
    said = ["Hello", "<img src=x onerror=alert(1)>", "Grüß dich"]

    for folder in (tremolo, ours):
        shown = await chat(page, folder, *said)
        found = [re.fullmatch(r"\[\d\d:\d\d:\d\d\] Guest(\d+): (.*)", line) for line in shown]
        assert [one and one[2] for one in found] == said[::-1]
        assert len({one and one[1] for one in found}) == 1


async def test_two_visits_are_two_guests(tremolo: str, ours: str, page: Page) -> None:
    """A guest is named by the port at the other end of the connection."""
    for folder in (tremolo, ours):
        first = await chat(page, folder, "hi")
        again = await chat(page, folder, "hi")
        assert first[0].partition("] ")[2] != again[0].partition("] ")[2]


async def test_the_chat_s_socket_has_the_page_s_scheme_and_address(
    tremolo: str, ours: str, page: Page
) -> None:
    """One address is the page, and its conversation."""
    for folder in (tremolo, ours):
        async with page.expect_websocket() as opening:
            await page.goto(folder + "chat")
        assert (await opening.value).url == folder.replace("http", "ws") + "chat"


@pytest.mark.parametrize("path", ["echo", "iterate"])
async def test_the_echoes_say_the_same(tremolo: str, ours: str, page: Page, path: str) -> None:
    """In the order in which it was said."""
    answers = []
    for folder in (tremolo, ours):
        await page.goto(folder + "chat")
        answers.append(await page.evaluate(TALK, [path, ["one", "two", "drei ü"], 3]))

    assert answers[0] == answers[1] == ["You said: one", "You said: two", "You said: drei ü"]


@pytest.mark.parametrize("char", ["<", ">", "&", '"', "'"])
async def test_a_host_with_markup_is_a_bad_request(tremolo: str, ours: str, char: str) -> None:
    """Both refuse the page; ours says 421 where RFC 3986 lets a name have the character."""
    for folder in (tremolo, ours):
        parts = urlsplit(folder)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(
            f"GET {parts.path}chat HTTP/1.1\r\nHost: a{char}b\r\nConnection: close\r\n\r\n".encode()
        )
        status = await asyncio.wait_for(reader.readline(), 60)
        writer.close()
        expected = b"421" if folder == ours and char in "&'" else b"400"
        assert status.split()[1] == expected


async def test_where_they_differ(tremolo: str, ours: str, page: Page) -> None:
    """What the page says of the differences is what a browser sees."""
    cases = [
        ("farewell", ["Ada"], ["Goodbye, Ada", 1006], ["Goodbye, Ada", 1000]),  # the end
        ("stumble", ["0"], [1006], [1011]),  # an error
        ("echo", [[1, 2]], [r"You said: bytearray(b'\x01\x02')"], [r"You said: b'\x01\x02'"]),
    ]
    for folder, which in ((tremolo, 2), (ours, 3)):
        await page.goto(folder + "chat")
        for case in cases:
            count = sum(isinstance(one, str) for one in case[which])
            wanted = count if len(case[which]) == count else 99
            assert await page.evaluate(TALK, [case[0], case[1], wanted]) == case[which]


async def test_a_plain_request_to_a_socket_finds_no_page(
    tremolo: str, ours: str, page: Page
) -> None:
    """Tremolo's function says 404; ours need not say anything, and the answer is 426."""
    statuses = [(await page.request.get(folder + "echo")).status for folder in (tremolo, ours)]

    assert statuses == [404, 426]


def connect(folder: str, path: str, **options: object) -> websockets.connect:
    """Connect to one of the two with a client that is no browser."""
    address = folder.replace("http", "ws", 1) + path
    return websockets.connect(address, proxy=None, compression=None, max_size=None, **options)


async def test_a_client_s_close_code_comes_back_from_ours_alone(tremolo: str, ours: str) -> None:
    """Tremolo lets the connection end."""
    codes = []
    for folder in (tremolo, ours):
        async with connect(folder, "echo") as ws:
            await ws.send("hi")
            await ws.recv()
            await ws.close(4001)
        codes.append(ws.close_code)

    assert codes == [1006, 4001]


async def test_ours_alone_puts_frames_together(tremolo: str, ours: str) -> None:
    """A message may come in several frames (RFC 6455, section 5.4)."""
    async with connect(ours, "echo") as ws:
        await ws.send(["Hel", "lo"])
        assert await ws.recv() == "You said: Hello"
    async with connect(tremolo, "echo") as ws:
        await ws.send(["Hel", "lo"])
        await ws.send("after")
        with contextlib.suppress(TimeoutError, websockets.ConnectionClosed):
            assert await asyncio.wait_for(ws.recv(), 2) != "You said: Hello"


async def test_the_largest_messages_differ(tremolo: str, ours: str) -> None:
    """2 MiB there, 64 KiB here; both say 1009 to what is larger."""
    for folder, largest in ((tremolo, 2 * 1024 * 1024), (ours, 64 * 1024)):
        async with connect(folder, "echo") as ws:
            await ws.send("x" * (largest - 1))
            assert len(await ws.recv()) == largest - 1 + len("You said: ")
            await ws.send("x" * (largest + 1))
            with pytest.raises(websockets.ConnectionClosed) as caught:
                await ws.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1009


async def test_subprotocols_are_chosen_by_ours_alone(tremolo: str, ours: str) -> None:
    """Tremolo does not answer the offer."""
    async with connect(tremolo, "echo", subprotocols=["chat.v2"]) as ws:
        assert ws.subprotocol is None
    async with connect(ours, "dialect", subprotocols=["chat.v2"]) as ws:
        assert ws.subprotocol == "chat.v2"


async def test_a_page_of_another_site_keeps_its_reader_s_cookies_at_tremolo_alone(
    tremolo: str, ours: str, guide_url: str
) -> None:
    """Both let it in; ours gives it a session that is nobody's."""
    async with connect(tremolo, "echo", origin="http://elsewhere.example") as ws:
        await ws.send("hi")
        assert await ws.recv() == "You said: hi"
    async with connect(ours, "echo", origin="http://elsewhere.example") as ws:
        assert ws.response is not None
        assert "Set-Cookie" not in ws.response.headers
