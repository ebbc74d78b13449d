"""The Console pane: what a snippet logged, and what went wrong in it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from .conftest import ServeTree
from .panes import lines, show, socket

pytestmark = pytest.mark.browser

SNIPPET = "live-snippet"


async def test_an_object_unfolds_to_its_members(serve_tree: ServeTree, page: Page) -> None:
    """One click shows the members, the next one those of a member."""
    await show(serve_tree, page, "console.log('got', {user: {name: 'Ada', tags: ['a']}, n: 1})")
    line = lines(page)
    await expect(line.locator(".entry")).to_have_count(0)
    await line.locator("summary").click()
    entries = line.locator("> details > .entry")
    await expect(entries).to_have_text(['user: {name: "Ada", tags: ["a"]}', "n: 1"])
    await entries.first.locator("summary").click()

    await expect(entries.first.locator(".entry")).to_have_text(['name: "Ada"', 'tags: ["a"]'])


async def test_folding_and_unfolding_again_shows_each_member_once(
    serve_tree: ServeTree, page: Page
) -> None:
    """The members are there after the third click as after the first, not twice."""
    await show(serve_tree, page, "console.log({a: 1})")
    for _ in range(3):
        await lines(page).locator("summary").click()

    await expect(lines(page).locator(".entry")).to_have_text(["a: 1"])
    await expect(lines(page).locator(".entry")).to_be_visible()


async def test_what_is_folded_takes_one_line(serve_tree: ServeTree, page: Page) -> None:
    """An object at the end or in the middle breaks no line, and nothing blank follows it."""
    await show(
        serve_tree,
        page,
        "console.log('text'); console.log('got', {a: 1}); console.log({a: 1}, 'and', [2], 'more')",
    )
    await expect(lines(page)).to_have_count(3)
    boxes = [await line.bounding_box() for line in await lines(page).all()]

    assert len({box and box["height"] for box in boxes}) == 1


async def test_an_object_is_shown_as_it_was_when_it_was_logged(
    serve_tree: ServeTree, page: Page
) -> None:
    """What the snippet changes afterwards is not what it logged."""
    await show(serve_tree, page, "const a = {n: 1}; console.log(a); a.n = 2; a.more = 3")
    await lines(page).locator("summary").click()

    await expect(lines(page).locator(".entry")).to_have_text(["n: 1"])


async def test_the_events_of_a_socket_show_what_matters(serve_tree: ServeTree, page: Page) -> None:
    """A message shows its data, the end its code and reason, and unfolded they show the rest."""
    then = (
        "ws.onopen = () => ws.send(JSON.stringify({code: 4001, reason: 'enough'}))\n"
        "ws.onmessage = ws.onclose = console.log"
    )
    await show(serve_tree, page, socket("close", then))
    await expect(lines(page)).to_have_text(['MessageEvent "closing"', 'CloseEvent 4001 "enough"'])
    await lines(page).first.locator("summary").click()
    await lines(page).last.locator("summary").click()

    await expect(lines(page).first.locator(".entry").first).to_have_text('data: "closing"')
    await expect(lines(page).first).to_contain_text('origin: "ws://127.0.0.1')
    await expect(lines(page).last.locator(".entry").nth(2)).to_have_text("wasClean: true")


async def test_an_error_event_shows_its_type(serve_tree: ServeTree, page: Page) -> None:
    """A browser tells a page no more of why a socket failed."""
    await show(serve_tree, page, socket("nowhere", "ws.onerror = console.log"))

    await expect(lines(page)).to_have_text(['Event "error"'])


async def test_cyclic_objects_unfold_and_end(serve_tree: ServeTree, page: Page) -> None:
    """Where an object comes back to itself, that is said."""
    await show(
        serve_tree,
        page,
        "const a = {name: 'a'}; const b = {a}; a.b = b; a.list = [a, b]; console.log(a)",
    )
    await lines(page).locator("> details > summary").click()
    inner = lines(page).locator("> details > .entry")

    await expect(inner.first).to_have_text('name: "a"')
    await expect(inner.nth(1)).to_have_text("b: {a: [circular]}")


async def test_enormous_values_neither_freeze_nor_flood_the_page(
    serve_tree: ServeTree, page: Page
) -> None:
    """A million members, 5 MB of text or bytes, a deep nest: each is one line, cut with a word."""
    await show(
        serve_tree,
        page,
        "console.log(Array.from({length: 1e6}, (_, n) => n))\n"
        "console.log(Object.fromEntries(Array.from({length: 1e5}, (_, n) => ['key' + n, {n}])))\n"
        "console.log('x'.repeat(5e6))\n"
        "console.log(new Uint8Array(5e6))\n"
        "console.log(new Map(Array.from({length: 1e5}, (_, n) => [n, n])))\n"
        "let deep = {}; for (let n = 0; n < 1e5; n++) deep = {deep}\n"
        "console.log(deep)\n"
        "console.log('end')",
    )
    await expect(lines(page)).to_have_count(7)

    texts = await lines(page).all_inner_texts()
    assert "… 999950 more" in texts[0]
    assert "… 99950 more" in texts[1]
    assert "(5000000 characters)" in texts[2]
    assert all(len(text) < 12_000 for text in texts)
    assert await page.locator("*").count() < 2000


async def test_an_enormous_object_unfolds_to_what_can_be_read(
    serve_tree: ServeTree, page: Page
) -> None:
    """A hundred members are shown, and that there are more."""
    await show(serve_tree, page, "console.log(Array.from({length: 1e6}, (_, n) => n))")
    await lines(page).locator("summary").click()

    await expect(lines(page).locator(".entry")).to_have_count(101)
    await expect(lines(page).locator(".entry").last).to_have_text("…: more, not kept")


async def test_format_strings_are_filled_in(serve_tree: ServeTree, page: Page) -> None:
    """As in the browser's own console, and values that are left over follow."""
    await show(
        serve_tree,
        page,
        "console.log('%s is %d, %f %%', 'Ada', '36.7', 0.5, {left: 'over'})\n"
        "console.log('%cred%c and %o', 'color: red', '', [1])\n"
        "console.log('100%', 'sure')\n"
        "console.log('%s %s', 'one')",
    )

    await expect(lines(page)).to_have_text(
        ['Ada is 36, 0.5 % {left: "over"}', "red and [1]", "100% sure", "one %s"]
    )


async def test_a_snippet_that_throws_on_load_has_failed(serve_tree: ServeTree, page: Page) -> None:
    """The error, with the snippet's own line, and the state say so."""
    await show(serve_tree, page, "console.log('before')\nnull.x\nnew WebSocket('echo')")

    await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "failed")
    await expect(page.locator(SNIPPET)).to_have_attribute("data-errors", "1")
    await expect(lines(page).last).to_have_text(
        "TypeError: Cannot read properties of null (reading 'x') (line 2)"
    )
    await expect(page.locator("live-console .live-line.error")).to_have_count(1)


async def test_a_snippet_that_throws_later_stays_open(serve_tree: ServeTree, page: Page) -> None:
    """An error in a listener has its line, and the connection goes on."""
    then = (
        "ws.onopen = () => ws.send('hi')\n"
        "ws.onmessage = (event) => {\n"
        "  if (event.data === 'hi') { ws.send('again'); undefined_function() }\n"
        "  console.log(event.data)\n"
        "}"
    )
    await show(serve_tree, page, socket("echo", then))

    await expect(lines(page)).to_have_text(
        ["ReferenceError: undefined_function is not defined (line 4)", "again"]
    )
    await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "open")
    await expect(page.locator(SNIPPET)).to_have_attribute("data-errors", "1")


async def test_an_error_unfolds_to_its_stack(serve_tree: ServeTree, page: Page) -> None:
    """The stack and the cause are there for whoever asks."""
    await show(serve_tree, page, "throw new Error('outer', {cause: new Error('inner')})")
    await expect(lines(page)).to_have_text("Error: outer (line 1)")
    await lines(page).locator("summary").first.click()

    await expect(lines(page)).to_contain_text("stack: ")
    await expect(lines(page)).to_contain_text("cause: Error: inner")


async def test_things_thrown_that_are_no_errors_are_shown(
    serve_tree: ServeTree, page: Page
) -> None:
    """A text, an object, nothing at all: the run has failed just the same."""
    await show(
        serve_tree, page, "throw 'a text'", "throw {code: 7}", "throw undefined", "throw null"
    )
    snippets = page.locator(SNIPPET)

    for number, text in enumerate(["a text", "{code: 7}", "undefined", "null"]):
        await expect(snippets.nth(number)).to_have_attribute("data-state", "failed")
        await expect(lines(snippets.nth(number))).to_have_text(text)


async def test_a_snippet_that_never_connects_says_so(serve_tree: ServeTree, page: Page) -> None:
    """A host that the page's policy forbids: the state says it, and the page goes on."""
    code = "const ws = new WebSocket('ws://127.0.0.1:9/nowhere'); ws.onerror = console.log"
    await show(serve_tree, page, code, "console.log('next')")
    snippets = page.locator(SNIPPET)

    await expect(snippets.first).to_have_attribute("data-state", "failed")
    await expect(snippets.first.locator(".live-state")).to_have_text("could not connect")
    await expect(lines(snippets.last)).to_have_text("next")


async def test_a_snippet_that_opens_no_socket_ends_as_ran(
    serve_tree: ServeTree, page: Page
) -> None:
    """Nothing is said of a connection where there is none, and no Wire pane is there."""
    await show(serve_tree, page, "console.log('only this')")

    await expect(page.locator(".live-state")).to_have_text("ran")
    await expect(page.locator("live-wire")).to_be_hidden()


async def test_the_pane_follows_its_last_line(serve_tree: ServeTree, page: Page) -> None:
    """Fifty lines scroll the pane to the last of them, unless its reader scrolled up."""
    await show(
        serve_tree,
        page,
        "for (let n = 0; n < 50; n++) console.log('line', n)\n"
        "window.more = () => { console.log('more') }",
    )
    await expect(lines(page)).to_have_count(50)
    await expect(lines(page).last).to_be_in_viewport()
    await page.locator("live-console .pane-body").evaluate("body => { body.scrollTop = 0 }")
    await page.evaluate("more()")
    await expect(lines(page)).to_have_count(51)

    assert await page.locator("live-console .pane-body").evaluate("body => body.scrollTop") == 0
