"""Pages as they stand in the browser, in both themes and in use, by axe-core."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from benchmarks.audit import axe
from benchmarks.audit.tools import ToolMissing
from benchmarks.audit.weight import settled

from .conftest import GUIDE, ServeTree
from .editing import button, run, snippet_of

pytestmark = pytest.mark.browser

PAGES = sorted(
    path.relative_to(GUIDE).with_suffix(".html").as_posix().replace("README.html", "")
    for path in GUIDE.rglob("*.md")
)
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1440, "height": 900}


async def _violations(page: Page) -> list[str]:
    """Return what axe finds, or skip where it is not installed."""
    try:
        return await axe.violations(page)
    except ToolMissing as missing:
        pytest.skip(str(missing))


@pytest_asyncio.fixture(name="page", params=["light", "dark"])
async def _page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """Return a page of a reader who has chosen this theme, and no movement, in the system."""
    context = await browser.new_context(
        color_scheme=request.param, reduced_motion="reduce", viewport=DESKTOP
    )
    yield await context.new_page()
    await context.close()


@pytest.mark.parametrize("path", [*PAGES, "no-such-page", "websockethandler/chatbot.py.source/"])
async def test_a_page_breaks_no_rule(guide_url: str, browser: Browser, path: str) -> None:
    """After its snippets have run by themselves: light on a desktop, then dark on a phone."""
    context = await browser.new_context(reduced_motion="reduce", viewport=DESKTOP)
    page = await context.new_page()
    await page.goto(guide_url + path)
    await settled(page)
    light = await _violations(page)
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.set_viewport_size(PHONE)
    dark = await _violations(page)
    await context.close()

    assert light == []
    assert dark == []


async def test_panes_in_use_break_no_rule(guide_url: str, page: Page) -> None:
    """Output in the console, messages on the wire, one of them unfolded, lines of the server."""
    await page.goto(guide_url + "websockethandler/")
    snippet = snippet_of(page)
    await expect(snippet).to_contain_text("Got message: Hello world")
    await snippet.locator("live-wire summary").first.click()

    assert await _violations(page) == []


async def test_an_editor_in_use_breaks_no_rule(guide_url: str, page: Page) -> None:
    """Changed code in the editor, and what it has logged, its error too."""
    await page.goto(guide_url + "websockethandler/")
    snippet = snippet_of(page)
    await expect(snippet).to_contain_text("Got message: Hello world")
    await run(snippet, "console.log('edited', { a: [1, 'b', null] })\nconsole.warn('w')\nnowhere()")
    await expect(snippet.locator("live-console")).to_contain_text("nowhere is not defined")
    await expect(button(snippet, "Reset")).to_be_visible()

    assert await _violations(page) == []


async def test_a_demo_in_the_page_breaks_no_rule(guide_url: str, page: Page) -> None:
    """Two windows of a chat side by side, connected, and the tabs of their files."""
    await page.goto(guide_url + "websockethandler/")
    room = page.get_by_role("complementary", name="Example: Chat room")
    await room.get_by_text("Show 2 windows here").click()
    for number in range(2):
        window = room.frame_locator(f"iframe >> nth={number}")
        await expect(window.get_by_role("status")).to_have_text("Connected")

    assert await _violations(page) == []


async def test_the_login_form_breaks_no_rule(guide_url: str, page: Page) -> None:
    """Empty, and after a wrong password."""
    await page.goto(guide_url + "login/")
    await page.get_by_role("button", name="Log in", exact=True).click()
    await expect(page.get_by_label("Name")).to_be_focused()
    empty = await _violations(page)
    await page.get_by_label("Name").fill("demo")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Log in", exact=True).click()
    await expect(page.get_by_role("alert")).to_be_visible()

    assert empty == []
    assert await _violations(page) == []


async def test_the_search_breaks_no_rule(guide_url: str, page: Page) -> None:
    """The dialog with what was found, the first result chosen; and with nothing found."""
    await page.goto(guide_url + "websockethandler/")
    await settled(page)
    await page.keyboard.press("/")
    words = page.get_by_role("dialog").get_by_role("combobox")
    await words.fill("close code")
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    found = await _violations(page)
    await words.fill("zzqqxx")
    await expect(page.get_by_role("option")).to_have_count(0)

    assert found == []
    assert await _violations(page) == []


async def test_axe_sees_a_fault(serve_tree: ServeTree, page: Page) -> None:
    """A picture without a text is found: silence elsewhere means something."""
    demo = (
        '<!doctype html><html lang=en><title>Demo</title><main><h1>A</h1><img src="a.svg"></main>'
    )
    server = await serve_tree({"README.md": "# Page\n", "demo.html": demo})
    await page.goto(server.url + "demo.html")

    found = await _violations(page)

    assert [text.partition(":")[0] for text in found] == ["image-alt"]
