"""The Wire pane: the handshake, each message, pings and the close, as they went over the wire."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import Locator, Page, expect

from .conftest import ServeTree
from .panes import lines, rows, show, socket, unfolded

pytestmark = pytest.mark.browser

ECHO_HI = "ws.onopen = () => ws.send('hi')\nws.onmessage = console.log"

FLOOD = (
    "ws.onopen = () => {\n"
    "  for (let n = 1; n < 1e5; n++) ws.send('message ' + n)\n"
    "  ws.send('count')\n"
    "}\n"
    "ws.onmessage = ({data}) => console.log(data)"
)


def _tool(page: Page, name: str) -> Locator:
    return page.locator("live-wire").get_by_role("button", name=name, exact=True)


async def _seconds(row: Locator) -> float:
    return float((await row.locator(".ms").inner_text()).removesuffix(" s"))


async def test_the_handshake_stands_first_with_its_headers(
    serve_tree: ServeTree, page: Page
) -> None:
    """Its row says what was asked and answered, and unfolds to the headers the server saw."""
    url = await show(serve_tree, page, socket("echo", ECHO_HI))
    await expect(rows(page)).to_have_count(3)
    await expect(rows(page).first).to_contain_text("GET /echo → 101 Switching Protocols")
    head = await unfolded(rows(page).first)

    await expect(head).to_contain_text("GET /echo HTTP/1.1\n")
    await expect(head).to_contain_text(f"Host: {url.split('/')[2]}")
    await expect(head).to_contain_text(re.compile("Sec-Websocket-Key: [A-Za-z0-9+/]{22}=="))
    await expect(head).to_contain_text("Sec-Websocket-Extensions: permessage-deflate")
    await expect(head).to_contain_text("HTTP/1.1 101 Switching Protocols\n")
    await expect(head).to_contain_text("Sec-Websocket-Accept: ")


async def test_a_session_cookie_is_masked_in_the_handshake(
    serve_tree: ServeTree, page: Page
) -> None:
    """The reader sees that the cookie went along, and no screenshot gives it away."""
    await show(serve_tree, page, socket("echo", ECHO_HI))
    await expect(lines(page)).to_have_count(1)
    (cookie,) = await page.context.cookies()
    head = await unfolded(rows(page).first)

    await expect(head).to_contain_text(f"Cookie: {cookie['name']}=•••\n")
    assert cookie["value"] not in await page.content()


async def test_a_subprotocol_that_nobody_speaks_is_seen(serve_tree: ServeTree, page: Page) -> None:
    """The browser gives up a handshake whose answer names none; the pane shows what was asked."""
    await show(serve_tree, page, "new WebSocket(new URL('echo', location.href), ['chat', 'v2'])")
    await expect(page.locator(".live-state")).to_have_text("could not connect")
    await expect(rows(page, "handshake")).to_have_count(1)

    head = await unfolded(rows(page, "handshake"))
    await expect(head).to_contain_text("Sec-Websocket-Protocol: chat, v2")


async def test_messages_have_direction_kind_and_size(serve_tree: ServeTree, page: Page) -> None:
    """Each has a row in order; the size is that of its UTF-8."""
    then = "ws.onopen = () => { ws.send('Grüße'); ws.send('[1]'); ws.send('x'.repeat(2048)) }"
    await show(serve_tree, page, socket("echo", then))
    await expect(rows(page)).to_have_count(7)

    await expect(rows(page).locator(".arrow")).to_have_text(["·", *"↑↑↑↓↓↓"])
    await expect(rows(page).locator(".kind")).to_have_text(
        ["handshake", *["text", "json", "text"] * 2]
    )
    await expect(rows(page).locator(".size")).to_have_text(["", *["7 B", "3 B", "2.0 KiB"] * 2])
    await expect(rows(page).nth(1).locator(".text")).to_have_text("Grüße")
    await expect(page.locator("live-wire .pane-summary")).to_have_text("↑ 3  ↓ 3")


async def test_an_echo_has_its_round_trip(serve_tree: ServeTree, page: Page) -> None:
    """A reply says how long it took, and each row when it was, counted from the opening."""
    then = (
        "const slow = (then) => setTimeout(then, 80)\n"
        "ws.onopen = () => ws.send('hi')\n"
        "ws.onmessage = ({data}) => { if (data === 'hi') slow(() => ws.send('bye')) }"
    )
    await show(serve_tree, page, socket("echo", then))
    await expect(rows(page, "in")).to_have_count(2)

    trips = await rows(page, "in").locator(".trip").all_inner_texts()
    assert all(re.fullmatch(r"\d+\.\d ms", trip) for trip in trips)
    assert await rows(page, "out").locator(".trip").all_inner_texts() == ["", ""]
    assert await _seconds(rows(page, "out").nth(1)) >= 0.08


async def test_json_is_pretty_printed_when_it_is_unfolded(
    serve_tree: ServeTree, page: Page
) -> None:
    """Each member gets a line of its own, and nothing but white space changes."""
    message = '{"user":{"name":"Ada"},"tags":[1.0,12345678901234567890]}'
    then = f"ws.onopen = () => ws.send('{message}')"
    await show(serve_tree, page, socket("echo", then))

    shown = await (await unfolded(rows(page, "in"))).inner_text()
    assert shown.splitlines() == [
        "{",
        '  "user": {',
        '    "name": "Ada"',
        "  },",
        '  "tags": [',
        "    1.0,",
        "    12345678901234567890",
        "  ]",
        "}",
    ]


@pytest.mark.parametrize("kind", ["blob", "arraybuffer"])
async def test_binary_messages_unfold_to_hex_and_ascii(
    serve_tree: ServeTree, page: Page, kind: str
) -> None:
    """In either of the forms in which a browser hands them over."""
    await show(serve_tree, page, socket("binary", f"ws.binaryType = '{kind}'"))
    await expect(rows(page, "in").locator(".kind")).to_have_text("binary")
    await expect(rows(page, "in").locator(".size")).to_have_text("32 B")

    dump = await (await unfolded(rows(page, "in"))).inner_text()
    assert dump.splitlines() == [
        "0000  3c 3d 3e 3f 40 41 42 43 44 45 46 47 48 49 4a 4b  <=>?@ABCDEFGHIJK",
        "0010  4c 4d 4e 4f 50 51 52 53 54 55 56 57 58 59 5a 5b  LMNOPQRSTUVWXYZ[",
    ]


async def test_binary_messages_that_are_sent_unfold_too(serve_tree: ServeTree, page: Page) -> None:
    """A part of a buffer, a buffer, a blob: what went out, not what they become later."""
    then = (
        "const bytes = new Uint8Array([72, 105, 0, 255])\n"
        "ws.onopen = () => {\n"
        "  ws.send(bytes.subarray(1, 3)); ws.send(bytes.buffer); ws.send(new Blob(['blob']))\n"
        "  bytes.fill(0)\n"
        "}"
    )
    await show(serve_tree, page, socket("echo", then))
    sent = rows(page, "out")
    await expect(sent).to_have_count(3)
    await expect(sent.locator(".size")).to_have_text(["2 B", "4 B", "4 B"])

    await expect(await unfolded(sent.nth(0))).to_contain_text(re.compile(r"^0000  69 00 +i\.$"))
    await expect(await unfolded(sent.nth(1))).to_contain_text("48 69 00 ff")
    await expect(await unfolded(sent.nth(2))).to_contain_text(re.compile("62 6c 6f 62 +blob$"))


async def test_a_ping_and_its_pong_have_rows(serve_tree: ServeTree, page: Page) -> None:
    """No page can see them but by the server's word; the pong says how long it took."""
    await show(serve_tree, page, socket("ping", "ws.onopen = () => ws.send('now')"))

    await expect(rows(page, "ping")).to_contain_text("from the server")
    await expect(rows(page, "pong")).to_contain_text("from the browser")
    await expect(rows(page, "pong").locator(".trip")).to_have_text(re.compile(r"^\d+\.\d ms$"))


async def test_the_filter_shows_only_matching_rows(serve_tree: ServeTree, page: Page) -> None:
    """All words must be in the row, in any case; without words all rows are back."""
    then = "ws.onopen = () => ['one fish', 'Two FISH', 'bird'].forEach((text) => ws.send(text))"
    await show(serve_tree, page, socket("echo", then))
    await expect(rows(page)).to_have_count(7)
    search = page.locator("live-wire").get_by_role("searchbox")
    await search.fill("fish out")
    await expect(rows(page).locator(".text")).to_have_text(["one fish", "Two FISH"])
    await search.fill("")

    await expect(rows(page)).to_have_count(7)


async def test_the_filter_holds_for_what_comes_later(serve_tree: ServeTree, page: Page) -> None:
    """A message that does not match stays out while the filter stands, and is counted."""
    then = "window.ws = ws; ws.onopen = () => ws.send('bird')"
    await show(serve_tree, page, socket("echo", then))
    await expect(rows(page)).to_have_count(3)
    await page.locator("live-wire").get_by_role("searchbox").fill("fish")
    await page.evaluate("ws.send('another bird'); ws.send('a fish')")
    await expect(page.locator("live-wire .pane-summary")).to_have_text("↑ 3  ↓ 3")

    await expect(rows(page).locator(".text")).to_have_text(["a fish", "a fish"])


async def test_pause_keeps_the_rows_still_and_loses_none(serve_tree: ServeTree, page: Page) -> None:
    """The count goes on; what came meanwhile stands there after the second click."""
    then = "window.ws = ws; ws.onopen = () => ws.send('before')"
    await show(serve_tree, page, socket("echo", then))
    await expect(rows(page)).to_have_count(3)
    await _tool(page, "Pause").click()
    await expect(_tool(page, "Pause")).to_have_attribute("aria-pressed", "true")
    await page.evaluate("ws.send('meanwhile')")
    await expect(page.locator("live-wire .pane-summary")).to_have_text("↑ 2  ↓ 2")
    await expect(rows(page)).to_have_count(3)
    await _tool(page, "Pause").click()

    await expect(rows(page)).to_have_count(5)


async def test_clear_empties_the_pane_and_the_next_message_is_shown(
    serve_tree: ServeTree, page: Page
) -> None:
    """Only what comes after it, with its time since the connection opened."""
    then = "window.ws = ws; ws.onopen = () => ws.send('before')"
    await show(serve_tree, page, socket("echo", then))
    await expect(rows(page)).to_have_count(3)
    before = await _seconds(rows(page).last)
    await _tool(page, "Clear").click()
    await expect(rows(page)).to_have_count(0)
    await page.evaluate("ws.send('after')")
    await expect(rows(page).locator(".text")).to_have_text(["after", "after"])

    assert await _seconds(rows(page).first) > before


async def test_copy_json_gives_all_that_the_pane_knows(serve_tree: ServeTree, page: Page) -> None:
    """The clipboard holds the handshake with its headers, and each message in full."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await show(serve_tree, page, socket("echo", "ws.onopen = () => ws.send('x'.repeat(500))"))
    await expect(rows(page)).to_have_count(3)
    await _tool(page, "Copy JSON").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()

    records = json.loads(await page.evaluate("navigator.clipboard.readText()"))
    assert [record["kind"] for record in records] == ["handshake", "text", "text"]
    assert [record["direction"] for record in records] == ["", "out", "in"]
    assert records[0]["request"]["line"] == "GET /echo HTTP/1.1"
    assert records[1]["data"] == "x" * 500
    assert records[2]["roundTrip"] > 0


async def test_the_rows_of_two_sockets_are_told_apart(serve_tree: ServeTree, page: Page) -> None:
    """The second socket of a run has its number on each row."""
    code = (
        "for (const text of ['first', 'second']) {\n"
        "  const ws = new WebSocket(new URL('echo', location.href))\n"
        "  ws.onopen = () => ws.send(text)\n"
        "}"
    )
    await show(serve_tree, page, code)
    await expect(rows(page)).to_have_count(6)

    kinds = {
        await row.locator(".kind").inner_text(): await row.locator(".text").inner_text()
        for row in await rows(page, "in").all()
    }
    assert kinds == {"text": "first", "#2 text": "second"}


async def test_ten_thousand_messages_do_not_slow_the_page(
    serve_tree: ServeTree, page: Page
) -> None:
    """While they arrive the page draws frames and holds a bounded number of rows."""
    await page.add_init_script(
        """window.frames_ = {longest: 0, last: 0, rows: 0}
        requestAnimationFrame(function frame(now) {
          const f = window.frames_
          if (f.last) f.longest = Math.max(f.longest, now - f.last)
          f.last = now
          f.rows = Math.max(f.rows, document.querySelectorAll('.wire-row').length)
          requestAnimationFrame(frame)
        })"""
    )
    await show(serve_tree, page, socket("source", "ws.onopen = () => ws.send('10000')"))
    await expect(page.locator("live-wire .pane-summary")).to_have_text(
        "↑ 1  ↓ 10000", timeout=120_000
    )
    await expect(rows(page).last).to_contain_text("message 9999")

    frames = await page.evaluate("window.frames_")
    assert frames["rows"] <= 200
    assert frames["longest"] < 1000
    await page.locator("live-wire").get_by_role("searchbox").fill("message 4567")
    await expect(rows(page).locator(".text")).to_have_text(["message 4567"])


async def test_earlier_messages_are_shown_when_asked_for(serve_tree: ServeTree, page: Page) -> None:
    """Two hundred rows at first, and two hundred more with each click, down to the handshake."""
    await show(serve_tree, page, socket("source", "ws.onopen = () => ws.send('300')"))
    await expect(page.locator("live-wire .pane-summary")).to_have_text("↑ 1  ↓ 300")
    await expect(rows(page)).to_have_count(200)
    await _tool(page, "Show earlier messages").click()

    await expect(rows(page)).to_have_count(302)
    await expect(rows(page).first).to_contain_text("handshake")
    await expect(_tool(page, "Show earlier messages")).to_have_count(0)


async def test_a_hundred_thousand_messages_in_a_loop_are_counted(
    serve_tree: ServeTree, page: Page
) -> None:
    """The server has received every one, the page says so and answers a click at once."""
    await show(serve_tree, page, socket("sink", FLOOD))
    await expect(lines(page)).to_have_text("100000", timeout=180_000)

    await expect(page.locator("live-wire .pane-summary")).to_have_text("↑ 100000  ↓ 1")
    await expect(rows(page)).to_have_count(200)
    await expect(rows(page).last).to_contain_text("100000")
    await _tool(page, "Clear").click(timeout=10_000)
    await expect(rows(page)).to_have_count(0, timeout=10_000)


async def test_a_hundred_thousand_messages_of_edited_code_are_counted(
    serve_tree: ServeTree, page: Page
) -> None:
    """They come from a frame of their own, and the page has them all."""
    await show(serve_tree, page, socket("sink"))
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.locator(".editor-text").fill(socket("sink", FLOOD))
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(lines(page)).to_have_text("100000", timeout=180_000)

    await expect(page.locator("live-wire .pane-summary")).to_have_text("↑ 100000  ↓ 1")
    await expect(rows(page)).to_have_count(200)


async def test_a_slow_page_has_edited_code_wait_for_it(serve_tree: ServeTree, page: Page) -> None:
    """A flood of honest code is slowed down, not ended."""
    await show(serve_tree, page, socket("sink"))
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.locator(".editor-text").fill(socket("sink", FLOOD))
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    await page.get_by_role("button", name="Run", exact=True).click()

    await expect(lines(page)).to_have_text("100000", timeout=180_000)


async def test_binary_messages_of_edited_code_unfold(serve_tree: ServeTree, page: Page) -> None:
    """What passes through the frame's door is still bytes."""
    await show(serve_tree, page, socket("binary"))
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.locator(".editor-text").fill(socket("binary", "ws.onmessage = console.log"))
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(lines(page)).to_have_text("MessageEvent Blob (32 bytes)")

    await expect(await unfolded(rows(page, "in"))).to_contain_text("<=>?@ABCDEFGHIJK")


async def test_a_filter_that_leaves_few_rows_offers_no_earlier_ones(
    serve_tree: ServeTree, page: Page
) -> None:
    """The button stands there only where there is something that it would show."""
    await show(serve_tree, page, socket("source", "ws.onopen = () => ws.send('300')"))
    await expect(page.locator("live-wire .pane-summary")).to_have_text("↑ 1  ↓ 300")
    await expect(_tool(page, "Show earlier messages")).to_be_visible()
    await page.locator("live-wire").get_by_role("searchbox").fill("message 290")

    await expect(rows(page)).to_have_count(1)
    await expect(_tool(page, "Show earlier messages")).to_have_count(0)
