"""Writing with the page open: what a browser shows when files change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, WebSocket, expect

from .conftest import Server

pytestmark = pytest.mark.browser

BOT = "def on_message(handler, message):\n    handler.write_message('one: ' + message)\n"
ROUTES = """\
url:
  {name}:
    pattern: /$YAMLURL/bot
    handler: WebSocketHandler
    kwargs:
      on_message:
        function: bot.on_message
"""
SNIPPET = """\
```js
const ws = new WebSocket(new URL('bot', location.href.replace('http', 'ws')))
ws.onopen = () => ws.send('hello')
ws.onmessage = ({ data }) => console.log(data)
```
"""
LINES = "\n\n".join(f"Paragraph {number}." for number in range(200))
GUIDE = {
    "README.md": f"# Home\n\nFirst words.\n\n{LINES}\n",
    "other.md": "# Other\n\nOther words.\n",
    "own.html": "<!doctype html><title>Own</title><link rel=stylesheet href=own.css><p>Text</p>",
    "own.css": "p { color: rgb(1, 2, 3) }\n",
    "a/README.md": f"# A\n\n{SNIPPET}",
    "a/gramex.yaml": ROUTES.format(name="a"),
    "a/bot.py": BOT,
    "b/README.md": f"# B\n\n{SNIPPET}",
    "b/gramex.yaml": ROUTES.format(name="b"),
    "b/bot.py": BOT,
}
BUILT = "Built "

Watch = Callable[[Mapping[str, str]], Awaitable[Server]]


@pytest_asyncio.fixture(name="watch")
async def _watch(
    write_tree: Callable[[Mapping[str, str]], Path], tmp_path: Path
) -> AsyncIterator[Watch]:
    """Return a function that serves a guide given as files, and follows its changes."""
    servers: list[Server] = []

    async def watch(files: Mapping[str, str], built: bool = True) -> Server:
        server = Server(write_tree(files), tmp_path / "site", "--watch")
        await server.start()
        servers.append(server)
        if built:
            await server.printed(BUILT)
        return server

    yield watch
    for server in servers:
        await server.stop()


def replace(path: Path, old: str, new: str) -> None:
    """Change a part of a file, in one step, as most editors save."""
    text = path.read_text()
    assert old in text
    path.with_name("." + path.name).write_text(text.replace(old, new))
    path.with_name("." + path.name).rename(path)


async def mark(page: Page) -> None:
    """Leave something on the window that does not outlive its page."""
    await page.evaluate("window.marked = true")


async def is_marked(page: Page) -> bool:
    """Say whether the page is still the one that was marked."""
    return bool(await page.evaluate("window.marked === true"))


async def listening(page: Page, url: str) -> None:
    """Open a page, and wait until it listens for changes."""
    told = asyncio.Event()

    def opened(socket: WebSocket) -> None:
        if "/_liveguide/dev" in socket.url:
            socket.on("framereceived", lambda _: told.set())

    page.on("websocket", opened)
    await page.goto(url)
    async with asyncio.timeout(60):
        await told.wait()
    page.remove_listener("websocket", opened)


async def test_a_page_is_loaded_anew_where_it_was(watch: Watch, page: Page, tmp_path: Path) -> None:
    """The words are new, and the reader is as far down as before."""
    server = await watch(GUIDE)
    await listening(page, server.url)
    await page.get_by_text("Paragraph 150.").scroll_into_view_if_needed()
    before = await page.evaluate("scrollY")
    await mark(page)

    replace(tmp_path / "guide/README.md", "First words.", "Second words.")

    await expect(page.get_by_text("Second words.")).to_be_attached()
    assert before > 1000
    await expect(page.get_by_text("Paragraph 150.")).to_be_in_viewport()
    assert abs(await page.evaluate("scrollY") - before) <= 1
    assert not await is_marked(page)


async def test_a_place_keeps_though_what_stands_above_it_grows(
    watch: Watch, page: Page, tmp_path: Path
) -> None:
    """The heading that was at the top of the window is there again."""
    text = f"# Home\n\nFirst words.\n\n{LINES}\n\n## Here\n\n{LINES}\n"
    server = await watch({"README.md": text})
    await listening(page, server.url)
    await page.evaluate("document.getElementById('here').scrollIntoView({behavior: 'instant'})")
    top = "document.getElementById('here').getBoundingClientRect().top"
    before = await page.evaluate(top)

    replace(tmp_path / "guide/README.md", "First words.", "More words.\n\n" * 50)

    await expect(page.get_by_text("More words.").first).to_be_attached()
    await page.wait_for_load_state()
    assert abs(await page.evaluate(top) - before) <= 1


async def test_a_stylesheet_is_swapped_without_a_reload(
    watch: Watch, page: Page, tmp_path: Path
) -> None:
    """What stands on the window stays, and the colour is the new one."""
    server = await watch(GUIDE)
    await listening(page, server.url + "own.html")
    await expect(page.locator("p")).to_have_css("color", "rgb(1, 2, 3)")
    await mark(page)

    replace(tmp_path / "guide/own.css", "rgb(1, 2, 3)", "rgb(4, 5, 6)")

    await expect(page.locator("p")).to_have_css("color", "rgb(4, 5, 6)")
    await expect(page.locator("link[href*=own]")).to_have_count(1)
    assert await is_marked(page)


async def test_another_page_that_changes_leaves_this_one(
    watch: Watch, page: Page, tmp_path: Path
) -> None:
    """Nothing happens here, and the other page is new when it is visited."""
    server = await watch(GUIDE)
    await listening(page, server.url)
    await mark(page)

    replace(tmp_path / "guide/other.md", "Other words.", "New words.")

    await server.printed("Built", times=2)
    assert await is_marked(page)
    await page.goto(server.url + "other.html")
    await expect(page.get_by_text("New words.")).to_be_visible()


async def test_an_error_is_shown_in_the_page_and_goes_when_mended(
    watch: Watch, page: Page, tmp_path: Path
) -> None:
    """File, line, fix and the lines around are there, the faulty one marked, as text."""
    server = await watch(GUIDE)
    await listening(page, server.url)
    text = (tmp_path / "guide/README.md").read_text()

    (tmp_path / "guide/README.md").write_text("---\ntitle: <b>Bold</b>\norder: two\n---\n" + text)

    alert = page.get_by_role("alert")
    await expect(alert.get_by_role("heading", name="1 error")).to_be_visible()
    await expect(alert.get_by_role("heading", level=3)).to_contain_text("README.md:3")
    await expect(alert).to_contain_text("'order' must be a whole number")
    await expect(alert.locator("mark")).to_have_text("    3  order: two\n")
    await expect(alert).to_contain_text("title: <b>Bold</b>")
    await expect(page.get_by_text("First words.")).to_be_visible()

    (tmp_path / "guide/README.md").write_text(text.replace("First", "Mended"))

    await expect(page.get_by_text("Mended words.")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_all_lines_around_an_error_begin_at_one_place(
    watch: Watch, page: Page, tmp_path: Path
) -> None:
    """The line after the faulty one stands below it, not behind it."""
    server = await watch(GUIDE)
    await listening(page, server.url)
    (tmp_path / "guide/README.md").write_text(
        "---\ntitle: Home\norder: two\ndesc: D\n---\n# Home\n"
    )

    lines = page.get_by_role("alert").locator("pre > *")

    await expect(lines).to_have_count(6)
    boxes = [await line.bounding_box() for line in await lines.all()]
    assert len({box["x"] for box in boxes if box}) == 1
    assert len({box["y"] for box in boxes if box}) == 6


async def test_a_draft_is_marked(watch: Watch, page: Page) -> None:
    """Its author is told that readers do not see it; no other page says so."""
    server = await watch({"README.md": "# Home\n", "a.md": "---\ndraft: true\n---\n# A\n"})
    await listening(page, server.url + "a.html")
    await expect(page.get_by_text("Draft: the site is built without this page.")).to_be_visible()

    await listening(page, server.url)

    await expect(page.locator("draft-mark")).to_have_count(0)


async def test_an_error_can_be_put_away(watch: Watch, page: Page, tmp_path: Path) -> None:
    """By the keyboard; the next error shows the box again."""
    server = await watch(GUIDE)
    await listening(page, server.url)
    (tmp_path / "guide/a/bot.py").write_text("def (:\n")
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("bot.py:1")

    await page.keyboard.press("Escape")

    await expect(alert).to_have_count(0)
    (tmp_path / "guide/b/bot.py").write_text("import nothing_like_it\n")
    await expect(alert).to_contain_text("2 errors")
    await expect(alert).to_contain_text("No module named 'nothing_like_it'")
    await alert.get_by_role("button", name="Close").click()
    await expect(alert).to_have_count(0)


async def test_the_server_starts_with_errors_and_recovers(
    watch: Watch, page: Page, tmp_path: Path
) -> None:
    """A page says what is wrong where there is no site yet, and becomes the one asked for."""
    server = await watch({"README.md": "```js\nnever closed\n"}, built=False)
    await page.goto(server.url)
    await expect(page.get_by_role("heading", name="Not built yet")).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("README.md:1")

    (tmp_path / "guide/README.md").write_text("# Home\n\nFine words.\n")

    await expect(page.get_by_text("Fine words.")).to_be_visible()


async def test_a_snippet_says_something_new_without_a_restart(
    watch: Watch, page: Page, tmp_path: Path
) -> None:
    """Its function changed, so its page ran again; the page of another folder kept its socket."""
    server = await watch(GUIDE)
    neighbour = await page.context.new_page()
    await listening(neighbour, server.url + "b/")
    await expect(neighbour.locator("live-snippet")).to_contain_text("one: hello")
    await mark(neighbour)
    await listening(page, server.url + "a/")
    await expect(page.locator("live-snippet")).to_contain_text("one: hello")

    replace(tmp_path / "guide/a/bot.py", "one", "two")

    await expect(page.locator("live-snippet")).to_contain_text("two: hello")
    assert await is_marked(neighbour)
    await expect(neighbour.locator("live-snippet")).to_have_attribute("data-state", "open")


async def test_a_page_finds_the_next_server(watch: Watch, page: Page, tmp_path: Path) -> None:
    """It says that no server runs, and shows what was written meanwhile when there is one."""
    server = await watch(GUIDE)
    await listening(page, server.url)
    port = int(server.url.rsplit(":", 1)[1].strip("/"))
    await server.stop()
    await expect(page.get_by_role("alert")).to_contain_text("The server has stopped")
    replace(tmp_path / "guide/README.md", "First words.", "Second words.")

    await server.start(port)

    await expect(page.get_by_text("Second words.")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)
