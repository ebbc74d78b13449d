"""The guide's pages in a real browser, against the real server."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

pytestmark = pytest.mark.browser

GUIDE = Path(__file__).parents[2] / "guide"
SNIPPET = "live-snippet"


PAGES = [
    *("", "websockethandler/", "function/", "tornado/", "coroutines/", "styles/", "protocol/"),
    *("login/", "authoring/", "features.html", "authoring/settings.html", "no-such-page"),
]


def _console_snippet() -> str:
    """Return the snippet that the page tells readers to paste, as it stands in its source."""
    text = (GUIDE / "websockethandler/README.md").read_text()
    match = re.search(r"```js title=\"Paste this[^\n]*\n(.*?)```", text, re.DOTALL)
    assert match is not None
    return match[1]


async def test_the_first_snippet_answers_without_a_click(guide_url: str, page: Page) -> None:
    """Opening the page is enough to read the server's answer under the first snippet."""
    await page.goto(guide_url + "websockethandler/")

    await expect(page.locator(SNIPPET).first).to_contain_text("Got message: Hello world")


async def test_every_snippet_of_the_page_answers(guide_url: str, page: Page) -> None:
    """The snippets after the first run too, each with what its own endpoint says."""
    await page.goto(guide_url + "websockethandler/")

    await expect(page.locator(SNIPPET)).to_have_count(2)
    both = page.locator(SNIPPET).filter(has_text="Both, from your browser")
    await expect(both).to_contain_text("shout: WHAT A LOVELY DAY")
    await expect(both).to_contain_text("count: 4 words, the longest is lovely")


@pytest.mark.parametrize(
    "path",
    ["", "websockethandler/", "function/", "styles/", "authoring/", "authoring/settings.html"],
)
async def test_a_page_loads_from_this_site_alone_and_without_errors(
    guide_url: str, page: Page, path: str
) -> None:
    """Nothing is asked of another host, and neither a script nor the policy complains."""
    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )

    await page.goto(guide_url + path, wait_until="networkidle")

    assert hosts == {urlsplit(guide_url).netloc}
    assert complaints == []


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_fits_a_small_phone(guide_url: str, page: Page, path: str) -> None:
    """At 320 pixels nothing makes the page itself scroll sideways."""
    await page.set_viewport_size({"width": 320, "height": 600})
    await page.goto(guide_url + path)

    assert await page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("ending", ["", "?a=b/c", "#talk-to-it", "index.html", "?q#f/g"])
async def test_the_console_snippet_works_when_it_is_pasted(
    guide_url: str, page: Page, ending: str
) -> None:
    """Pasted as it stands, the snippet gets its answer whatever the page's address ends with."""
    await page.goto(guide_url + "websockethandler/" + ending)
    devtools = await page.context.new_cdp_session(page)
    async with page.expect_console_message(
        lambda message: "MessageEvent" in message.text, timeout=30_000
    ) as logged:
        # What DevTools itself does with a line that is typed into its console.
        result = await devtools.send(
            "Runtime.evaluate", {"expression": _console_snippet(), "replMode": True}
        )
    event = (await logged.value).args[0]

    assert "exceptionDetails" not in result
    assert await event.evaluate("event => event.data") == "Got message: Hello world"


async def test_the_page_is_complete_without_javascript(guide_url: str, browser: Browser) -> None:
    """A reader without JavaScript gets the code, the links to the demos and the contents."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(guide_url + "websockethandler/")

    await expect(page.locator(SNIPPET).first).to_contain_text("new WebSocket(url)")
    await expect(page.get_by_role("link", name="Open").first).to_be_visible()
    await expect(page.locator(".toc a").first).to_have_attribute("href", "#a-first-endpoint")
    await context.close()


@pytest.fixture(name="static_url")
def _static_url(guide_site: Path) -> Iterator[str]:
    """Serve the built guide as plain files, below a path, as a static host would."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return super().translate_path(path.removeprefix("/docs"))

        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=str(guide_site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/docs/"
        server.shutdown()
        thread.join()


async def test_a_static_host_says_that_nothing_is_live(static_url: str, page: Page) -> None:
    """Without the server the page says so in one line, runs nothing, and stays readable."""
    await page.goto(static_url + "websockethandler/", wait_until="networkidle")

    await expect(page.get_by_text(re.compile("No live server"))).to_have_count(1)
    await expect(page.locator(SNIPPET).first).to_contain_text("new WebSocket(url)")
    await expect(page.locator(".live-line")).to_have_count(0)


async def test_links_work_below_a_path_of_a_static_host(static_url: str, page: Page) -> None:
    """From page to page, heading, source view and raw text, every link leads somewhere."""
    await page.goto(static_url)
    await page.get_by_role("main").get_by_role("link", name="WebSocketHandler", exact=True).click()
    await page.get_by_role("link", name="pingbot.py", exact=True).first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("pingbot.py")
    response = await page.goto(page.url + "pingbot.py.txt")

    assert response is not None
    assert await response.text() == (GUIDE / "websockethandler/pingbot.py").read_text()


@pytest.mark.parametrize("allowed", [True, False])
async def test_without_javascript_the_page_says_why_nothing_runs(
    guide_url: str, browser: Browser, allowed: bool
) -> None:
    """A reader who has turned it off is told; nobody else is."""
    context = await browser.new_context(java_script_enabled=allowed)
    page = await context.new_page()
    await page.goto(guide_url + "websockethandler/")
    words = page.locator("noscript p")

    await expect(words).to_be_visible(visible=not allowed)
    await expect(words).to_have_count(0 if allowed else 1)
    await context.close()
