"""Edit, run, stop, reset, copy and share a snippet, as a reader does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.async_api import Locator, Page, expect

from .conftest import ServeTree
from .editing import CONNECT, ECHO, button, expect_logged, page_of, recorder, run, snippet_of, write

pytestmark = pytest.mark.browser

CODE = "// why\nconst n = 1\nif (n) {\n  console.log('n is', n)\n}"
OWN = f"run=always\n{CODE}"
ENDLESS = "console.log('before')\nfor (;;);"


async def _open(serve_tree: ServeTree, page: Page, *fences: str) -> str:
    """Serve a page of these fences, open it, and return its address."""
    server = await serve_tree(page_of(*fences))
    await page.goto(server.url)
    await expect(page.locator("html")).to_have_attribute("data-live", "yes")
    return server.url


async def _edit(page: Page) -> Locator:
    """Open the editor of the first snippet, and return the place to type in."""
    await button(snippet_of(page), "Edit").click()
    area = snippet_of(page).locator(".editor textarea")
    await expect(area).to_be_focused()
    return area


async def _select(area: Locator, start: int, end: int) -> None:
    """Select a range of the text."""
    await area.evaluate("(area, [a, b]) => area.setSelectionRange(a, b)", [start, end])


async def test_edit_shows_the_code_as_it_stands_on_the_page(
    serve_tree: ServeTree, page: Page
) -> None:
    """In place: the same text, where the code was, ready to type in."""
    await _open(serve_tree, page, OWN)
    shown = snippet_of(page).locator(".highlight").first
    await expect(button(snippet_of(page), "Edit")).to_be_visible()
    before = await shown.bounding_box()
    area = await _edit(page)
    editor = await snippet_of(page).locator(".editor").bounding_box()

    await expect(area).to_have_value(CODE)
    assert before is not None
    assert editor is not None
    assert (editor["x"], editor["y"]) == pytest.approx((before["x"], before["y"]), abs=2)


async def test_what_is_typed_is_coloured_as_the_page_is(serve_tree: ServeTree, page: Page) -> None:
    """A word has one colour, whether the build or the reader wrote it."""
    await _open(serve_tree, page, OWN)
    colours = (
        "(all) => Object.fromEntries("
        "all.map((one) => [one.textContent.trim(), getComputedStyle(one).color]))"
    )
    built = await page.locator(".highlight code span:not(:has(span))").evaluate_all(colours)
    area = await _edit(page)
    await area.fill("")
    await area.press_sequentially("const n = 1 + 'n is' // why")
    typed = await page.locator(".editor code span").evaluate_all(colours)

    ink = await page.locator(".editor code").evaluate("code => getComputedStyle(code).color")
    assert typed["n"] == ink  # of a name, which the build gives no span
    for word in ("const", "1", "'n is'", "// why"):
        assert (word, typed[word]) == (word, built[word])
    assert len({typed["const"], typed["'n is'"], typed["// why"]}) == 3


async def test_markup_that_is_typed_stays_text(serve_tree: ServeTree, page: Page) -> None:
    """The colours are made of elements, what is typed never."""
    await _open(serve_tree, page, OWN)
    await write(snippet_of(page), "'<img src=x onerror=alert(1)>' + `</textarea></code><b>`")

    await expect(page.locator(".editor code")).to_contain_text("<img src=x onerror=alert(1)>")
    assert await page.locator(".editor img, .editor b").count() == 0


@pytest.mark.parametrize(
    ("text", "select", "keys", "then"),
    [
        ("a", (0, 0), ["Tab"], "  a"),
        ("ab", (1, 1), ["Tab"], "a  b"),
        ("a\nb\nc", (0, 3), ["Tab"], "  a\n  b\nc"),
        ("a\n\nb", (0, 4), ["Tab"], "  a\n\n  b"),
        ("    a\n  b\nc", (0, 11), ["Shift+Tab"], "  a\nb\nc"),
        ("  a", (3, 3), ["Shift+Tab"], "a"),
        ("a", (1, 1), ["Shift+Tab"], "a"),
        ("  a", (3, 3), ["Enter", "b"], "  a\n  b"),
        ("\ta", (2, 2), ["Enter", "b"], "\ta\n\tb"),
        ("  ab", (3, 3), ["Enter"], "  a\n  b"),
        ("a\n", (2, 2), ["Enter", "b"], "a\n\nb"),
        ("a\nb", (0, 3), ["Tab", "Shift+Tab"], "a\nb"),
    ],
)
async def test_keys_indent(
    serve_tree: ServeTree,
    page: Page,
    text: str,
    select: tuple[int, int],
    keys: list[str],
    then: str,
) -> None:
    """Tab and Shift+Tab move lines, Enter keeps the indentation, and undo takes it all back."""
    await _open(serve_tree, page, OWN)
    area = await _edit(page)
    await area.fill(text)
    await _select(area, *select)
    for key in keys:
        await area.press(key)

    await expect(area).to_have_value(then)
    await expect(page.locator(".editor code")).to_have_text(then + "\n", use_inner_text=False)
    for _ in keys:
        if await area.input_value() != text:
            await area.press("Control+z")
    await expect(area).to_have_value(text)


async def test_undo_takes_back_what_was_typed(serve_tree: ServeTree, page: Page) -> None:
    """To the page's own code, and the colours go along; redo brings it again."""
    await _open(serve_tree, page, OWN)
    area = await _edit(page)
    await area.press("Control+End")
    await area.press_sequentially("!")
    await area.press("Tab")
    await expect(area).to_have_value(CODE + "!  ")
    await area.press("Control+z")
    await area.press("Control+z")
    await expect(area).to_have_value(CODE)
    await expect(snippet_of(page)).not_to_have_attribute("data-edited", "")
    await area.press("Control+Shift+z")

    await expect(area).to_have_value(CODE + "!")
    await expect(page.locator(".editor code")).to_contain_text("!")


async def test_escape_gives_tab_back_to_the_keyboards_user(
    serve_tree: ServeTree, page: Page
) -> None:
    """Escape, then Tab or Shift+Tab, leaves the editor; back in it, Tab indents again."""
    await _open(serve_tree, page, OWN)
    area = await _edit(page)
    await area.press("Escape")
    await area.press("Tab")
    await expect(area).not_to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(area).to_be_focused()
    await area.press("Escape")
    await area.press("Shift+Tab")
    await expect(area).not_to_be_focused()
    await expect(area).to_have_value(CODE)
    await area.focus()
    await area.press("Control+Home")
    await area.press("Tab")

    await expect(area).to_have_value("  " + CODE)


@pytest.mark.parametrize("key", ["Control+Enter", "Meta+Enter"])
async def test_a_key_runs_it(serve_tree: ServeTree, page: Page, key: str) -> None:
    """The text stays as it is, and so does the focus."""
    await _open(serve_tree, page, OWN)
    area = await _edit(page)
    await area.fill("console.log('by key')")
    await area.press(key)

    await expect_logged(snippet_of(page), "by key")
    await expect(area).to_have_value("console.log('by key')")
    await expect(area).to_be_focused()


async def test_nothing_of_the_editor_is_loaded_before_the_first_edit(
    serve_tree: ServeTree, page: Page
) -> None:
    """A reader who only reads pays nothing for it."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    await _open(serve_tree, page, OWN, ECHO)
    await page.wait_for_load_state("networkidle")
    later = {"live-editor.js", "highlight-javascript.js", "run-edited.js", "runner.html"}
    assert later.isdisjoint(asked)
    await run(snippet_of(page), "console.log('edited')")
    await expect_logged(snippet_of(page), "edited")

    assert {"live-editor.js", "run-edited.js", "runner.html"} <= set(asked)


async def test_an_edited_snippet_that_says_something_else_gets_that_back(
    serve_tree: ServeTree, page: Page
) -> None:
    """The whole point: change it, run it, see the server's answer."""
    await _open(serve_tree, page, ECHO)
    area = await _edit(page)
    await area.fill(ECHO.replace("hello", "something else"))
    await button(snippet_of(page), "Run").click()

    await expect(snippet_of(page).locator("live-console")).to_contain_text("echo something else")
    await expect(snippet_of(page).locator("live-wire")).to_contain_text("something else")
    await expect(snippet_of(page).locator("live-server")).to_contain_text("opened from null")
    await expect(snippet_of(page)).to_have_attribute("data-state", "open")


async def test_reset_gives_back_the_pages_code(serve_tree: ServeTree, page: Page) -> None:
    """And its output, at the next Run; what the reader ran is ended."""
    server = await serve_tree(page_of(ECHO))
    await page.goto(server.url)
    snippet = snippet_of(page)
    await expect(snippet).to_contain_text("echo hello")
    await run(snippet, ECHO.replace("hello", "edited"))
    await expect(snippet).to_contain_text("echo edited")
    await button(snippet, "Reset").click()
    await server.printed("closed", times=2)
    await expect(snippet.locator(".editor")).to_have_count(0)
    await expect(snippet.locator(".highlight code")).to_have_text(ECHO)
    await expect(snippet).to_have_attribute("data-state", "idle")
    await expect_logged(snippet)
    await button(snippet, "Run").click()

    await expect(snippet.locator("live-console")).to_contain_text("echo hello")


async def test_location_is_the_pages_address(serve_tree: ServeTree, page: Page) -> None:
    """Edited or not, and whatever that address ends with, `location` says the same."""
    server = await serve_tree(page_of("run=always\nconsole.log(location.href)"))
    await page.goto(server.url + "?a=b/c#d/e")
    await expect_logged(snippet_of(page), server.url + "?a=b/c#d/e")
    code = "console.log(location.href, location.host, new URL('x', location).href)"
    await run(snippet_of(page), code)

    host = server.url.split("/")[2]
    await expect_logged(snippet_of(page), f"{server.url}?a=b/c#d/e {host} {server.url}x")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("const a = 1\nnull.x", "(line 2)"),
        ("const a = 1\nconst b = = 2", "SyntaxError: Unexpected token '=' (line 2)"),
        ("setTimeout(() => {\n  later()\n})", "later is not defined (line 2)"),
        ("\nPromise.reject(new Error('nobody'))", "nobody (line 2)"),
        ("await 1\nthrow new TypeError('no')", "TypeError: no (line 2)"),
        ("throw 'text'", "text"),
        ("}}), ((", "SyntaxError"),
    ],
)
async def test_errors_name_the_edited_codes_own_line(
    serve_tree: ServeTree, page: Page, code: str, words: str
) -> None:
    """As the original's errors do, from the top of what stands in the editor."""
    await _open(serve_tree, page, OWN)
    await run(snippet_of(page), code)

    await expect(snippet_of(page).locator(".live-line.error")).to_contain_text(words)
    await expect(snippet_of(page)).to_have_attribute("data-state", "failed")
    await expect(snippet_of(page)).to_have_attribute("data-errors", "1")


async def test_stop_ends_an_endless_loop(serve_tree: ServeTree, page: Page) -> None:
    """Meanwhile the page answers, shows what came before, and says that the code is busy."""
    await _open(serve_tree, page, OWN)
    await run(snippet_of(page), ENDLESS)
    await expect(snippet_of(page)).to_contain_text("before")
    await expect(snippet_of(page).locator(".live-state")).to_contain_text("busy")
    took = await page.evaluate(
        "new Promise((done) => { const at = performance.now()\n"
        "  requestAnimationFrame(() => setTimeout(() => done(performance.now() - at))) })"
    )
    assert took < 500
    await button(snippet_of(page), "Stop").click(timeout=10_000)
    await expect(page.locator("iframe")).to_have_count(0)
    await expect(snippet_of(page)).to_have_attribute("data-state", "stopped")
    await run(snippet_of(page), "console.log('again')")

    await expect_logged(snippet_of(page), "again")


async def test_a_loop_that_hears_nothing_goes_on_showing_its_lines(
    serve_tree: ServeTree, page: Page
) -> None:
    """The page can't ask it for more, and gets more nevertheless, ever more rarely."""
    await _open(serve_tree, page, OWN)
    code = (
        "for (let round = 1; ; round++) {\n"
        "  const end = performance.now() + 50\n"
        "  while (performance.now() < end);\n"
        "  console.log('round', round)\n"
        "}"
    )
    await run(snippet_of(page), code)

    await expect(snippet_of(page)).to_contain_text("round 20")


async def test_stop_closes_what_was_opened(serve_tree: ServeTree, page: Page) -> None:
    """The server hears of it, from each socket."""
    server = await serve_tree(page_of(OWN))
    await page.goto(server.url)
    code = CONNECT + (
        "for (const n of [1, 2, 3]) {\n  new WebSocket(url).onopen = () => console.log('open')\n}"
    )
    await run(snippet_of(page), code)
    await expect(snippet_of(page).locator(".live-state")).to_have_text("3 of 3 open")
    await button(snippet_of(page), "Stop").click()

    await server.printed("closed", times=3)
    await expect(snippet_of(page)).to_have_attribute("data-state", "stopped")


async def test_run_again_closes_the_first_runs_sockets(serve_tree: ServeTree, page: Page) -> None:
    """Only the last run is connected, and the panes show it alone."""
    server = await serve_tree(page_of(OWN))
    await page.goto(server.url)
    await run(snippet_of(page), ECHO)
    await expect(snippet_of(page)).to_contain_text("echo hello")
    await button(snippet_of(page), "Run").click()
    await server.printed("closed")
    await server.printed("opened", times=2)

    await expect(snippet_of(page).locator(".live-line", has_text="echo hello")).to_have_count(1)


async def test_a_shared_link_carries_the_code(serve_tree: ServeTree, page: Page) -> None:
    """Opened elsewhere it waits, while other snippets run; Run runs it, Reset drops it."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    server = await serve_tree(page_of(ECHO, OWN))
    await page.goto(server.url + "?q=1#heading")
    await server.printed("opened")
    code = ECHO.replace("hello", "shared <&> ñ 🙂")
    await write(snippet_of(page), code)
    await button(snippet_of(page), "Share").click()
    await expect(button(snippet_of(page), "Copied")).to_be_visible()
    link = await page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(server.url + "?q=1#run=1.")
    await page.goto("about:blank")
    await server.printed("closed")
    await page.goto(link)
    await expect_logged(snippet_of(page, 2), "n is 1")
    await expect(snippet_of(page).locator(".editor textarea")).to_have_value(code)
    await expect(snippet_of(page)).to_have_attribute("data-shared", "")
    await expect(snippet_of(page)).to_have_attribute("data-state", "idle")
    await expect(snippet_of(page).locator(".live-line, .wire-row")).to_have_count(0)
    assert sum("opened" in line for line in server.lines) == 1
    await button(snippet_of(page), "Run").click()
    await expect(snippet_of(page).locator("live-console")).to_contain_text("shared <&> ñ 🙂")
    await expect(snippet_of(page)).not_to_have_attribute("data-shared", "")
    await button(snippet_of(page), "Reset").click()

    await expect(snippet_of(page).locator(".highlight code")).to_have_text(ECHO)


async def test_a_link_that_an_open_page_is_sent_to_waits_as_well(
    serve_tree: ServeTree, page: Page
) -> None:
    """What ran there ends, its output goes, and nothing begins."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    server = await serve_tree(page_of(ECHO, OWN))
    await page.goto(server.url)
    await write(snippet_of(page), "console.log('shared')")
    await button(snippet_of(page), "Share").click()
    await expect(button(snippet_of(page), "Copied")).to_be_visible()
    link = await page.evaluate("navigator.clipboard.readText()")
    await page.reload()
    await expect(snippet_of(page)).to_contain_text("echo hello")
    await page.evaluate("(link) => { location.href = link }", link)
    await expect(snippet_of(page).locator(".editor textarea")).to_have_value(
        "console.log('shared')"
    )
    await server.printed("closed", times=2)

    await expect_logged(snippet_of(page))
    await expect(page.locator("iframe")).to_have_count(0)
    await button(snippet_of(page), "Run").click()
    await expect_logged(snippet_of(page), "shared")


async def _copied(page: Page, name: str) -> str:
    """Return what a button of the first snippet copies."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await button(snippet_of(page), name).click()
    await expect(button(snippet_of(page), "Copied")).to_be_visible()
    return str(await page.evaluate("navigator.clipboard.readText()"))


async def test_copy_gives_the_edited_code(serve_tree: ServeTree, page: Page) -> None:
    """To the letter, as it stands in the editor."""
    await _open(serve_tree, page, OWN)
    await write(snippet_of(page), "const a = '<&>'\n\tconsole.log(a)\n")

    assert await _copied(page, "Copy") == "const a = '<&>'\n\tconsole.log(a)\n"


async def _pasted(page: Page, code: str) -> str:
    """Return the first echo that code logs in the console of the page of another origin."""
    async with recorder() as other:
        await page.goto(other.url)
        devtools = await page.context.new_cdp_session(page)
        async with page.expect_console_message(
            lambda message: "echo" in message.text, timeout=30_000
        ) as logs:
            result = await devtools.send("Runtime.evaluate", {"expression": code, "replMode": True})
        assert "exceptionDetails" not in result
        return (await logs.value).text


CONSOLE_FORMS: list[tuple[str, Callable[[str], str]]] = [
    (ECHO, str),
    (ECHO, lambda code: code.replace("hello", "edited")),
    (
        "const from = `${location.href}`\n"
        "const ws = new WebSocket(`ws://${location.host}/echo`)\n"
        "ws.onopen = () => ws.send('hello')\nws.onmessage = (event) => console.log(event.data)",
        str,
    ),
    (
        "const ws = new WebSocket('echo')\n"
        "ws.onopen = () => ws.send('hello')\nws.onmessage = (event) => console.log(event.data)",
        lambda code: code.replace("'echo'", "'/echo?quote=\\''").replace("hello", "edited"),
    ),
    (
        "const ws = new WebSocket(window.location.origin.replace('http', 'ws') + '/echo')\n"
        "ws.onopen = () => ws.send('hello')\nws.onmessage = (event) => console.log(event.data)",
        str,
    ),
]


@pytest.mark.parametrize("ending", ["", "?a='b'`c\\&${d}#e"])
@pytest.mark.parametrize(("original", "edit"), CONSOLE_FORMS)
async def test_the_copy_for_the_console_works_on_any_page(
    serve_tree: ServeTree, page: Page, original: str, edit: Callable[[str], str], ending: str
) -> None:
    """Pasted into another site's console, it reaches this server and gets its answer."""
    url = await _open(serve_tree, page, original)
    await page.goto("about:blank")
    await page.goto(url + ending)
    await expect(snippet_of(page)).to_have_attribute("data-state", "open")
    code = edit(original)
    if code != original:
        await write(snippet_of(page), code)
    copied = await _copied(page, "Copy for the console")
    await expect(page.get_by_title("To paste into any page")).to_be_visible()

    assert await _pasted(page, copied) == ("echo hello" if code == original else "echo edited")


CHAIN = (
    "chain=talk\n" + CONNECT.rstrip(),
    "chain=talk\nconst ws = new WebSocket(url)\nws.onopen = () => ws.send('hello')",
    "chain=talk\nws.onmessage = (event) => console.log(event.data)",
)
WHOLE = "\n".join(part.removeprefix("chain=talk\n") for part in CHAIN)


async def test_a_chain_runs_as_one_program(serve_tree: ServeTree, page: Page) -> None:
    """Its parts share their names; the last has the buttons, and edits the whole."""
    await _open(serve_tree, page, *CHAIN)
    await expect(page.locator("live-snippet")).to_have_count(1)
    await expect(snippet_of(page).locator("live-console")).to_contain_text("echo hello")
    area = await _edit(page)
    await expect(area).to_have_value(WHOLE)
    await area.fill(WHOLE.replace("hello", "edited"))
    await button(snippet_of(page), "Run").click()
    await expect(snippet_of(page).locator("live-console")).to_contain_text("echo edited")
    await button(snippet_of(page), "Reset").click()

    await expect(snippet_of(page).locator(".highlight code")).to_have_text(
        CHAIN[2].removeprefix("chain=talk\n")
    )


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("const a = 1\nnull.x", "a\na"), "(line 2 of part 1)"),
        (("const a = 1\na", "a\n\nnull.x"), "(line 3)"),
        (("const a = 1", "a\nnull.x", "a"), "(line 2 of part 2)"),
        (("const a = 1", "a\nconst b = = 1", "a"), "(line 2 of part 2)"),
    ],
)
async def test_a_chains_errors_name_part_and_line(
    serve_tree: ServeTree, page: Page, parts: tuple[str, ...], words: str
) -> None:
    """Counted as the reader sees it: from the top of the fence in which it stands."""
    first, *rest = parts
    fences = [f"run=always chain=one\n{first}", *(f"chain=one\n{part}" for part in rest)]
    await _open(serve_tree, page, *fences)

    await expect(snippet_of(page).locator(".live-line.error")).to_contain_text(words)


async def test_the_page_says_that_it_is_edited(serve_tree: ServeTree, page: Page) -> None:
    """Share and Reset appear with the first change, and Share goes when it is taken back."""
    await _open(serve_tree, page, OWN)
    for name in ("Reset", "Share"):
        await expect(button(snippet_of(page), name)).to_be_hidden()
    area = await _edit(page)
    await expect(button(snippet_of(page), "Share")).to_be_hidden()
    await area.press("End")
    await area.press_sequentially("x")
    await expect(button(snippet_of(page), "Share")).to_be_visible()
    await expect(snippet_of(page)).to_have_attribute("data-edited", "")
    await area.press("Backspace")

    await expect(button(snippet_of(page), "Share")).to_be_hidden()
    await expect(button(snippet_of(page), "Reset")).to_be_visible()
    assert re.search("x", await area.input_value()) is None
