"""What a snippet must log: the page shows whether it came, now."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from .conftest import ServeTree

pytestmark = pytest.mark.browser


async def _open(serve_tree: ServeTree, page: Page, code: str, stated: str) -> Locator:
    """Serve a snippet with what it must log (an option, or a block), open it, and return it."""
    option, block = (stated, "") if stated.startswith("expect") else ("", stated)
    text = f"# Page\n\n```js run=always {option}\n{code}\n```\n\n{block}\n"
    server = await serve_tree({"README.md": text})
    await page.goto(server.url)
    return page.locator("live-snippet")


@pytest.mark.parametrize(
    ("logged", "stated"),
    [
        (["Got message: hi"], "expect='message: h'"),
        (["a", "b"], "```output\na\nb\n```"),
        (["a", "x", "b"], "```output\na\nb\n```"),
        (["b", "a"], "```output order=any\na\nb\n```"),
        (["it took 12 ms, all in all"], "```output\nit took ... ms, all in all\n```"),
        (["it took 12 ms"], "```output match=pattern\ntook \\d+\n```"),
        (["two\nlines"], "```output\ntwo\nlines\n```"),
        (["(a|b) [c] $1"], "```output\n(a|b) [c] $1\n```"),
    ],
)
async def test_expected_output_is_reached(
    serve_tree: ServeTree, page: Page, logged: list[str], stated: str
) -> None:
    """The page says so as soon as the last of it has come."""
    code = "\n".join(f"console.log({line!r})" for line in logged)
    snippet = await _open(serve_tree, page, code, stated)

    await expect(snippet).to_have_attribute("data-expectation", "reached")
    await expect(snippet.locator(".live-expected")).to_contain_text("reached, just now")


@pytest.mark.parametrize(
    ("logged", "stated", "missing"),
    [
        (["Got massage"], "expect='Got message'", "Got message"),
        (["b", "a"], "```output\na\nb\n```", "b"),
        (["ab"], "```output\na\n```", "a"),
        (["took long"], "```output match=pattern\n^took \\d+$\n```", "^took \\d+$"),
        ([], "```output order=any\na\nb\n```", "a, b"),
    ],
)
async def test_what_does_not_come_is_named_after_ten_seconds(
    serve_tree: ServeTree, page: Page, logged: list[str], stated: str, missing: str
) -> None:
    """Until then the page waits; then it says what is missing."""
    await page.clock.install()
    code = "\n".join(f"console.log({line!r})" for line in [*logged, "end"])
    snippet = await _open(serve_tree, page, code, stated)
    await expect(snippet.locator("live-console")).to_contain_text("end")
    await expect(snippet).to_have_attribute("data-expectation", "waiting")
    await page.clock.fast_forward(10_001)

    await expect(snippet).to_have_attribute("data-expectation", "missed")
    await expect(snippet.locator(".live-expected")).to_have_text(
        f"Expected output: not reached; missing: {missing}"
    )


async def test_what_comes_late_is_reached_all_the_same(serve_tree: ServeTree, page: Page) -> None:
    """A snippet that was given up may still log what it must."""
    await page.clock.install()
    snippet = await _open(
        serve_tree, page, "setTimeout(() => console.log('late'), 20_000)", "expect=late"
    )
    await expect(snippet).to_have_attribute("data-expectation", "waiting")
    await page.clock.fast_forward(10_001)
    await expect(snippet).to_have_attribute("data-expectation", "missed")
    await page.clock.fast_forward(10_001)

    await expect(snippet).to_have_attribute("data-expectation", "reached")


async def test_a_pattern_that_is_none_is_told(serve_tree: ServeTree, page: Page) -> None:
    """The page shows what the browser finds wrong with the author's pattern."""
    snippet = await _open(serve_tree, page, "1", "```output match=pattern\n(\n```")

    await expect(snippet).to_have_attribute("data-expectation", "missed")
    await expect(snippet.locator(".live-expected")).to_contain_text("Invalid regular expression")


async def test_edited_code_is_not_held_to_it(serve_tree: ServeTree, page: Page) -> None:
    """What the author states is stated for the author's code."""
    snippet = await _open(serve_tree, page, "console.log('mine')", "expect=mine")
    await snippet.get_by_role("button", name="Edit").click()
    await snippet.get_by_role("textbox", name="Code").fill("console.log('yours')")
    await snippet.get_by_role("button", name="Run", exact=True).click()
    await expect(snippet.locator("live-console")).to_contain_text("yours")

    await expect(snippet.locator(".live-expected")).to_contain_text("for the code of the page")
    assert await snippet.get_attribute("data-expectation") is None
