"""Text in a reader's browser: tabs, notes and footnotes, what is copied."""

from __future__ import annotations

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from benchmarks.audit import axe
from benchmarks.audit.tools import ToolMissing

from .conftest import ServeTree

pytestmark = pytest.mark.browser

LIVE = "```js run=always\nconsole.log(1)\n```\n"
TABS = """\
=== "Python"

    Text for Python.

=== "JavaScript"

    ```js run=always
    console.log('from the hidden tab')
    ```

    ### Deep inside

"""
NOTES = """\
A fact[^1].

```python
x = 1  # (1)!
```

1.  A *note* with a [link](other.md).

[^1]: The footnote.

"""


@pytest_asyncio.fixture(name="open_page")
async def _open_page(serve_tree: ServeTree, page: Page):
    """Return a function that serves a page of this text, beside another, and opens it."""

    async def open_page(text: str, other: str = "Other.\n") -> str:
        server = await serve_tree({"README.md": f"# T\n\n{text}{LIVE}", "other.md": other + LIVE})
        await page.goto(server.url)
        await expect(page.locator(".live-line").first).to_be_attached()
        return server.url

    return open_page


async def test_tabs_of_one_title_agree_and_are_remembered(open_page, page: Page) -> None:
    """Choosing by keyboard in one set changes the others, on this page and on the next."""
    url = await open_page(f"{TABS}\nBetween.\n\n{TABS}", f"# O\n\n{TABS}")
    first, second = (page.locator(".tabbed-set").nth(number) for number in (0, 1))
    await first.get_by_role("radio", name="Python").focus()

    await page.keyboard.press("ArrowRight")

    for tabs in (first, second):
        await expect(tabs.get_by_role("radio", name="JavaScript")).to_be_checked()
        await expect(tabs.get_by_text("Text for Python.")).to_be_hidden()
        await expect(tabs.get_by_role("heading", name="Deep inside")).to_be_visible()
    await page.goto(url + "other.html")
    await expect(page.get_by_role("radio", name="JavaScript")).to_be_checked()


async def test_a_snippet_runs_in_a_tab_that_is_not_shown(open_page, page: Page) -> None:
    """What it logged is there when its tab is opened."""
    await open_page(TABS)
    line = page.get_by_text("from the hidden tab", exact=True).last
    await expect(line).to_be_attached()
    await expect(line).to_be_hidden()

    await page.get_by_text("JavaScript", exact=True).click()

    await expect(line).to_be_visible()


async def test_an_address_opens_the_tab_that_it_leads_into(open_page, page: Page) -> None:
    """A link to a heading in a tab shows that tab."""
    url = await open_page(TABS)

    await page.goto(url + "#deep-inside")
    await page.reload()

    await expect(page.get_by_role("heading", name="Deep inside")).to_be_in_viewport()


async def test_an_address_that_can_not_be_decoded_leads_nowhere(open_page, page: Page) -> None:
    """A stray `%`, in a link or in the name of a heading, stops no script."""
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    url = await open_page(f"{TABS}\n## Half {{#50%}}\n\n## Whole\n")

    await page.goto(url + "#50%")
    await page.reload()
    await page.get_by_text("JavaScript", exact=True).click()

    await expect(page.get_by_role("heading", name="Deep inside")).to_be_visible()
    assert faults == []


async def test_tabs_work_without_scripts(serve_tree: ServeTree, browser: Browser) -> None:
    """They are radio buttons."""
    server = await serve_tree({"README.md": f"# T\n\n{TABS}"})
    async with await browser.new_context(java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(server.url)

        await page.get_by_text("JavaScript", exact=True).click()

        await expect(page.get_by_role("heading", name="Deep inside")).to_be_visible()
        await expect(page.get_by_text("Text for Python.")).to_be_hidden()


@pytest.mark.parametrize(
    ("mark", "words"), [(".footnote-ref", "The footnote."), (".annotation", "A note with a link.")]
)
async def test_a_note_is_previewed_by_keyboard(
    open_page, page: Page, mark: str, words: str
) -> None:
    """Focus shows it and names it, Escape closes it, leaving the mark does too."""
    await open_page(NOTES)
    link, shown = page.locator(mark), page.get_by_role("tooltip")
    await page.keyboard.press("Tab")  # from now on focus is visible

    await link.focus()
    await expect(shown).to_be_visible()
    await expect(shown).to_contain_text(words)
    await expect(link).to_have_accessible_description(words)
    await page.keyboard.press("Escape")
    await expect(shown).to_be_hidden()

    await page.locator("h1 a").focus()
    await link.focus()
    await expect(shown).to_be_visible()
    await page.locator("h1 a").focus()
    await expect(shown).to_be_hidden()


async def test_a_note_is_previewed_by_pointer(open_page, page: Page) -> None:
    """It stays while the pointer moves into it, so that its link can be followed."""
    await open_page(NOTES)
    shown = page.get_by_role("tooltip")

    await page.locator(".annotation").hover()
    await expect(shown).to_be_visible()
    await shown.get_by_role("link").hover()
    await expect(shown).to_be_visible()
    await page.locator("h1").hover()
    await expect(shown).to_be_hidden()

    await page.locator(".annotation").hover()
    await shown.get_by_role("link").click()
    await page.wait_for_url("**/other.html")


@pytest.mark.parametrize(
    ("fence", "copied"),
    [
        ("python linenums\nx = 1\n\ny = 2", "x = 1\n\ny = 2"),
        ("python ins=2 del=1\nx = 1\nx = 2\ny = 3", "x = 2\ny = 3"),
        ("console\n$ a \\\n  b\nprinted\n$ c  # d", "a \\\n  b\nc  # d"),
        ("pycon\n>>> for x in y:\n...     x\n1\n\n>>> z", "for x in y:\n    x\nz"),
        ("python linenums\nx = 1  # (1)!\n```\n\n1.  Note\n\n```text\n", "x = 1"),
    ],
)
async def test_copy_gives_what_runs(open_page, page: Page, fence: str, copied: str) -> None:
    """No numbers, marks, deleted lines, prompts, and nothing that was printed."""
    await open_page(f"```{fence}\n```\n\n")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    await page.locator("figure.code").first.get_by_role("button", name="Copy").click()

    await expect(page.locator("figure.code").first.get_by_role("button")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == copied


@pytest.mark.parametrize("width", [320, 1440])
async def test_the_page_on_text_fits(guide_url: str, page: Page, width: int) -> None:
    """Nothing of it scrolls sideways but code and tables in themselves."""
    await page.set_viewport_size({"width": width, "height": 700})
    await page.goto(guide_url + "authoring/text.html")

    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_wide_table_scrolls_by_keyboard(open_page, page: Page) -> None:
    """It takes the focus only while it is too wide."""
    cells = "| widewidewide " * 4 + "|\n"
    await page.set_viewport_size({"width": 320, "height": 600})
    await open_page(cells + "|---" * 4 + "|\n" + cells + "\n")
    table = page.locator(".table-scroll")

    await expect(table).to_have_attribute("tabindex", "0")
    await table.evaluate("it => it.addEventListener('scroll', () => it.dataset.scrolled = 'yes')")
    await table.focus()
    await page.keyboard.press("ArrowRight")
    await expect(table).to_have_attribute("data-scrolled", "yes")

    await page.set_viewport_size({"width": 1200, "height": 600})
    await expect(table).not_to_have_attribute("tabindex", "0")


async def test_an_open_preview_breaks_no_rule(guide_url: str, page: Page) -> None:
    """axe finds nothing, with a preview beside its mark and a block unfolded."""
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.goto(guide_url + "authoring/text.html")
    await page.locator(".folded > summary").first.click()
    await page.locator(".annotation").first.hover()
    await expect(page.get_by_role("tooltip")).to_be_visible()

    try:
        assert await axe.violations(page) == []
    except ToolMissing as missing:
        pytest.skip(str(missing))


async def test_a_name_in_the_first_column_is_not_broken(guide_url: str, page: Page) -> None:
    """On a phone such a name stands on one line, and the table scrolls where it must."""
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(guide_url + "authoring/settings.html")
    lines = await page.locator("td:first-child code").evaluate_all(
        "names => names.map(name => name.getClientRects().length)"
    )

    assert len(lines) > 10
    assert set(lines) == {1}
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_copy_hides_no_code_on_a_touch_screen(
    serve_tree: ServeTree, browser: Browser
) -> None:
    """The button stands in the caption; where there is none, on an opaque ground."""
    fences = "```python title=a.py\nprint(1)\n```\n\n```python\nprint(2)\n```\n"
    server = await serve_tree({"README.md": f"# A\n\n{fences}"})
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page = await context.new_page()
    await page.goto(server.url)
    titled, bare = await page.locator("figure.code").all()
    button = await titled.get_by_role("button", name="Copy").bounding_box()
    caption = await titled.locator("figcaption").bounding_box()
    code = await titled.locator(".highlight").bounding_box()

    assert button is not None
    assert caption is not None
    assert code is not None
    assert button["y"] >= caption["y"]
    assert button["y"] + button["height"] <= code["y"]
    ground = "e => getComputedStyle(e).backgroundColor"
    assert await bare.get_by_role("button", name="Copy").evaluate(ground) == await bare.locator(
        ".highlight"
    ).evaluate(ground)
    await context.close()
