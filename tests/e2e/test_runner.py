"""The document in which edited code runs: nobody else has a use for it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from .conftest import ServeTree
from .editing import Recorder, expect_logged, open_page, run, runner_url, snippet_of
from .editing import other_server as other_server

pytestmark = pytest.mark.browser


async def test_the_policy_of_its_document(serve_tree: ServeTree, page: Page) -> None:
    """Sandboxed by its header too, so that it is as harmless in a window of its own."""
    await open_page(serve_tree, page)
    response = await page.request.get(await runner_url(page))

    assert response.headers["content-security-policy"] == (
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-eval' 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


async def test_its_document_stands_in_no_other_sites_frame(
    serve_tree: ServeTree, page: Page, other: Recorder
) -> None:
    """Another site that frames it gets the browser's error page."""
    await open_page(serve_tree, page)
    other.body = f"<title>other</title><iframe src='{await runner_url(page)}'></iframe>"
    await page.goto(other.url)
    await expect(page.locator("iframe")).to_have_count(1)

    assert "runner" not in page.frames[1].url


async def test_its_document_runs_nothing_for_other_windows(
    serve_tree: ServeTree, page: Page, other: Recorder
) -> None:
    """Opened by another site, which then sends it code, it stays empty."""
    await open_page(serve_tree, page)
    url = await runner_url(page)
    other.body = "<title>other</title><button>go</button>"
    await page.goto(other.url)
    async with page.context.expect_page() as opened:
        await page.evaluate("(runner) => { window.opened = open(runner) }", url)
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
    url = await open_page(serve_tree, page)
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
