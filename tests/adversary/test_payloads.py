"""Scripts in what strangers say: in messages, names, addresses and queries. None of them runs."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest
import websockets
from e2e.conftest import ServeTree
from playwright.async_api import Error, Page, expect
from server.conftest import GEHEIM

from .payloads import PAYLOADS

pytestmark = pytest.mark.browser

SOME = [
    "<img src=x onerror=alert(1)>",
    "'\"></title></script><svg onload=alert(1)>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
]
AT_ONCE = 20  # messages by one connection: what one may say without waiting
NOTE_WHAT_RUNS = """\
window.ran = []
for (const name of ['alert', 'confirm', 'prompt']) window[name] = (...given) => ran.push(given)
"""
FEED = f"""\
url:
  feed:
    pattern: /feed
    handler: WebSocketHandler
    kwargs: {{on_message: {{function: feed.on_message}}}}
  login:
    pattern: /login
    handler: SimpleAuth
    kwargs: {{credentials: {{demo: {GEHEIM}}}}}
"""
FEED_PY = """\
def on_message(handler, message):
    print(message)
    handler.write_message(message)
"""


@pytest.fixture(name="noted", autouse=True)
async def _noted(page: Page) -> None:
    """Have each page note what runs in it."""
    await page.add_init_script(NOTE_WHAT_RUNS)


async def ran(page: Page) -> Any:
    """Return what has run in a page, once it has had the time to."""
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return await page.evaluate("window.ran")


def test_there_are_enough() -> None:
    """There are 200 payloads and more, each once."""
    assert len(set(PAYLOADS)) >= 200


async def test_the_payloads_run_where_text_becomes_html(page: Page) -> None:
    """In a page without protection many do: the tests below can fail."""
    await page.goto("data:text/html,<!doctype html><body>")
    await page.evaluate(
        "(all) => all.forEach((one) => document.body.append("
        "document.createRange().createContextualFragment(one)))",
        PAYLOADS,
    )

    await page.wait_for_function("window.ran.length > 50")
    assert len(await ran(page)) > 50


async def test_text_becomes_html_through_a_policy_only(page: Page, guide_url: str) -> None:
    """A page's own script that forgets about markup is stopped, unless its author made a policy."""
    make = "document.createElement('p').innerHTML = '<img src=x onerror=alert(1)>'"
    await page.goto(guide_url)

    with pytest.raises(Error, match="requires 'TrustedHTML' assignment"):
        await page.evaluate(make)
    assert await ran(page) == []

    await page.evaluate("trustedTypes.createPolicy('default', { createHTML: (text) => text }) && 0")
    assert await page.evaluate(make)
    assert await ran(page) == []  # even then, the policy stops what is inline


async def test_messages_of_a_chat(page: Page, guide_url: str) -> None:
    """Said by strangers through a raw socket, each becomes the text of its item, to the letter."""
    await page.goto(f"{guide_url}websockethandler/messages.html")
    await expect(page.locator(".state")).to_have_attribute("data-state", "open")
    room = guide_url.replace("http", "ws", 1) + "websockethandler/messages"
    for first in range(0, len(PAYLOADS), AT_ONCE):
        async with websockets.connect(room, proxy=None) as stranger:
            for payload in PAYLOADS[first : first + AT_ONCE]:
                await stranger.send(payload)
                await asyncio.wait_for(stranger.recv(), 10)

    await expect(page.locator(".messages li")).to_have_count(len(PAYLOADS))
    shown = await page.locator(".messages li").evaluate_all(
        "(items) => items.map((item) => [item.childElementCount, item.textContent])"
    )
    assert shown == [[0, payload] for payload in PAYLOADS]
    assert await ran(page) == []


async def test_messages_in_the_panes(page: Page, serve_tree: ServeTree) -> None:
    """In the console, on the wire and in the server's pane, folded and unfolded, they are text."""
    said = PAYLOADS[:: len(PAYLOADS) // AT_ONCE][:AT_ONCE]
    code = (
        "const ws = new WebSocket(Object.assign(new URL('feed', location.href), "
        "{protocol: 'ws:'}))\n"
        f"const said = {json.dumps(said)}\n"
        "ws.onopen = () => said.forEach((one) => ws.send(one))\n"
        "ws.onmessage = ({ data }) => { console.log(data, { [data]: data }); "
        "if (data === said.at(-1)) ws.close(4000, '<img src=x onerror=alert(1)>') }"
    )
    server = await serve_tree(
        {
            "README.md": f"# Feed\n\n```js run=always\n{code}\n```\n",
            "gramex.yaml": FEED,
            "feed.py": FEED_PY,
        }
    )
    await page.goto(server.url)
    for pane in ("live-console", "live-wire", "live-server"):
        await expect(page.locator(pane)).to_contain_text(said[-1][:40])
    await expect(page.locator("live-wire")).to_contain_text("4000")
    for summary in await page.locator("live-snippet summary").all():
        await summary.evaluate("(summary) => { summary.parentElement.open = true }")
    await expect(page.locator(".wire-row pre").last).not_to_be_empty()

    assert await page.locator("live-snippet").locator("img, svg[onload], iframe").count() == 0
    assert await ran(page) == []


async def test_names_and_titles_of_pages(page: Page, serve_tree: ServeTree) -> None:
    """In navigation, contents, breadcrumbs, search and the page's head they are text."""
    files = {
        f"page{n}.md": f"---\ntitle: {json.dumps(one)}\ndesc: {json.dumps(one)}\n"
        f"by: {json.dumps(one)}\ntype: {json.dumps(one)}\n---\n\n## {n}\n\n`{one}`\n"
        for n, one in enumerate(SOME)
    }
    server = await serve_tree({"README.md": "# Home\n", **files})
    for n, one in enumerate(SOME):
        await page.goto(f"{server.url}page{n}.html")
        assert await page.locator("h1").first.inner_text() != ""
        assert one in await page.title()
        await page.keyboard.press("/")
        await page.locator("site-search input, dialog input").first.fill("alert")
        await expect(page.locator("[role=option]").first).to_be_visible()
        assert await page.locator("img[src=x], svg[onload]").count() == 0
        assert await ran(page) == []


@pytest.mark.parametrize("where", ["nowhere/{}", "{}.html", "?q={}", "#{}", "#run={}", "#code={}"])
async def test_addresses(page: Page, guide_url: str, where: str) -> None:
    """In the path of a page that is not there, in the query and in the fragment they do nothing."""
    for one in SOME:
        await page.goto(guide_url + where.format(quote(one, safe="")), wait_until="networkidle")

        assert await page.locator("img[src=x], svg[onload]").count() == 0
        assert await ran(page) == []


async def test_where_a_login_leads(page: Page, serve_tree: ServeTree) -> None:
    """`next` is followed on this site alone, and never run."""
    files = {"README.md": "# Home\n", "gramex.yaml": FEED, "feed.py": FEED_PY}
    server = await serve_tree(files)
    for one in [*SOME, "//evil.example", "/\\evil.example", "https://evil.example/"]:
        await page.goto(f"{server.url}login?next={quote(one, safe='')}")
        href = await page.locator("main a").last.evaluate("(link) => link.href")
        await page.locator("main a").last.click()

        assert href.startswith(server.url)
        assert page.url.startswith(server.url)
        assert await ran(page) == []
