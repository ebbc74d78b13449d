"""The search, by keyboard and pointer, in a real browser."""

from __future__ import annotations

import asyncio
import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from .conftest import Server, ServeTree

pytestmark = pytest.mark.browser

FILES = {
    "README.md": "---\ntitle: Home\n---\n\nWelcome to whales.\n\n[Field](field.html)\n",
    "deep/whales.md": "# Whales\n\nThey sing.\n\n## Feeding on krill\n\nKrill is small.\n\n"
    "```python\ndef swim_away(whale):\n    return None\n```\n",
    "odd.md": "# Odd `<img src=x onerror=alert(1)>` names\n\nA `<b>krill</b>` tag.\n",
    "field.html": "<!doctype html><title>Field</title><textarea></textarea>",
}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(name="static_host")
def _static_host(guide_site: Path, tmp_path: Path) -> Iterator[str]:
    """Return the address of our guide on a host that only has files, below a path."""
    (tmp_path / "some").mkdir()
    (tmp_path / "some/path").symlink_to(guide_site)
    handler = functools.partial(_Quiet, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/some/path/"
        server.shutdown()


async def _opened(page: Page, server: Server, address: str = "", query: str = "") -> None:
    """Open a page and its search, and ask."""
    await page.goto(server.url + address)
    await page.keyboard.press("/")
    await expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    if query:
        await page.keyboard.type(query)
        await expect(page.get_by_role("option").first).to_be_visible()


async def test_nothing_is_loaded_before_a_reader_reaches_for_it(
    page: Page, serve_tree: ServeTree
) -> None:
    """Index, engine, element and styles come when the trigger is pointed at, once."""
    server = await serve_tree(FILES)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    await page.goto(server.url, wait_until="networkidle")
    before = [url for url in requests if "search" in url]
    async with page.expect_response("**/search.json"):
        await page.get_by_role("button", name="Search").hover()
    await page.get_by_role("button", name="Search").click()
    await expect(page.get_by_role("combobox", name="Search")).to_be_focused()

    loaded = sorted(url.rpartition("/")[2] for url in requests if "search" in url)
    assert before == []
    assert loaded == ["minisearch-7.2.0.js", "search.css", "search.json", "site-search.js"]


async def test_a_press_that_comes_before_the_scripts_counts_once(
    page: Page, serve_tree: ServeTree
) -> None:
    """On a slow line the header's buttons are there sooner than what they do."""
    server = await serve_tree(FILES)

    async def press(name: str) -> None:
        held: asyncio.Future[Route] = asyncio.get_running_loop().create_future()
        await page.route("**/page.js", lambda route: held.set_result(route))
        await page.evaluate("url => { location = url }", server.url)
        script = await held
        await page.get_by_role("button", name=name).click()
        await script.continue_()
        await page.unroute("**/page.js")

    await press("Theme")
    await expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    await press("Search")
    await expect(page.get_by_role("combobox", name="Search")).to_be_focused()


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
async def test_keys_open_it_and_escape_gives_the_focus_back(
    page: Page, serve_tree: ServeTree, keys: str
) -> None:
    """Where the reader was is where the reader is."""
    server = await serve_tree(FILES)
    await page.goto(server.url)
    link = page.get_by_role("link", name="Field")
    await link.focus()
    await page.keyboard.press(keys)
    await expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    await page.keyboard.press("Escape")

    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(link).to_be_focused()


async def test_the_trigger_gets_the_focus_back(page: Page, serve_tree: ServeTree) -> None:
    """A reader who closes a search that the button opened is on the button again."""
    server = await serve_tree(FILES)
    await page.goto(server.url)
    trigger = page.get_by_role("button", name="Search")
    await trigger.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Close")).to_be_focused()
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(trigger).to_be_focused()


async def test_a_reader_who_writes_can_write_a_slash(page: Page, guide_url: str) -> None:
    """The keys belong to the field or the editor in which they are pressed."""
    await page.goto(guide_url + "websockethandler/")
    await page.get_by_role("button", name="Edit").first.click()
    editor = page.get_by_role("textbox").first
    await editor.focus()
    await page.keyboard.type("//")
    await page.keyboard.press("Control+k")

    await expect(editor).to_have_value(re.compile("//"))
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_arrows_move_and_enter_opens(page: Page, serve_tree: ServeTree) -> None:
    """The field keeps the focus, names the option that Enter opens, and Enter opens it."""
    server = await serve_tree(FILES)
    await _opened(page, server, query="krill")
    field = page.get_by_role("combobox", name="Search")
    options = page.get_by_role("option")
    count = await options.count()
    await expect(options.first).to_have_attribute("aria-selected", "true")
    for _ in range(count):
        await page.keyboard.press("ArrowDown")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowUp")
    await expect(options.last).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    await expect(field).to_have_attribute("aria-activedescendant", "search-option-0")
    await expect(field).to_be_focused()
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(server.url + "deep/whales.html#feeding-on-krill")


async def test_a_result_on_the_same_page_closes_it(page: Page, serve_tree: ServeTree) -> None:
    """A click on a result leads to its heading, out of the way of which the dialog goes."""
    server = await serve_tree(FILES)
    await _opened(page, server, "deep/whales.html", "swim_away")
    await page.get_by_role("option").first.click()

    await expect(page).to_have_url(server.url + "deep/whales.html#feeding-on-krill")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_matches_are_marked_in_heading_text_and_code(
    page: Page, serve_tree: ServeTree
) -> None:
    """A line of code shows a name that only the code has."""
    server = await serve_tree(FILES)
    await _opened(page, server, query="kril")
    first = page.get_by_role("option").first
    await expect(first.locator("mark")).to_have_text(["kril", "Kril"])
    await page.get_by_role("combobox").fill("swim")

    await expect(page.get_by_role("option").locator("code")).to_have_text("def swim_away(whale):")
    await expect(page.get_by_role("option").locator("code mark")).to_have_text("swim")


async def test_what_looks_like_html_is_shown_as_text(page: Page, serve_tree: ServeTree) -> None:
    """Titles, texts and queries make no elements."""
    server = await serve_tree(FILES)
    await _opened(page, server, query="onerror")
    option = page.get_by_role("option").first

    await expect(option).to_contain_text("Odd <img src=x onerror=alert(1)> names")
    await expect(option).to_contain_text("<b>krill</b>")
    await page.get_by_role("combobox").fill("<img src=zzzzqqqqxxxx>zzzzqqqqxxxx")
    await expect(page.locator("site-search img")).to_have_count(0)


async def test_nothing_found_offers_the_nearest_word(page: Page, serve_tree: ServeTree) -> None:
    """One press searches for it."""
    server = await serve_tree(FILES)
    await _opened(page, server)
    await page.keyboard.type("whaallz")
    await page.get_by_role("button", name="whales").click()

    await expect(page.get_by_role("combobox")).to_have_value("whales")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await expect(page.get_by_role("option").first).to_contain_text("Whales")


async def test_the_count_is_read_out_once_after_the_last_key(
    page: Page, serve_tree: ServeTree
) -> None:
    """A screen reader hears how many results there are, not at each key."""
    server = await serve_tree(FILES)
    await _opened(page, server)
    await page.evaluate(
        """() => {
            window.said = []
            const status = document.querySelector('.search-status')
            const hear = () => said.push(status.textContent)
            new MutationObserver(hear).observe(status, { childList: true })
        }"""
    )
    await page.keyboard.type("krill", delay=20)
    await expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("2 results")

    assert [said for said in await page.evaluate("said") if "result" in said] == ["2 results"]


async def test_its_foot_says_what_the_keys_do(page: Page, serve_tree: ServeTree) -> None:
    """Each key with its verb, and of many results how many are shown."""
    many = {f"p{n}.md": f"# Page {n}\n\nOne krill.\n" for n in range(60)}
    await _opened(page, await serve_tree({**FILES, **many}))
    foot = page.locator(".search-foot")

    await expect(foot).to_contain_text("↑ ↓ chooseEnter opensEsc closes")
    await page.get_by_role("combobox").fill("krill")
    await expect(foot).to_contain_text(re.compile(r"The best \d+ of \d+ results$"))


async def test_a_key_right_after_it_was_closed_opens_it(page: Page, serve_tree: ServeTree) -> None:
    """The hidden field, which still has the focus then, does not take it."""
    server = await serve_tree(FILES)
    await _opened(page, server)
    await page.evaluate(
        """() => {
            const field = document.querySelector('.search-field')
            document.querySelector('dialog.search').close()
            field.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))
        }"""
    )

    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_it_works_on_a_host_of_files_below_a_path(page: Page, static_host: str) -> None:
    """Every address of it is relative."""
    await page.goto(static_host + "function/")
    await page.keyboard.press("/")
    await page.get_by_role("combobox", name="Search").fill("pingbot")
    await page.get_by_role("option").first.click()

    await expect(page).to_have_url(re.compile(f"^{re.escape(static_host)}.*#"))


async def test_it_fills_a_small_phone(browser: Browser, serve_tree: ServeTree) -> None:
    """At 320 px nothing of it is cut off."""
    server = await serve_tree(FILES)
    context = await browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True)
    page = await context.new_page()
    await page.goto(server.url)
    trigger = page.get_by_role("button", name="Search")
    size = await trigger.bounding_box()
    await trigger.click()
    await page.get_by_role("combobox").fill("krill")
    await expect(page.get_by_role("option").first).to_be_visible()
    box = await page.get_by_role("dialog").bounding_box()
    widest = await page.evaluate(
        "Math.max(...[...document.querySelectorAll('.search *')]"
        ".map((node) => node.getBoundingClientRect().right))"
    )
    await context.close()

    assert size is not None
    assert min(size["width"], size["height"]) >= 44
    assert box == {"x": 0, "y": 0, "width": 320, "height": 640}
    assert widest <= 320


async def test_without_scripts_there_is_no_trigger(browser: Browser, serve_tree: ServeTree) -> None:
    """A button that can do nothing is not shown."""
    server = await serve_tree(FILES)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(server.url)
    await expect(page.locator(".search-trigger")).to_be_hidden()
    await context.close()


async def test_an_index_that_does_not_come_is_said_and_tried_again(
    page: Page, serve_tree: ServeTree
) -> None:
    """A reader who was offline finds out, and finds when they are back."""
    server = await serve_tree(FILES)
    await page.route("**/search.json", lambda route: route.abort())
    await _opened(page, server)
    await expect(page.get_by_role("dialog")).to_contain_text("be loaded")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.unroute("**/search.json")
    await page.keyboard.press("/")
    await page.get_by_role("combobox").fill("krill")

    await expect(page.get_by_role("option").first).to_be_visible()
