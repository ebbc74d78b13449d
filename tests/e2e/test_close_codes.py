"""How connections end: what a reader sees of each close code, whoever sent it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import Page, expect

from .conftest import ServeTree
from .panes import lines, rows, show, socket

pytestmark = pytest.mark.browser

MEANINGS = {
    1000: "normal closure",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1007: "invalid data",
    1008: "policy violation",
    1009: "message too big",
    1010: "mandatory extension",
    1011: "internal error",
    1012: "service restart",
    1013: "try again later",
    1014: "bad gateway",
    4000: "the application's own",
}
"""What each code that may be sent means, in the words that the page begins with."""

NEVER_SENT = (1004, 1005, 1006, 1015)
"""Codes that no end may send (RFC 6455, section 7.4)."""


def _closing(code: int, reason: str) -> str:
    closing = json.dumps({"code": code, "reason": reason})
    return socket("close", f"ws.onopen = () => ws.send('{closing}')\nws.onclose = console.log")


async def test_each_code_arrives_with_its_reason_and_meaning(
    serve_tree: ServeTree, page: Page
) -> None:
    """The state, the console and the wire all have the code that the server sent."""
    await show(serve_tree, page, *(_closing(code, f"because {code}") for code in MEANINGS))

    for number, (code, meaning) in enumerate(MEANINGS.items()):
        snippet = page.locator("live-snippet").nth(number)
        state = snippet.locator(".live-state")
        await expect(snippet).to_have_attribute("data-state", "closed")
        await expect(state).to_have_text(f"closed ({code}, because {code})")
        assert (await state.get_attribute("title") or "").startswith(meaning)
        await expect(lines(snippet)).to_have_text(f'CloseEvent {code} "because {code}"')
        closes = rows(snippet, "close").locator(".text")
        await expect(closes).to_have_count(2)
        seen = sorted(await closes.all_inner_texts())
        assert seen[0].startswith(f'{code}, reason "because {code}" ({meaning}')
        assert seen[1] == f'the server sent {code}, reason "because {code}"'


async def test_a_code_that_may_not_be_sent_is_the_author_s_error(
    serve_tree: ServeTree, page: Page
) -> None:
    """It arrives as 1011, like all that a function raises."""
    await show(serve_tree, page, *(_closing(code, "never") for code in NEVER_SENT))

    for number in range(len(NEVER_SENT)):
        snippet = page.locator("live-snippet").nth(number)
        await expect(snippet.locator(".live-state")).to_have_text(
            re.compile(r"^closed \(1011, \S+ failed\)$")
        )
        await expect(lines(snippet)).to_have_text(re.compile("^CloseEvent 1011 "))


async def test_a_close_without_a_code_arrives_as_1005(serve_tree: ServeTree, page: Page) -> None:
    """The frame is empty; the browser has a code for that."""
    then = "ws.onopen = () => ws.send('{}')\nws.onclose = console.log"
    await show(serve_tree, page, socket("close", then))

    await expect(page.locator(".live-state")).to_have_text("closed (1005)")
    await expect(lines(page)).to_have_text("CloseEvent 1005")
    closes = rows(page, "close").locator(".text")
    await expect(closes).to_have_count(2)
    seen = sorted(await closes.all_inner_texts())
    assert seen[0].startswith("1005 (no status received")
    assert seen[1] == "the server sent no code"


async def test_a_connection_that_breaks_ends_with_1006(serve_tree: ServeTree, page: Page) -> None:
    """Nobody sent a close frame, so nothing is said of what the server sent."""
    then = "ws.onopen = () => ws.send('break')\nws.onclose = console.log"
    await show(serve_tree, page, socket("break", then))

    await expect(page.locator(".live-state")).to_have_text("closed (1006)")
    closes = rows(page, "close").locator(".text")
    await expect(closes).to_have_text(re.compile(r"^1006 \(abnormal closure"))


async def test_a_close_by_the_snippet_says_so(serve_tree: ServeTree, page: Page) -> None:
    """Its own code comes back, and the wire tells who asked for it."""
    then = "ws.onopen = () => ws.close(4321, 'done here')"
    await show(serve_tree, page, socket("echo", then))

    await expect(page.locator(".live-state")).to_contain_text("closed (4321")
    await expect(rows(page, "close").locator(".text")).to_have_text(
        "4321 (the application's own), closed from this page"
    )


async def test_stop_closes_what_the_snippet_opened(serve_tree: ServeTree, page: Page) -> None:
    """The state says that the reader stopped it, and the wire shows the close."""
    await show(serve_tree, page, socket("echo"))
    await expect(page.locator("live-snippet")).to_have_attribute("data-state", "open")
    await page.get_by_role("button", name="Stop", exact=True).click()

    await expect(page.locator(".live-state")).to_have_text("stopped")
    await expect(rows(page, "close").locator(".text")).to_contain_text("closed from this page")


async def test_an_authors_error_closes_with_1011(serve_tree: ServeTree, page: Page) -> None:
    """The state names the function that failed."""
    await show(serve_tree, page, socket("fail", "ws.onopen = () => ws.send('x')"))

    await expect(page.locator(".live-state")).to_have_text("closed (1011, bench.fail failed)")
