"""What edited code tells its page: forged, too much, or without end."""

from __future__ import annotations

import asyncio
import json

import pytest
from playwright.async_api import Page, expect

from .conftest import ServeTree
from .editing import CONNECT, ECHO, STATE, button, expect_logged, open_page, run, snippet_of

pytestmark = pytest.mark.browser

FORGE = """\
let port
const post = MessagePort.prototype.postMessage
MessagePort.prototype.postMessage = function () { port = this }
console.log('never arrives')
while (!port) await new Promise((done) => setTimeout(done, 10))
const send = (events) => post.call(port, events)
"""
"""What gives edited code the frame's own way to the page, to say there whatever it likes."""

MARKUP = "<img src=x onerror=document.title=1><script>document.title=2</script>"


async def test_forged_events_put_no_markup_into_the_page(serve_tree: ServeTree, page: Page) -> None:
    """Each field of each event becomes text, or nothing."""
    await open_page(serve_tree, page)
    elements = "document.querySelectorAll('main img, main script, main iframe').length"
    before = await page.evaluate(elements)
    markup = json.dumps(MARKUP)
    await run(
        snippet_of(page),
        FORGE
        + f"""\
const markup = {markup}, at = performance.timeOrigin + performance.now()
const part = {{text: markup, entries: [[markup, {{text: markup}}]]}}
send([
  null, 1, [], {{}}, {{type: markup}}, {{type: 'busy'}}, {{type: 'log'}},
  {{type: 'log', level: 'log', parts: [{{text: 1}}]}},
  {{type: 'log', level: markup, parts: [part]}},
  {{type: 'error', parts: [part], line: markup}},
  {{type: 'skipped', count: markup}},
  {{type: 'constructor'}}, {{type: '__proto__'}},
  {{type: 'log', level: 'log', parts: [part]}},
  {{type: 'error', parts: [part], line: 3}},
])
for (const socket of Array.from({{length: 5000}}, (_, n) => n)) {{
  if (socket % 1000 > 0) continue
  send([
    {{type: 'connecting', socket, at, url: 'ws://' + markup}},
    {{type: 'open', socket, at}},
    {{type: 'in', socket, at, data: markup}},
    {{type: 'out', socket, at, data: new Blob([markup], {{type: 'text/html'}})}},
    {{type: 'close', socket, at, code: markup, reason: markup}},
    {{type: 'close', socket, at, code: 4000, reason: markup}},
  ])
}}""",
    )
    snippet = snippet_of(page)
    await expect(snippet.locator("live-console .live-line")).to_have_count(2)
    await expect(snippet.locator(".live-state")).to_contain_text("closed (4000, <img")
    details = snippet.locator("details")
    for _ in range(3):
        await details.evaluate_all("(all) => all.forEach((one) => (one.open = true))")
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    await expect(snippet.locator("live-console .entry").first).to_contain_text(MARKUP)
    await expect(snippet.locator("live-wire pre").first).to_contain_text(MARKUP)

    assert await page.evaluate(elements) == before
    assert (await page.title()).startswith("Page ")
    assert await snippet.locator("[class*=img]").count() == 0


FLOODS = {
    "its own way": FORGE + "for (;;) send([{type: 'log', level: 'log', parts: [{text: 'again'}]}])",
    "what is no list": FORGE + "for (;;) send('again')",
    "empty lists": FORGE + "for (;;) send([])",
    "sockets": FORGE
    + "send(Array.from({length: 60_000}, (_, n) => ({type: 'connecting', socket: n, at: 1})))\n"
    "for (;;);",
    "shared values": FORGE + "let value = {text: 'a'}\n"
    "for (let n = 0; n < 50; n++) value = {text: 'a', entries: [['k', value], ['k', value]]}\n"
    "send([{type: 'log', level: 'log', parts: [value]}])\nfor (;;);",
    "a value in itself": FORGE + "const value = {text: 'a'}\nvalue.entries = [['k', value]]\n"
    "send([{type: 'log', level: 'log', parts: [value]}])\nfor (;;);",
    "one long text": FORGE + "const text = 'a'.repeat(1e8)\n"
    "send([{type: 'log', level: 'log', parts: [{text}]}])\nfor (;;);",
    "very many parts": FORGE + "const parts = Array.from({length: 1e6}, () => ({text: 'a'}))\n"
    "send([{type: 'log', level: 'log', parts}])\nfor (;;);",
    "messages to the page": "const text = 'a'.repeat(1e6)\nfor (;;) parent.postMessage(text, '*')",
    "lines": "for (;;) console.log({a: [1, 2, 3]})",
    "clearing": "for (;;) console.clear()",
    "sending": CONNECT + "const ws = new WebSocket(url)\n"
    "ws.onopen = () => { for (;;) ws.send('again') }",
    "opening": CONNECT + "for (let n = 0; n < 3000; n++) new WebSocket(url)",
    "nothing": "for (;;);",
}


@pytest.mark.parametrize("code", FLOODS.values(), ids=FLOODS)
async def test_the_page_stays_alive_whatever_the_frame_does(
    serve_tree: ServeTree, page: Page, code: str
) -> None:
    """The page answers within seconds all the while, and the next run is as if nothing was."""
    await open_page(serve_tree, page)
    await run(snippet_of(page), code)
    for _ in range(20):
        async with asyncio.timeout(10):
            await page.evaluate("new Promise((done) => setTimeout(done, 100))")
    await run(snippet_of(page), "console.log('next')")

    await expect_logged(snippet_of(page), "next")


@pytest.mark.parametrize("flood", ["its own way", "what is no list", "empty lists", "clearing"])
async def test_a_frame_that_says_too_much_is_ended(
    serve_tree: ServeTree, page: Page, flood: str
) -> None:
    """The page tells its reader so, whether or not it goes round the frame's own script."""
    await open_page(serve_tree, page)
    await run(snippet_of(page), FLOODS[flood])

    await expect(snippet_of(page)).to_contain_text("Ended: it said more than the page can show")
    await expect(page.locator("iframe")).to_have_count(0)


async def test_a_hundred_thousand_messages_are_not_too_much(
    serve_tree: ServeTree, page: Page
) -> None:
    """An honest snippet that hears a lot is shown to its end."""
    server = await serve_tree(
        {
            "README.md": f"# Page\n\n```js {STATE}\n```\n",
            "gramex.yaml": "url:\n  flood:\n    pattern: /flood\n    handler: WebSocketHandler\n"
            "    kwargs:\n      open:\n        function: flood.flood\n",
            "flood.py": "def flood(handler):\n    for number in range(100_000):\n"
            "        handler.write_message(f'message {number}')\n",
        }
    )
    await page.goto(server.url)
    code = CONNECT.replace("'echo'", "'flood'") + (
        "const ws = new WebSocket(url)\nlet count = 0\n"
        "ws.onmessage = () => { if (++count === 100_000) console.log('all') }"
    )
    await run(snippet_of(page), code)

    await expect(snippet_of(page).locator("live-console .live-line")).to_have_text(
        "all", timeout=180_000
    )


@pytest.mark.parametrize(
    "code",
    [
        "for (;;);",
        ECHO.replace("console.log(event.data)", "{ ws.close(); for (;;); }"),
        "setInterval(() => console.log('again'), 100)",
        ECHO + "; ws.onclose = () => { for (;;); }; ws.close()",
        FORGE + "send([{type: 'done'}]); for (;;);",
    ],
)
async def test_stop_ends_it_whatever_state_it_claims(
    serve_tree: ServeTree, page: Page, code: str
) -> None:
    """As long as there is something to end, Stop can be pressed, and ends it."""
    await open_page(serve_tree, page)
    await run(snippet_of(page), code)
    await expect(page.locator("iframe")).to_have_count(1)
    await page.wait_for_timeout(500)
    await button(snippet_of(page), "Stop").click(timeout=10_000)

    await expect(page.locator("iframe")).to_have_count(0)
