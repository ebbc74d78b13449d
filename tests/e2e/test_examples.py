"""Examples in the page: frames that fit, tabs with the files that run, windows side by side."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from .conftest import GUIDE, ServeTree

pytestmark = pytest.mark.browser

SOURCES = ("messages.py", "messages.js", "messages.html", "gramex.yaml")
TALL = "<!doctype html><title>Tall</title><style>p { height: 450px; margin: 0 }</style><p>Tall"
ENDLESS = "<!doctype html><title>Endless</title><style>p { height: 9000px }</style><p>Endless"
FULL = "<!doctype html><title>Full</title><style>body { min-height: 100vh }</style><p>As its window"


@pytest.fixture(name="room")
def _room(page: Page) -> Locator:
    """Return the card of the guide's chat room."""
    return page.get_by_role("complementary", name="Example: Chat room")


async def _show(page: Page, guide_url: str, room: Locator) -> None:
    await page.goto(guide_url + "websockethandler/")
    await room.get_by_text("Show 2 windows here").click()


async def test_a_message_in_one_window_appears_in_the_other(
    guide_url: str, page: Page, room: Locator
) -> None:
    """The broadcast is seen without opening anything."""
    await _show(page, guide_url, room)
    left, right = (room.frame_locator(f"iframe >> nth={n}") for n in range(2))
    await expect(left.get_by_role("status")).to_have_text("Connected")
    await expect(right.get_by_role("status")).to_have_text("Connected")
    await left.get_by_role("textbox").fill("from the left")
    await left.get_by_role("textbox").press("Enter")

    await expect(right.locator(".messages li")).to_have_text(["from the left"])


async def test_a_demo_that_is_opened_at_once_has_its_tabs(
    guide_url: str, page: Page, room: Locator
) -> None:
    """A reader need not wait for the page's snippets."""
    asked, answer = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await answer.wait()
        await route.continue_()

    await page.route("**/_liveguide/snippets/**", hold)
    await _show(page, guide_url, room)
    await asyncio.wait_for(asked.wait(), 60)

    await expect(room.get_by_role("tab", name="messages.py")).to_be_visible()
    answer.set()


@pytest.mark.parametrize("name", SOURCES)
async def test_a_tab_shows_the_file_that_runs(
    guide_url: str, page: Page, room: Locator, name: str
) -> None:
    """The code in the tab is the file's, to the letter, and highlighted."""
    await _show(page, guide_url, room)
    await room.get_by_role("tab", name=name).click()
    panel = room.get_by_role("tabpanel", name=name)

    await expect(panel.locator("code span.line").first).to_be_visible()
    shown = await panel.locator("code").evaluate("code => code.textContent")
    assert shown.rstrip("\n") == (GUIDE / "websockethandler" / name).read_text().rstrip("\n")
    await expect(panel.locator("code span.line span[class]").first).to_be_attached()
    await expect(room.locator("iframe").first).to_be_hidden()


async def test_tabs_work_from_the_keyboard(guide_url: str, page: Page, room: Locator) -> None:
    """Arrow keys move along the tabs, around the end too; one of them is in the Tab order."""
    await _show(page, guide_url, room)
    await room.get_by_role("tab", name="Demo").focus()
    await page.keyboard.press("ArrowLeft")
    await expect(room.get_by_role("tab", name="gramex.yaml")).to_be_focused()
    await page.keyboard.press("ArrowRight")

    await expect(room.get_by_role("tab", name="Demo")).to_be_focused()
    await expect(room.get_by_role("tab", selected=True)).to_have_text("Demo")
    await expect(room.locator("[role=tab][tabindex='0']")).to_have_count(1)


async def test_nothing_of_a_demo_loads_before_it_is_asked_for(guide_url: str, page: Page) -> None:
    """Neither the demos nor the script of their tabs are part of opening the page."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(guide_url + "websockethandler/", wait_until="networkidle")

    assert [
        url for url in asked if re.search(r"messages\.html|chat\.html|live-example\.js", url)
    ] == []


@pytest.mark.parametrize(
    ("document", "least", "most"), [(TALL, 450, 480), (ENDLESS, 640, 640), (FULL, 320, 340)]
)
async def test_a_frame_takes_the_height_of_its_content(
    serve_tree: ServeTree, page: Page, document: str, least: int, most: int
) -> None:
    """As tall as what it shows, within bounds; one as tall as its window grows no further."""
    server = await serve_tree(
        {"README.md": "# Home\n\n::: example href=demo.html\n    Demo\n", "demo.html": document}
    )
    await page.goto(server.url)
    await page.get_by_text("Show it here").click()
    frame = page.locator("iframe")
    await expect(frame).to_have_attribute("style", re.compile("height"))

    height = await frame.evaluate("frame => frame.offsetHeight")
    assert least <= height <= most


async def test_a_demo_can_not_leave_with_the_page(serve_tree: ServeTree, page: Page) -> None:
    """A demo in the page has no say over the page's own address."""
    demo = "<!doctype html><title>Demo</title><script src='away.js'></script><p>Here"
    away = (
        "try { top.location = 'about:blank#gone' } catch (e) { document.title = e.name }\n"
        "document.documentElement.dataset.done = ''"
    )
    tree = {
        "README.md": "# Home\n\n::: example href=demo.html\n    Demo\n",
        "demo.html": demo,
        "away.js": away,
    }
    server = await serve_tree(tree)
    await page.goto(server.url)
    await page.get_by_text("Show it here").click()

    await expect(page.frame_locator("iframe").locator("html[data-done]")).to_be_attached()
    assert page.url == server.url


async def test_without_javascript_the_card_leads_to_all(guide_url: str, browser: Browser) -> None:
    """Links to the demo and to each source stand on the card itself."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(guide_url + "websockethandler/")
    card = page.get_by_role("complementary", name="Example: Chat room")

    await expect(card.get_by_role("link")).to_have_text(["Open the demo", *SOURCES])
    await context.close()
