"""How snippets run in a reader's browser: what is logged, what fails, what goes on."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from .conftest import ServeTree

pytestmark = pytest.mark.browser

ECHO = """\
url:
  echo:
    pattern: /echo
    handler: WebSocketHandler
    kwargs:
      on_message:
        function: handler.write_message('echo ' + message)
  leave:
    pattern: /leave
    handler: WebSocketHandler
    kwargs:
      open:
        function: handler.close(4001, 'enough')
  members:
    pattern: /members
    handler: WebSocketHandler
    kwargs:
      auth: true
"""
CONNECT = """\
const url = new URL('echo', location.href)
url.protocol = url.protocol.replace('http', 'ws')
"""


async def _open(serve_tree: ServeTree, page: Page, *snippets: str, front_matter: str = "") -> str:
    """Serve a page of these snippets and open it; a snippet may begin with its fence's options."""
    fences = "\n\n".join(
        f"```js {snippet}\n```" if snippet.startswith("run=") else f"```js\n{snippet}\n```"
        for snippet in snippets
    )
    text = f"{front_matter}# Snippets\n\n{fences}\n"
    server = await serve_tree({"README.md": text, "gramex.yaml": ECHO})
    await page.goto(server.url)
    return server.url


async def test_what_a_snippet_logs_appears_under_it(serve_tree: ServeTree, page: Page) -> None:
    """Each line stands under its own snippet, in order."""
    await _open(serve_tree, page, "run=always\nconsole.log(1); console.log('two', {three: [4]})")

    await expect(page.locator(".live-line")).to_have_text(["1", "two {three: [4]}"])


async def test_what_is_logged_long_after_the_function_returned_appears(
    serve_tree: ServeTree, page: Page
) -> None:
    """An answer that arrives when the snippet's function is long over is still shown."""
    code = CONNECT + (
        "const ws = new WebSocket(url)\n"
        "ws.onmessage = console.log\n"
        "ws.onopen = () => setTimeout(() => ws.send('late'), 500)"
    )
    await _open(serve_tree, page, code)

    await expect(page.locator(".live-line")).to_have_text(['MessageEvent "echo late"'])


async def test_an_error_stands_under_its_snippet_and_the_next_one_runs(
    serve_tree: ServeTree, page: Page
) -> None:
    """Thrown at once, later, in a promise, or not even parsed: each is shown where it belongs."""
    await _open(
        serve_tree,
        page,
        "run=always\nconst a = 1\nnull.at_once",
        "run=always\nsetTimeout(() => { later() }, 10)",
        "run=always\nPromise.reject(new Error('nobody caught it'))",
        "run=always\nthis is not JavaScript",
        "run=always\nawait Promise.reject(new TypeError('awaited'))",
        "run=always\nconsole.log('fine')",
    )
    snippets = page.locator("live-snippet")

    for number, words in enumerate(
        ["at_once", "later is not defined", "nobody caught it", "SyntaxError", "awaited", "fine"]
    ):
        await expect(snippets.nth(number).locator(".live-line")).to_have_count(1)
        await expect(snippets.nth(number).locator(".live-line")).to_contain_text(words)


async def test_an_error_names_the_snippets_own_line(serve_tree: ServeTree, page: Page) -> None:
    """The line is counted from the top of the snippet, as the reader sees it."""
    await _open(serve_tree, page, "run=always\nconst a = 1\nconst b = 2\nnull.x")

    await expect(page.locator(".live-line")).to_contain_text("(line 3)")


async def test_a_promise_that_never_settles_holds_up_nobody(
    serve_tree: ServeTree, page: Page
) -> None:
    """The snippet after one that waits for ever runs."""
    await _open(
        serve_tree,
        page,
        "run=always\nawait new Promise(() => {})",
        "run=always\nconsole.log('next')",
    )

    await expect(page.locator("live-snippet").last).to_contain_text("next")


async def test_snippets_run_once_each_and_in_page_order(serve_tree: ServeTree, page: Page) -> None:
    """What they leave on the page's own object tells the order."""
    code = "run=always\n;(window.order ??= []).push({n}); console.log('ran')"
    await _open(serve_tree, page, *(code.replace("{n}", str(n)) for n in range(5)))
    await expect(page.locator(".live-line")).to_have_count(5)

    assert await page.evaluate("window.order") == [0, 1, 2, 3, 4]


async def test_snippets_share_no_variables(serve_tree: ServeTree, page: Page) -> None:
    """The same name may be declared in each, and neither the page nor the next one sees it."""
    code = "run=always\nconst secret = 1; var other = 2; console.log(typeof secret)"
    await _open(serve_tree, page, code, code, "run=always\nconsole.log(typeof other)")

    await expect(page.locator(".live-line")).to_have_text(["number", "number", "undefined"])
    assert await page.evaluate("typeof secret + typeof other") == "undefinedundefined"


async def test_a_fence_marked_never_does_not_run(serve_tree: ServeTree, page: Page) -> None:
    """It is shown as code, and its neighbour runs."""
    await _open(
        serve_tree,
        page,
        "run=never\nwindow.ran = true; new WebSocket('nowhere')",
        "run=always\nconsole.log('ran')",
    )
    await expect(page.locator(".live-line")).to_have_text(["ran"])

    assert await page.evaluate("window.ran") is None


async def test_nothing_global_is_replaced(serve_tree: ServeTree, page: Page) -> None:
    """The page's own console and WebSocket are the browser's."""
    await _open(serve_tree, page, "run=always\nconsole.log(WebSocket.name)")
    await expect(page.locator(".live-line")).to_have_text(["WebSocket"])

    for native in ("WebSocket", "console.log", "setTimeout", "fetch"):
        assert "[native code]" in await page.evaluate(f"Function.prototype.toString.call({native})")


async def test_awkward_values_are_shown(serve_tree: ServeTree, page: Page) -> None:
    """Cycles, functions, errors, maps, bytes and getters that throw each give one short line."""
    await _open(
        serve_tree,
        page,
        "run=always\n"
        "const cyclic = {name: 'a'}; cyclic.self = cyclic\n"
        "console.log(cyclic)\n"
        "console.log(undefined, null, 10n, Symbol('s'), () => 1)\n"
        "console.log(new Map([['k', new Set([1])]]))\n"
        "console.log(new Uint8Array([1, 2]))\n"
        "console.log({get bad() { throw new Error('no') }})\n"
        "console.log(Array.from({length: 60}, (_, i) => i).slice(0, 2), 'x'.repeat(20000).length)\n"
        "console.error('wrong')",
    )

    await expect(page.locator(".live-line")).to_have_text(
        [
            'Object {name: "a", self: [circular]}'.removeprefix("Object "),
            "undefined null 10n Symbol(s) ƒ anonymous()",
            'Map(1) {"k" => Set(1) {1}}',
            "Uint8Array [1, 2]",
            "[unreadable: Error: no]",
            "[0, 1] 20000",
            "wrong",
        ]
    )
    await expect(page.locator(".live-line.error")).to_have_text("wrong")


async def test_markup_that_is_logged_stays_text(serve_tree: ServeTree, page: Page) -> None:
    """What came from the network can't become elements of the page."""
    await _open(serve_tree, page, "run=always\nconsole.log('<img src=x onerror=alert(1)>')")

    await expect(page.locator(".live-line")).to_have_text(["<img src=x onerror=alert(1)>"])
    await expect(page.locator("live-console img")).to_have_count(0)


async def test_the_state_tells_how_the_connection_ended(serve_tree: ServeTree, page: Page) -> None:
    """Closed by the server, the snippet shows code and reason."""
    code = CONNECT.replace("'echo'", "'leave'") + "new WebSocket(url)"
    await _open(serve_tree, page, code)

    await expect(page.locator(".live-state")).to_have_text("closed (4001, enough)")


async def test_a_refused_connection_tells_why(serve_tree: ServeTree, page: Page) -> None:
    """A browser hides why a handshake was refused; the snippet knows it from the server."""
    code = CONNECT.replace("'echo'", "'members'") + "new WebSocket(url)"
    await _open(serve_tree, page, code)

    await expect(page.locator(".live-state")).to_have_text("refused (401: log in to connect)")


async def test_run_again_closes_the_first_runs_socket(serve_tree: ServeTree, page: Page) -> None:
    """The second run begins with an empty output and one connection."""
    code = CONNECT + (
        "const ws = new WebSocket(url)\n"
        "ws.onopen = () => ws.send('hi')\n"
        "ws.onmessage = (event) => console.log(event.data)\n"
        ";(window.sockets ??= []).push(ws)"
    )
    await _open(serve_tree, page, code)
    await expect(page.locator(".live-line")).to_have_text(["echo hi"])
    await page.evaluate(
        "() => { window.left = new Promise((end) => (window.sockets[0].onclose = end)) }"
    )
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.evaluate("window.left.then(() => true)")

    await expect(page.locator(".live-line")).to_have_text(["echo hi"])


async def test_an_endless_log_keeps_its_last_lines(serve_tree: ServeTree, page: Page) -> None:
    """Of 5,000 lines the last 1,000 stay."""
    await _open(
        serve_tree, page, "run=always\nfor (let n = 1; n <= 5000; n++) console.log('line', n)"
    )

    await expect(page.locator(".live-line")).to_have_count(1000)
    await expect(page.locator(".live-line").last).to_have_text("line 5000")


async def test_copy_gives_the_code_as_it_stands(serve_tree: ServeTree, page: Page) -> None:
    """The clipboard holds the snippet, to the letter."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await _open(serve_tree, page, "run=always\nconst a = '<&>'\nconsole.log(a)")
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()

    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.rstrip("\n") == "const a = '<&>'\nconsole.log(a)"


async def test_an_authors_own_script_runs(serve_tree: ServeTree, page: Page) -> None:
    """A script element in the Markdown runs under the page's policy, by its hash."""
    text = "# Page\n\n<script>\ndocument.title = 'set by \"the\" <author> & co'\n</script>\n"
    server = await serve_tree({"README.md": text})
    await page.goto(server.url)

    assert await page.title() == 'set by "the" <author> & co'


async def test_eval_needs_the_authors_word(serve_tree: ServeTree, page: Page) -> None:
    """A page's own script may call eval where the front matter says so, and only there."""
    script = "<script>\ntry { eval('document.title = 1 + 1') } catch (e) { window.e = e.name }\n"
    allowed = f"---\nunsafe-eval: true\n---\n# Page\n\n{script}</script>\n"
    # Named by halves, so that the build does not see it and warn.
    snippet = "try { window['ev' + 'al']('1') } catch (error) { console.log(error.name) }"
    other = f"# Other\n\n```js run=always\n{snippet}\n```\n"
    server = await serve_tree({"README.md": allowed, "other.md": other})
    await page.goto(server.url)
    assert await page.title() == "2"
    await page.goto(server.url + "other.html")

    await expect(page.locator(".live-line")).to_have_text("EvalError")


async def test_the_panel_moves_nothing_when_it_appears(serve_tree: ServeTree, page: Page) -> None:
    """The place of what a snippet will log is kept, so the text below it stays where it is."""
    await page.add_init_script(
        """window.shift = 0
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value
        }).observe({type: 'layout-shift', buffered: true})"""
    )
    await _open(serve_tree, page, "run=always\nfor (let n = 0; n < 9; n++) console.log(n)")
    await expect(page.locator(".live-line")).to_have_count(9)

    assert await page.evaluate("window.shift") == 0
