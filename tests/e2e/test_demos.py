"""The guide's demos, used as readers use them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, WebSocket, expect

from .conftest import GUIDE, Server, ServeTree

pytestmark = pytest.mark.browser

ROOM = "websockethandler/messages.html"
BOT = "websockethandler/chat.html"
MESSAGES = ".messages li"
ENDPOINT = """\
url:
  messages:
    pattern: /messages
    handler: WebSocketHandler
    kwargs:
      open:
        function: {}
"""


async def _open(browser: Browser, url: str) -> Page:
    """Open a demo in a window of a reader of its own, and wait until it is connected."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(url)
    await expect(page.get_by_role("status")).to_have_text("Connected")
    return page


async def _say(page: Page, message: str) -> None:
    await page.get_by_role("textbox").fill(message)
    await page.keyboard.press("Enter")


async def _say_much(page: Page) -> None:
    """Say 28 things at once, which is less than a server takes for a flood."""
    await page.evaluate(
        """() => {
            const form = document.querySelector('form')
            for (let number = 0; number < 28; number++) {
                form.elements.message.value = `number ${number}`
                form.requestSubmit()
            }
        }"""
    )


@pytest_asyncio.fixture(name="readers")
async def _readers(browser: Browser, guide_url: str) -> AsyncIterator[tuple[Page, Page]]:
    """Return the chat room, open in two browser windows."""
    readers = await _open(browser, guide_url + ROOM), await _open(browser, guide_url + ROOM)
    yield readers
    for reader in readers:
        await reader.context.close()


async def test_two_windows_see_each_others_messages(readers: tuple[Page, Page]) -> None:
    """What either says stands in both."""
    one, two = readers
    await _say(one, "Hello from one")
    await expect(two.locator(MESSAGES)).to_have_text(["Hello from one"])
    await _say(two, "Hello from two")

    for reader in readers:
        await expect(reader.locator(MESSAGES)).to_have_text(["Hello from one", "Hello from two"])


async def test_markup_in_a_message_shows_as_text(readers: tuple[Page, Page]) -> None:
    """An image with an error handler is quoted to the letter and never runs."""
    one, two = readers
    payload = "<img src=x onerror=\"document.title='taken'\">"
    await _say(one, payload)

    await expect(two.locator(MESSAGES)).to_have_text([payload])
    await expect(two.locator(f"{MESSAGES} *")).to_have_count(0)
    assert await two.title() == "Chat room"


async def test_the_room_goes_on_when_a_window_closes(
    browser: Browser, guide_url: str, readers: tuple[Page, Page]
) -> None:
    """After one of three has left, the two others still hear each other."""
    third = await _open(browser, guide_url + ROOM)
    await third.context.close()
    one, two = readers
    await _say(one, "Still here?")
    await expect(two.locator(MESSAGES)).to_have_text(["Still here?"])
    await _say(two, "Yes")

    await expect(one.locator(MESSAGES)).to_have_text(["Still here?", "Yes"])


async def test_the_newest_message_is_in_view(readers: tuple[Page, Page]) -> None:
    """A reader at the end of a long conversation sees what comes."""
    one, two = readers
    await _say_much(one)

    await expect(two.locator(MESSAGES)).to_have_count(28)
    await expect(two.locator(MESSAGES).last).to_be_in_viewport()
    await expect(two.locator(MESSAGES).first).not_to_be_in_viewport()


async def test_reading_up_is_not_disturbed(readers: tuple[Page, Page]) -> None:
    """A reader who has scrolled up stays there when somebody speaks."""
    one, two = readers
    await _say_much(one)
    await expect(two.locator(MESSAGES)).to_have_count(28)
    await two.evaluate("document.querySelector('.messages').scrollTop = 0")
    await _say(one, "news")
    await expect(two.locator(MESSAGES)).to_have_count(29)

    await expect(two.locator(MESSAGES).first).to_be_in_viewport()


async def test_two_tabs_of_the_chatbot_are_two_conversations(
    browser: Browser, guide_url: str
) -> None:
    """Two tabs of one reader each get their own answer, and not the other's."""
    context = await browser.new_context()
    tabs = [await context.new_page(), await context.new_page()]
    for tab in tabs:
        await tab.goto(guide_url + BOT)
        await expect(tab.locator(".messages .bot").first).to_have_text(
            "Hello. How are you feeling today?"
        )
    await _say(tabs[0], "I need a holiday")

    await expect(tabs[0].locator(MESSAGES).filter(has_text="a holiday")).to_have_count(2)
    await expect(tabs[0].locator(".messages .reader")).to_have_text(["I need a holiday"])
    await expect(tabs[1].locator(".messages .reader")).to_have_count(0)
    await expect(tabs[1].locator(MESSAGES).filter(has_text="holiday")).to_have_count(0)
    await context.close()


async def test_the_chatbot_speaks_up_when_it_is_left_alone(
    browser: Browser, guide_url: str
) -> None:
    """Nobody says anything, and the bot speaks twice, the second time after a longer silence."""
    page = await _open(browser, guide_url + BOT)
    await page.evaluate(
        """() => {
            window.times = [performance.now()]
            new MutationObserver(() => window.times.push(performance.now()))
                .observe(document.querySelector('.messages ol'), {childList: true})
        }"""
    )
    await expect(page.locator(".messages .bot")).to_have_count(3, timeout=40_000)
    started, first, second = (await page.evaluate("window.times"))[-3:]

    assert second - first > first - started
    await page.context.close()


async def test_a_lost_connection_is_shown_and_comes_back(
    browser: Browser, guide_site: Path
) -> None:
    """The page says that it has lost its server, sends nothing, and recovers by itself."""
    server = Server(GUIDE, guide_site)
    await server.start()
    page = await _open(browser, server.url + ROOM)
    await server.kill()

    await expect(page.get_by_role("status")).to_contain_text("Connection lost")
    await expect(page.get_by_role("button")).to_be_disabled()
    await _say(page, "kept")
    await expect(page.get_by_role("textbox")).to_have_value("kept")

    await server.start(int(server.url.rstrip("/").rpartition(":")[2]))
    await expect(page.get_by_role("status")).to_have_text("Connected", timeout=20_000)
    await page.keyboard.press("Enter")
    await expect(page.locator(MESSAGES)).to_have_text(["kept"])
    await page.context.close()
    await server.stop()


async def test_an_example_opens_in_the_page(guide_url: str, page: Page) -> None:
    """The card shows its demo in place, connected, when it is unfolded."""
    await page.goto(guide_url + "websockethandler/")
    card = page.locator(".example", has_text="Chatbot")
    await card.get_by_text("Show it here").click()
    demo = card.frame_locator("iframe")

    await expect(demo.get_by_role("status")).to_have_text("Connected")
    await expect(demo.locator(".bot").first).to_contain_text("Hello")


async def test_an_example_opens_in_a_new_tab_and_shows_its_source(
    guide_url: str, page: Page
) -> None:
    """The card's links lead to the demo, in a tab of its own, and to the file that runs."""
    await page.goto(guide_url + "websockethandler/")
    card = page.locator(".example", has_text="Chat room")
    async with page.expect_popup() as popup:
        await card.get_by_role("link", name="Open the demo").click()
    await expect((await popup.value).get_by_role("heading")).to_have_text("Chat room")
    await card.get_by_role("link", name="messages.py").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("messages.py")
    assert await page.locator("pre").inner_text() == (
        GUIDE / "websockethandler/messages.py"
    ).read_text().rstrip("\n")


@pytest.mark.parametrize("path", [ROOM, BOT])
async def test_a_demo_fits_a_phone_and_needs_no_mouse(
    browser: Browser, guide_url: str, path: str
) -> None:
    """At 320 pixels nothing is cut off, and Tab leads from the messages to the field and button."""
    context = await browser.new_context(viewport={"width": 320, "height": 600})
    page = await context.new_page()
    await page.goto(guide_url + path)
    await expect(page.get_by_role("status")).to_have_text("Connected")

    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    for focused in (".messages", "input", "button"):
        await page.keyboard.press("Tab")
        await expect(page.locator(focused)).to_be_focused()
    await context.close()


async def _serve_room(serve_tree: ServeTree, opened: str) -> Server:
    """Serve the room's page with an endpoint that does this to whoever connects."""
    names = ("messages.html", "messages.js", "conversation.js", "reconnecting-socket.js")
    files = {name: (GUIDE / "websockethandler" / name).read_text() for name in names}
    files |= {"demo.css": "", "websockethandler.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    files |= {"README.md": "# Room\n", "gramex.yaml": ENDPOINT.format(opened)}
    return await serve_tree(files)


async def test_a_demo_that_is_turned_away_does_not_come_back(
    serve_tree: ServeTree, page: Page
) -> None:
    """After a close with 1008 it says why, and never opens a second connection."""
    server = await _serve_room(serve_tree, "handler.close(1008, 'not you')")
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    await page.clock.install()
    await page.goto(server.url + "messages.html")
    await expect(page.get_by_role("status")).to_have_text("Closed, not you")
    await page.clock.fast_forward("05:00")

    await expect(page.get_by_role("status")).to_have_text("Closed, not you")
    assert len(sockets) == 1


async def test_a_demo_waits_longer_and_longer_for_a_server_that_fails(
    serve_tree: ServeTree, page: Page
) -> None:
    """Connections that open and end at once don't count as success: the wait's bound doubles."""
    server = await _serve_room(serve_tree, "handler.close(1011)")
    await page.add_init_script("Math.random = () => 1")  # the longest wait of each time
    await page.clock.install()
    await page.goto(server.url + "messages.html")

    for seconds in (1, 1, 2, 4, 8, 16, 30, 30):
        await expect(page.get_by_role("status")).to_have_text(
            f"Connection lost, trying again in {seconds} s"
        )
        async with page.expect_websocket():
            await page.clock.fast_forward(seconds * 1000)


async def test_a_hidden_demo_waits_until_it_is_seen(serve_tree: ServeTree, page: Page) -> None:
    """A page in the background leaves its server alone; shown again, it connects."""
    server = await _serve_room(serve_tree, "handler.close(1012)")
    # A headless browser hides no page, so this one says of itself that it is hidden.
    await page.add_init_script(
        "Object.defineProperty(document, 'visibilityState', {get: () => window.seen ?? 'hidden'})"
    )
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    await page.clock.install()
    await page.goto(server.url + "messages.html")
    await expect(page.get_by_role("status")).to_contain_text("Connection lost")
    await page.clock.fast_forward("05:00")
    assert len(sockets) == 1

    async with page.expect_websocket():
        await page.evaluate(
            "window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange'))"
        )
