"""What edited code can't do: it may be anybody's, because links carry it."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import zlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.waiting import until

from .conftest import ServeTree
from .editing import (
    CONNECT,
    ECHO,
    Recorder,
    button,
    expect_logged,
    page_of,
    recorder,
    run,
    snippet_of,
    tap,
)

pytestmark = pytest.mark.browser

READER = "localhost"
"""The name under which the reader has the site open, so that 127.0.0.1 is another host."""

STATE = "run=always\nconsole.log('own')"

WAYS_OUT = {
    "fetch": "await fetch(other + 'fetch', {mode: 'no-cors'})",
    "beacon": "navigator.sendBeacon(other + 'beacon', 'x')",
    "websocket": "new window.WebSocket(other.replace('http', 'ws')); await soon()",
    "eventsource": "new EventSource(other); await soon()",
    "image": "await loaded(Object.assign(new Image(), {src: other + 'image'}))",
    "script": "await loaded(Object.assign(document.createElement('script'), {src: other + 'js'}))",
    "module": "await import(other + 'module.js')",
    "stylesheet": "await loaded(Object.assign(document.createElement('link'),"
    " {rel: 'stylesheet', href: other + 'css'}))",
    "frame": "await loaded(Object.assign(document.createElement('iframe'), {src: other}))",
    "object": "await loaded(Object.assign(document.createElement('object'), {data: other}))",
    "form": "const form = Object.assign(document.createElement('form'), {action: other})\n"
    "document.body.append(form); form.submit(); await soon()",
    "prefetch": "await loaded(Object.assign(document.createElement('link'),"
    " {rel: 'prefetch', href: other + 'prefetch'}))",
    "webrtc": "const peer = new RTCPeerConnection({iceServers: [{urls: stun}]})\n"
    "peer.createDataChannel('out')\n"
    "await peer.setLocalDescription(await peer.createOffer()); await soon()",
    "webrtc below": "const frame = document.createElement('iframe')\n"
    "frame.srcdoc = `<script>\n"
    "const peer = new RTCPeerConnection({iceServers: [{urls: '${stun}'}]})\n"
    "peer.createDataChannel('out')\n"
    "peer.createOffer().then((offer) => peer.setLocalDescription(offer))</${''}script>`\n"
    "document.body.append(frame); await soon()",
    "popup": "open(other + 'popup')",
    "parent": "parent.location.href = other",
    "top": "top.location.href = other; await soon()",
    "top link": "const link = Object.assign(document.createElement('a'), {href: other})\n"
    "link.target = '_top'; document.body.append(link); link.click(); await soon()",
    "own frame": "window.location.href = other; await soon()",
    "refresh": "document.head.append(Object.assign(document.createElement('meta'),"
    " {httpEquiv: 'refresh', content: `0; ${other}`})); await soon()",
}
HELPERS = """\
const other = 'OTHER', stun = 'STUN'
const soon = () => new Promise((done) => setTimeout(done, 300))
function loaded(element) {
  document.body.append(element)
  return Promise.race([soon(), new Promise((done) => (element.onload = element.onerror = done))])
}
"""


@pytest_asyncio.fixture(name="other")
async def _other() -> AsyncIterator[Recorder]:
    """Return another server, on this computer under another name and port."""
    async with recorder() as made:
        yield made


async def _open(serve_tree: ServeTree, page: Page, *fences: str) -> str:
    """Serve a page of these fences and open it under the reader's name for the host."""
    server = await serve_tree(page_of(*(fences or (STATE,))))
    url = server.url.replace("127.0.0.1", READER)
    await page.goto(url)
    await expect(page.locator("html")).to_have_attribute("data-live", "yes")
    return url


async def _runner(page: Page) -> str:
    """Return the address of the document in which the open page runs edited code."""
    script = page.locator("script[data-script]")
    return str(await script.evaluate("({ src }) => new URL('runner.html', src).href"))


def _out(way: str, other: Recorder) -> str:
    """Return the code that goes a way out, and says when it has."""
    helpers = HELPERS.replace("OTHER", other.url).replace("STUN", f"stun:127.0.0.1:{other.port}")
    return f"{helpers}try {{\n{way}\n}} catch {{}}\nconsole.log('tried')"


@pytest.mark.parametrize("way", WAYS_OUT.values(), ids=WAYS_OUT)
async def test_edited_code_reaches_no_other_host(
    serve_tree: ServeTree, page: Page, other: Recorder, way: str
) -> None:
    """Whatever way it takes, nobody there hears of it, and the page stays."""
    url = await _open(serve_tree, page)
    await run(snippet_of(page), _out(way, other))
    if way in (WAYS_OUT["own frame"], WAYS_OUT["refresh"]):
        # The frame may be gone before it can say so: the browser has an error page in it.
        await page.wait_for_timeout(1000)
    else:
        await expect_logged(snippet_of(page), "tried")

    assert other.heads == []
    assert page.url == url
    assert len(page.context.pages) == 1


@pytest.mark.parametrize("way", WAYS_OUT.values(), ids=WAYS_OUT)
async def test_each_way_out_leads_somewhere_without_the_frame(
    page: Page, other: Recorder, way: str
) -> None:
    """In a page that nothing contains, the same code reaches the other host: the test can fail."""
    async with recorder() as plain:
        await page.goto(plain.url)
        code = f"(async () => {{{_out(way, other)}}})()"
        await page.add_script_tag(content=code)
        assert await until(lambda: other.heads, 60)


async def test_what_the_server_sees_of_it(serve_tree: ServeTree, page: Page) -> None:
    """Its requests have the origin `null`, and none of the reader's cookies."""
    server = await serve_tree(page_of(STATE))
    async with tap(server.url) as seen:
        await page.context.add_cookies(
            [
                {"name": name, "value": "x", "url": seen.url, "sameSite": how}
                for name, how in (("strict", "Strict"), ("lax", "Lax"))
            ]
        )
        await page.goto(seen.url)
        await expect(page.locator("html")).to_have_attribute("data-live", "yes")
        assert any("strict=x" in head for head in seen.heads)
        code = ECHO + (
            "\nawait fetch(new URL('fetched', location.href),"
            " {credentials: 'include', mode: 'no-cors'})\nconsole.log('fetched')"
        )
        await run(snippet_of(page), code)
        await expect(snippet_of(page)).to_contain_text("echo hello")
        await expect(snippet_of(page)).to_contain_text("fetched")
        theirs = [head for head in seen.heads if re.match("GET /(echo|fetched)", head)]

    assert len(theirs) == 2
    for head in theirs:
        assert "\r\ncookie:" not in head.lower()
    assert "\r\nOrigin: null\r\n" in next(head for head in theirs if "/echo" in head)


async def test_its_frame_opens_no_page_as_the_reader(serve_tree: ServeTree, page: Page) -> None:
    """Sent to another page of the site, the frame asks for it without the reader's cookies."""
    server = await serve_tree(page_of(STATE))
    async with tap(server.url) as seen:
        await page.context.add_cookies([{"name": "who", "value": "reader", "url": seen.url}])
        await page.goto(seen.url)
        await run(snippet_of(page), "window.location.href = new URL('log-out', location.href)")
        (head,) = await until(lambda: [head for head in seen.heads if "/log-out" in head], 60)

    assert "who=reader" not in head


async def test_it_is_not_the_readers_session(serve_tree: ServeTree, page: Page) -> None:
    """The page's own snippet is the reader; the same code, edited, is somebody else each time."""
    await _open(serve_tree, page, ECHO)
    lines = snippet_of(page).locator("live-console .live-line")
    await expect(lines).to_have_count(2)
    sessions = [await lines.first.inner_text()]
    for _ in range(2):
        await run(snippet_of(page), ECHO.replace("hello", "edited"))
        await expect(lines.last).to_have_text("echo edited")
        sessions.append(await lines.first.inner_text())

    assert all(re.fullmatch(r"session \S{10,}\s*", session) for session in sessions)
    assert len(set(sessions)) == 3


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("document.cookie", "SecurityError"),
        ("document.cookie = 'a=b'", "SecurityError"),
        ("localStorage.length", "SecurityError"),
        ("sessionStorage.length", "SecurityError"),
        ("await caches.keys()", "SecurityError"),
        ("await new Promise((_, no) => (indexedDB.open('a').onerror = no))", "SecurityError"),
        ("parent.document", "SecurityError"),
        ("top.document.body", "SecurityError"),
        ("frameElement.id", "TypeError"),
        ("parent.liveguide", "SecurityError"),
        ("parent.location.href", "SecurityError"),
        ("parent.location = 'https://example.org/'", "SecurityError"),
        ("top.location.hash = 'moved'", "SecurityError"),
        ("open('about:blank').document", "TypeError"),
        ("await navigator.serviceWorker.register('x.js')", "SecurityError|TypeError"),
        ("new Worker('data:text/javascript,1')", "SecurityError|nothing"),
        ("await navigator.clipboard.readText()", "NotAllowedError"),
        ("document.createElement('iframe').contentWindow.x", "TypeError"),
        ("new RTCPeerConnection()", "ReferenceError"),
    ],
)
async def test_what_is_out_of_its_reach(
    serve_tree: ServeTree, page: Page, code: str, refused: str
) -> None:
    """Cookies, storage, the page around it, other windows: the browser refuses each."""
    url = await _open(serve_tree, page)
    tried = f"try {{ {code}; console.log('nothing') }} catch (e) {{ console.log(e.name) }}"
    await run(snippet_of(page), tried)

    await expect(snippet_of(page).locator("live-console .live-line")).to_have_text(
        re.compile(f"^({refused})\\s*$")
    )
    assert page.url == url
    assert len(page.context.pages) == 1


async def test_dialogs_and_history_stay_closed_to_it(serve_tree: ServeTree, page: Page) -> None:
    """It can ask the reader for nothing, and can't take the page back to where it was before."""
    opened: list[str] = []
    page.on("dialog", lambda dialog: opened.append(dialog.message))
    async with recorder() as before:
        await page.goto(before.url)
        url = await _open(serve_tree, page)
        await run(
            snippet_of(page),
            "alert('1'); prompt('2'); confirm('3'); history.back(); history.go(-2)\n"
            "setTimeout(() => console.log('still here'), 300)",
        )
        await expect_logged(snippet_of(page), "still here")

    assert opened == []
    assert page.url == url


async def test_an_endpoint_for_other_sites_lets_it_in_as_a_stranger(
    serve_tree: ServeTree, page: Page
) -> None:
    """Its origin is nobody's, but its page is this site's own."""
    server = await serve_tree(page_of(STATE))
    await page.goto(server.url)
    await run(snippet_of(page), ECHO.replace("'echo'", "'elsewhere'"))

    await server.printed("opened from null by")
    assert [line.endswith(" None") for line in server.lines if "opened from null" in line] == [True]


async def test_an_endpoint_for_other_sites_refuses_it_without_the_pages_key(
    serve_tree: ServeTree, page: Page
) -> None:
    """The browser's own WebSocket carries no key, so it is a stranger from nowhere."""
    await _open(serve_tree, page)
    code = CONNECT.replace("'echo'", "'elsewhere'") + (
        "const ws = new window.WebSocket(url)\n"
        "ws.onopen = () => console.log('open')\n"
        "ws.onclose = () => console.log('closed')"
    )
    await run(snippet_of(page), code)

    await expect_logged(snippet_of(page), "closed")


async def test_an_endpoint_for_members_refuses_it(serve_tree: ServeTree, page: Page) -> None:
    """It has no session to be logged in with, whatever the reader is."""
    await _open(serve_tree, page)
    await run(snippet_of(page), ECHO.replace("'echo'", "'members'"))

    await expect(snippet_of(page).locator(".live-state")).to_have_text(
        "refused (401: log in to connect)"
    )


async def test_it_can_open_no_trace_of_its_own(serve_tree: ServeTree, page: Page) -> None:
    """What the server tells a page, it tells to this site's origin only."""
    await _open(serve_tree, page)
    code = CONNECT.replace("'echo'", "'_liveguide/trace'") + (
        "const ws = new window.WebSocket(url)\n"
        "ws.onmessage = (event) => console.log(event.data)\n"
        "ws.onclose = () => console.log('closed')"
    )
    await run(snippet_of(page), code)

    await expect_logged(snippet_of(page), "closed")


async def test_the_policy_of_its_document(serve_tree: ServeTree, page: Page) -> None:
    """Sandboxed by its header too, so that it is as harmless in a window of its own."""
    await _open(serve_tree, page)
    response = await page.request.get(await _runner(page))

    assert response.headers["content-security-policy"] == (
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-eval' 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


async def test_its_document_stands_in_no_other_sites_frame(
    serve_tree: ServeTree, page: Page, other: Recorder
) -> None:
    """Another site that frames it gets the browser's error page."""
    await _open(serve_tree, page)
    other.body = f"<title>other</title><iframe src='{await _runner(page)}'></iframe>"
    await page.goto(other.url)
    await expect(page.locator("iframe")).to_have_count(1)

    assert "runner" not in page.frames[1].url


async def test_its_document_runs_nothing_for_other_windows(
    serve_tree: ServeTree, page: Page, other: Recorder
) -> None:
    """Opened by another site, which then sends it code, it stays empty."""
    await _open(serve_tree, page)
    runner_url = await _runner(page)
    other.body = "<title>other</title><button>go</button>"
    await page.goto(other.url)
    async with page.context.expect_page() as opened:
        await page.evaluate("(runner) => { window.opened = open(runner) }", runner_url)
    runner = await opened.value
    await runner.wait_for_load_state()
    await page.evaluate(
        """() => {
            const {port1, port2} = new MessageChannel()
            const place = {href: 'http://localhost/', key: '', first: 1000}
            const code = 'document.title = 1'
            opened.postMessage({code, place}, '*', [port2])
        }"""
    )
    # Messages keep their order, so once this one is here that one was.
    await page.evaluate("opened.postMessage({}, '*')")
    await runner.evaluate("new Promise((done) => setTimeout(done, 200))")

    assert await runner.title() == "Where edited code runs"


async def test_another_window_can_put_no_code_into_its_frame(
    serve_tree: ServeTree, page: Page, other: Recorder
) -> None:
    """Whoever opened the guide can send messages to its frames; they are not heard."""
    url = await _open(serve_tree, page)
    await page.goto(other.url)
    async with page.context.expect_page() as opened:
        await page.evaluate(f"() => {{ window.opened = open('{url}') }}")
    guide = await opened.value
    await expect(guide.locator("html")).to_have_attribute("data-live", "yes")
    await page.evaluate(
        """() => setInterval(() => {
            for (let index = 0; index < opened.length; index++) {
                const {port2} = new MessageChannel()
                const place = {href: 'http://localhost/', key: '', first: 1000}
                opened[index].postMessage({code: 'for (;;);', place}, '*', [port2])
            }
        }, 1)"""
    )
    await run(snippet_of(guide), "console.log('mine')")

    await expect_logged(snippet_of(guide), "mine")


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
    await _open(serve_tree, page)
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
    await _open(serve_tree, page)
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
    await _open(serve_tree, page)
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
    "hash_",
    [
        "#run=1.!!!!",
        "#run=1.AAAA",
        "#run=1.",
        "#run=99.y0zNyQcA",
        "#run=0.y0zNyQcA",
        "#run=-1.y0zNyQcA",
        "#run=1.%00%ff",
        "#run=__proto__.y0zNyQcA",
        "#run=" + "1" * 5000,
    ],
)
async def test_a_damaged_link_changes_nothing(
    serve_tree: ServeTree, page: Page, hash_: str
) -> None:
    """The page shows and runs its own code."""
    server = await serve_tree(page_of(STATE))
    await page.goto(server.url + hash_)

    await expect_logged(snippet_of(page), "own")
    await expect(page.locator(".editor textarea")).to_have_count(0)


def link_to(code: str | bytes, number: int = 1) -> str:
    """Return the fragment that carries code, made without our own front end."""
    packing = zlib.compressobj(wbits=-15, level=9)
    packed = packing.compress(code if isinstance(code, bytes) else code.encode())
    return f"#run={number}." + base64.urlsafe_b64encode(packed + packing.flush()).decode().rstrip(
        "="
    )


@pytest.mark.parametrize("size", [100_000, 30_000_000, 1_000_000_000])
async def test_a_link_with_a_bomb_changes_nothing(
    serve_tree: ServeTree, page: Page, size: int
) -> None:
    """A short link that unpacks to a text without end is left alone, at once."""
    packing = zlib.compressobj(wbits=-15, level=9)
    block = bytes(1_000_000)
    packed = b"".join(packing.compress(block[:size]) for _ in range(max(1, size // len(block))))
    packed += packing.flush()
    server = await serve_tree(page_of(STATE))
    await page.goto(server.url + "#run=1." + base64.urlsafe_b64encode(packed).decode().rstrip("="))

    await expect_logged(snippet_of(page), "own")
    await expect(page.locator(".editor textarea")).to_have_count(0)


@pytest.mark.parametrize("bit", ["[/]", "/[", "a/[", "(", "`${", "\\", "/*", "é", "\0", "<img>"])
async def test_no_code_by_a_link_holds_up_the_page(
    serve_tree: ServeTree, page: Page, bit: str
) -> None:
    """As long as may be and made to be hard to colour, it stands there in seconds, unrun."""
    code = bit * (60_000 // len(bit))
    server = await serve_tree(page_of(STATE, STATE))
    await page.goto(server.url + link_to(code))

    await expect(page.locator(".editor textarea")).to_have_value(code, timeout=15_000)
    await expect_logged(snippet_of(page, 2), "own")


async def test_code_by_a_link_never_runs_by_itself(
    serve_tree: ServeTree, browser: Browser, page: Page
) -> None:
    """Opened, reloaded, gone back to, and sent to an open page: it waits each time."""
    del browser
    server = await serve_tree(page_of(ECHO, STATE))
    evil = link_to(ECHO.replace("hello", "evil"))
    await page.goto(server.url + evil)
    await expect_logged(snippet_of(page, 2), "own")
    await page.reload()
    await expect_logged(snippet_of(page, 2), "own")
    await page.goto("about:blank")
    await page.go_back()
    await expect_logged(snippet_of(page, 2), "own")
    await page.evaluate("(hash) => { location.hash = '' ; location.hash = hash }", evil)
    await expect(snippet_of(page)).to_have_attribute("data-shared", "")

    await expect(page.locator("iframe")).to_have_count(0)
    await expect_logged(snippet_of(page))
    assert not any("opened from" in line for line in server.lines)


async def test_run_runs_the_code_that_stood_there_when_it_was_pressed(
    serve_tree: ServeTree, page: Page
) -> None:
    """A link that arrives in the very moment changes nothing about what the reader asked for."""
    server = await serve_tree(page_of("run=never\nx", STATE))
    await page.goto(server.url)
    await expect_logged(snippet_of(page), "own")
    held = asyncio.Event()

    async def hold(route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/live-editor.js", hold)
    async with page.expect_request("**/live-editor.js"):
        await page.evaluate("(hash) => { location.hash = hash }", link_to("console.log('evil')"))
    await button(snippet_of(page), "Run").click()
    held.set()
    await expect(page.locator(".editor textarea")).to_have_value("console.log('evil')")

    await expect(page.locator("iframe")).to_have_count(0)
    await expect(snippet_of(page).locator("live-console")).not_to_contain_text("evil")


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
    await _open(serve_tree, page)
    await run(snippet_of(page), code)
    await expect(page.locator("iframe")).to_have_count(1)
    await page.wait_for_timeout(500)
    await button(snippet_of(page), "Stop").click(timeout=10_000)

    await expect(page.locator("iframe")).to_have_count(0)
