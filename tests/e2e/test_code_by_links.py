"""Code that a link carries: damaged, a bomb, or somebody else's."""

from __future__ import annotations

import asyncio
import base64
import zlib

import pytest
from playwright.async_api import Browser, Page, expect

from .conftest import ServeTree
from .editing import ECHO, STATE, button, expect_logged, page_of, snippet_of

pytestmark = pytest.mark.browser


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
