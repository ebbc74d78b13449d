"""The three panes together: they move nothing, fold, and keep what came from the network text."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from .conftest import ServeTree
from .panes import lines, rows, show, socket, unfolded

pytestmark = pytest.mark.browser

MARKUP = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
TALK = (
    "ws.onopen = () => { for (let n = 0; n < 40; n++) ws.send('print ' + n); ws.close() }\n"
    "ws.onclose = (event) => { for (let n = 0; n < 40; n++) console.log(n, event) }"
)


@pytest.mark.parametrize("width", [1280, 360])
async def test_nothing_moves_when_the_panes_fill(
    serve_tree: ServeTree, page: Page, width: int
) -> None:
    """On a desktop and a phone, with every pane full; the text below stays where it was."""
    await page.set_viewport_size({"width": width, "height": 2400})
    await page.add_init_script(
        """window.shift = 0
        window.ends = new Set()
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shift += entry.value
        }).observe({type: 'layout-shift', buffered: true})
        requestAnimationFrame(function note() {
          const end = document.querySelector('main p:last-of-type')
          if (end) window.ends.add(end.getBoundingClientRect().top)
          requestAnimationFrame(note)
        })"""
    )
    await show(serve_tree, page, socket("say", TALK))
    await expect(lines(page)).to_have_count(40)
    await expect(lines(page, "server")).to_have_count(42)
    await expect(rows(page)).to_have_count(42)

    assert await page.evaluate("window.shift") == 0
    assert len(await page.evaluate("[...window.ends]")) == 1
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_the_panes_of_a_page_are_laid_out_together(serve_tree: ServeTree, page: Page) -> None:
    """However many snippets a page has, their panes cost it a few layouts, not some for each."""
    server = await serve_tree(
        {"README.md": "# Many\n" + 30 * "\n```js\nnew WebSocket('ws')\n```\n"}
    )
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable")
    await page.route("**/snippets/**", lambda route: None)  # none gets as far as to run
    await page.goto(server.url)
    await expect(page.locator("live-snippet[data-state=running]")).to_have_count(1)

    metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
    assert {each["name"]: each["value"] for each in metrics}["LayoutCount"] < 20


@pytest.mark.parametrize("width", [1280, 360])
async def test_every_pane_shows_something_when_all_are_full(
    serve_tree: ServeTree, page: Page, width: int
) -> None:
    """None of them is squeezed to nothing by its neighbours."""
    await page.set_viewport_size({"width": width, "height": 1200})
    await show(serve_tree, page, socket("say", TALK))
    await expect(lines(page)).to_have_count(40)
    await expect(lines(page, "server")).to_have_count(42)

    for pane in ("console", "server", "wire"):
        box = await page.locator(f"live-{pane} .pane-body").bounding_box()
        assert box is not None
        assert box["height"] >= 50


async def test_a_pane_with_nothing_to_say_is_folded(serve_tree: ServeTree, page: Page) -> None:
    """It unfolds by itself as soon as it has something, and stays as its reader folds it."""
    await show(serve_tree, page, socket("echo", "window.ws = ws; window.log = console.log"))
    await expect(page.locator("live-snippet")).to_have_attribute("data-state", "open")
    heading = page.locator("live-console .pane-heading")
    await expect(heading).to_have_attribute("aria-expanded", "false")
    await page.evaluate("log('first')")
    await expect(heading).to_have_attribute("aria-expanded", "true")
    await heading.click()
    await expect(lines(page)).to_be_hidden()
    await page.evaluate("log('second')")
    await expect(page.locator("live-console .pane-summary")).to_have_text("2")

    await expect(heading).to_have_attribute("aria-expanded", "false")


async def test_text_from_the_network_stays_text_in_every_pane(
    serve_tree: ServeTree, page: Page
) -> None:
    """Markup that is sent, received, printed, logged and unfolded makes no element."""
    then = (
        f"const text = {MARKUP!r}\n"
        "ws.onopen = () => { ws.send('print ' + text); console.log(text, {[text]: text}) }\n"
        "new WebSocket(new URL('echo', location.href)).onopen = function () {\n"
        "  this.send(text); this.send(JSON.stringify({text}))\n"
        "  this.onmessage = console.log\n"
        "}"
    )
    await show(serve_tree, page, socket("say", then))
    await expect(rows(page, "in")).to_have_count(2)
    await expect(lines(page, "server").last).to_contain_text(MARKUP)
    await expect(lines(page)).to_have_count(3)
    for row in await rows(page).all():
        await expect(await unfolded(row)).not_to_be_empty()
    for summary in await page.locator("live-console summary").all():
        await summary.click()
    await expect(page.locator("live-console .entry").first).to_contain_text(MARKUP)

    await expect(page.locator(".live-panes").locator("img, script")).to_have_count(0)
    assert await page.evaluate("window.hit") is None


async def test_a_close_reason_stays_text(serve_tree: ServeTree, page: Page) -> None:
    """In the state, where it stands beside the page's own words, and on the wire."""
    then = (
        "ws.onopen = () => ws.send(JSON.stringify({code: 4000, reason: '<b onclick=1>bold</b>'}))\n"
        "ws.onclose = console.log"
    )
    await show(serve_tree, page, socket("close", then))

    await expect(page.locator(".live-state")).to_have_text("closed (4000, <b onclick=1>bold</b>)")
    await expect(rows(page, "close")).to_have_count(2)
    await expect(page.locator("live-snippet b")).to_have_count(0)


async def test_the_panes_start_empty_with_each_run(serve_tree: ServeTree, page: Page) -> None:
    """What the run before had said is gone."""
    then = "ws.onopen = () => { ws.send('print it'); console.log('opened') }"
    await show(serve_tree, page, socket("say", then))
    await expect(lines(page, "server")).to_have_count(2)
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(lines(page, "server")).to_have_count(2)

    await expect(lines(page)).to_have_text(["opened"])
    await expect(rows(page).locator(".kind")).to_have_text(["handshake", "text"])


async def test_what_is_pressed_is_large_enough_for_a_finger(
    guide_url: str, browser: Browser
) -> None:
    """On a touch screen all but the links in the server's lines is 44 px high; those are 24."""
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page = await context.new_page()
    await page.goto(guide_url + "websockethandler/")
    await expect(page.locator("live-server a").first).to_be_visible()
    await expect(page.locator(".wire-row").first).to_be_visible()
    for selector, least in {
        ".pane-heading": 44, ".pane-tools button": 44, ".pane-tools input": 44,
        ".wire-row > summary": 44, ".example-open": 44, ".example-source": 44,
        ".crumbs a": 44, "figcaption a": 44, "live-server a": 24,
    }.items():  # fmt: skip
        heights = await page.locator(selector).evaluate_all(
            "elements => elements.map(e => e.getBoundingClientRect().height).filter(Boolean)"
        )
        assert heights, selector
        assert min(heights) >= least, selector
    await context.close()


@pytest.mark.parametrize("size", [(1440, 900), (360, 740)])
async def test_the_server_s_first_line_is_on_view(
    guide_url: str, page: Page, size: tuple[int, int]
) -> None:
    """What the first functions of the guide print fits its pane: it has not been scrolled."""
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.goto(guide_url)
    server = page.locator("live-server").first

    await expect(server).to_contain_text("Got message Hello from the home page for")
    assert await server.locator(".pane-body").evaluate("e => e.scrollTop") == 0


async def test_a_handshake_is_not_cut_where_there_is_room(guide_url: str, page: Page) -> None:
    """On a desktop its row names the whole answer, and begins where the console's text does."""
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.goto(guide_url)
    snippet = page.locator("live-snippet").first
    row = snippet.locator(".wire-row.handshake")
    await expect(row).to_contain_text("101 Switching Protocols")

    assert await row.locator(".text").evaluate("e => e.scrollWidth <= e.clientWidth")
    edge = "e => e.getBoundingClientRect().left"
    line = await snippet.locator("live-console .live-line").first.evaluate(edge)
    assert await row.locator(".ms").evaluate(edge) == line
