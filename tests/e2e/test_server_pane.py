"""The Server pane: what authors' functions printed and logged, for this reader's connections."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from .conftest import ServeTree
from .panes import BENCH, lines, rows, show, socket

pytestmark = pytest.mark.browser

SAY = "ws.onopen = () => ["
SAY_ALL = "].forEach((text) => ws.send(text))"


def _line_of(text: str) -> int:
    """Return the number of the line of bench.py that this is part of."""
    return next(n for n, line in enumerate(BENCH.splitlines(), 1) if text in line)


async def test_prints_and_log_lines_appear_with_function_and_place(
    serve_tree: ServeTree, page: Page
) -> None:
    """Each with its level, in order, and a link with the function's name, file and line."""
    said = "'print one', 'debug hidden', 'info two', 'warning three', 'error four'"
    await show(serve_tree, page, socket("say", f"{SAY}{said}{SAY_ALL}"))
    place = f"bench.say · bench.py:{_line_of('print(text)')}"
    logged = f"bench.say · bench.py:{_line_of('log.log(')}"

    await expect(lines(page, "server")).to_have_text(
        [
            f"greeted bench.greet · bench.py:{_line_of('greeted')}",
            f"one {place}",
            f"two {logged}",
            f"three {logged}",
            f"four {logged}",
        ]
    )
    for level in ("info", "warning", "error"):
        await expect(page.locator(f"live-server .live-line.{level}")).to_have_count(1)


async def test_the_link_opens_the_source_at_that_line(serve_tree: ServeTree, page: Page) -> None:
    """In a new tab, so that what the page shows is kept."""
    url = await show(serve_tree, page, socket("say"))
    async with page.expect_popup() as opening:
        await lines(page, "server").get_by_role("link").click()
    source = await opening.value
    line = _line_of("greeted")

    await expect(source).to_have_url(f"{url}bench.py.source/#L{line}")
    target = source.locator(f"#L{line}")
    await expect(target).to_be_in_viewport()
    await expect(source.locator("pre").first).to_contain_text("print('greeted')")
    await expect(lines(page, "server")).to_have_count(1)


async def test_timers_and_threads_speak_for_their_connection(
    serve_tree: ServeTree, page: Page
) -> None:
    """What a callback started is heard when the callback is long over."""
    await show(serve_tree, page, socket("later"))

    await expect(lines(page, "server")).to_contain_text(
        ["by thread bench.work · bench.py:", "by timer of ours bench.later · bench.py:"]
    )


async def test_what_on_close_prints_is_the_last_line(serve_tree: ServeTree, page: Page) -> None:
    """The socket is gone, and the page is told all the same."""
    await show(serve_tree, page, socket("say", "ws.onopen = () => ws.close()"))

    await expect(lines(page, "server")).to_contain_text(["greeted bench.greet", "left bench.leave"])


async def test_a_flood_of_lines_is_cut_with_a_count(serve_tree: ServeTree, page: Page) -> None:
    """What is shown and what is said to be missing make up all that was printed."""
    await show(serve_tree, page, socket("flood"))
    await expect(lines(page, "server").first).to_contain_text("line 0 bench.flood")
    # What is cut is counted each second, so a slow server says it more than once.
    await page.wait_for_function(
        """() => {
          const texts = [...document.querySelectorAll('live-server .live-line')]
          const cut = texts.filter((line) => line.matches('.warning'))
          const count = cut.map((line) => Number(line.textContent.match(/\\d+/)[0]))
          return texts.length - cut.length + count.reduce((a, b) => a + b, 0) === 5000
        }""",
        timeout=30_000,
    )

    shown = await lines(page, "server").filter(has_text="bench.flood").count()
    assert 500 <= shown <= 1000


async def test_an_authors_error_is_told_without_its_message(
    serve_tree: ServeTree, page: Page
) -> None:
    """The function and its line are named; what it raised with may be secret."""
    await show(serve_tree, page, socket("fail", "ws.onopen = () => ws.send('x')"))
    line = f"bench.fail raised KeyError bench.fail · bench.py:{_line_of('raise KeyError')}"

    await expect(page.locator("live-server .live-line.error")).to_have_text(line)
    assert "secret" not in await page.locator("main").inner_text()


async def test_two_readers_never_see_each_others_lines(
    serve_tree: ServeTree, browser: Browser, page: Page
) -> None:
    """Not even where one's message is written to the other, in a broadcast."""
    then = "window.ws = ws\nws.onmessage = ({data}) => console.log(data)"
    url = await show(serve_tree, page, socket("room", then))
    context = await browser.new_context()
    other = await context.new_page()
    await other.goto(url)
    for reader in (page, other):
        await expect(reader.locator("live-snippet")).to_have_attribute("data-state", "open")
    for number in range(20):
        await page.evaluate("text => ws.send(text)", f"one {number}")
        await other.evaluate("text => ws.send(text)", f"two {number}")
    for reader in (page, other):
        await expect(lines(reader)).to_have_count(40)

    for reader, name in ((page, "one"), (other, "two")):
        await expect(lines(reader, "server")).to_contain_text(
            [f"hears {name} {number} bench.tell" for number in range(20)]
        )
        assert await lines(reader, "server").count() == 20
    await context.close()


async def test_two_snippets_of_a_page_keep_their_lines_apart(
    serve_tree: ServeTree, page: Page
) -> None:
    """Each pane has the lines of its own snippet's connections."""
    await show(
        serve_tree,
        page,
        *(socket("say", f"{SAY}'print from {name}'{SAY_ALL}") for name in ("one", "two")),
    )

    for number, name in enumerate(("one", "two")):
        await expect(lines(page.locator("live-snippet").nth(number), "server")).to_contain_text(
            ["greeted", f"from {name}"]
        )


async def test_edited_code_sees_its_own_lines(serve_tree: ServeTree, page: Page) -> None:
    """The run before it had others; the pane begins anew."""
    await show(serve_tree, page, socket("say", f"{SAY}'print from the page'{SAY_ALL}"))
    await expect(lines(page, "server")).to_have_count(2)
    await page.get_by_role("button", name="Edit", exact=True).click()
    edited = socket("say", f"{SAY}'print from the reader'{SAY_ALL}")
    await page.locator(".editor-text").fill(edited)
    await page.get_by_role("button", name="Run", exact=True).click()

    await expect(lines(page, "server")).to_contain_text(["greeted", "from the reader"])
    await expect(rows(page, "out")).to_have_count(1)
