"""What edited code can't do: it may be anybody's, because links carry it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.waiting import until

from .conftest import ServeTree
from .editing import (
    CONNECT,
    ECHO,
    STATE,
    Recorder,
    expect_logged,
    open_page,
    page_of,
    recorder,
    run,
    snippet_of,
    tap,
)
from .editing import other_server as other_server

pytestmark = pytest.mark.browser

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


def _out(way: str, other: Recorder) -> str:
    """Return the code that goes a way out, and says when it has."""
    helpers = HELPERS.replace("OTHER", other.url).replace("STUN", f"stun:127.0.0.1:{other.port}")
    return f"{helpers}try {{\n{way}\n}} catch {{}}\nconsole.log('tried')"


def _own_socket(endpoint: str, heard: str) -> str:
    """Return code that connects by the browser's own class, and says what it hears and the end."""
    connect = CONNECT.replace("echo", endpoint) + "const ws = new window.WebSocket(url)"
    return f"{connect}\n{heard}\nws.onclose = () => console.log('closed')"


@pytest.mark.parametrize("way", WAYS_OUT.values(), ids=WAYS_OUT)
async def test_edited_code_reaches_no_other_host(
    serve_tree: ServeTree, page: Page, other: Recorder, way: str
) -> None:
    """Whatever way it takes, nobody there hears of it, and the page stays."""
    url = await open_page(serve_tree, page)
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
    await open_page(serve_tree, page, ECHO)
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
    url = await open_page(serve_tree, page)
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
        url = await open_page(serve_tree, page)
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
    await open_page(serve_tree, page)
    await run(snippet_of(page), _own_socket("elsewhere", "ws.onopen = () => console.log('open')"))

    await expect_logged(snippet_of(page), "closed")


async def test_an_endpoint_for_members_refuses_it(serve_tree: ServeTree, page: Page) -> None:
    """It has no session to be logged in with, whatever the reader is."""
    await open_page(serve_tree, page)
    await run(snippet_of(page), ECHO.replace("'echo'", "'members'"))

    await expect(snippet_of(page).locator(".live-state")).to_have_text(
        "refused (401: log in to connect)"
    )


async def test_it_can_open_no_trace_of_its_own(serve_tree: ServeTree, page: Page) -> None:
    """What the server tells a page, it tells to this site's origin only."""
    await open_page(serve_tree, page)
    heard = "ws.onmessage = ({ data }) => console.log(data)"
    await run(snippet_of(page), _own_socket("_liveguide/trace", heard))

    await expect_logged(snippet_of(page), "closed")
