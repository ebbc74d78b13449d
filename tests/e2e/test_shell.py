"""What stands around a page: themes, navigation, contents, languages, and dead ends."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from .conftest import ServeTree

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1440, "height": 900}
DARK = "rgb(15, 20, 26)"
LIGHT = "rgb(255, 255, 255)"

GROUND = "getComputedStyle(document.documentElement).backgroundColor"


async def ground(page: Page) -> str:
    """Return the colour behind the page."""
    return str(await page.evaluate(GROUND))


async def test_the_theme_is_there_before_anything_is_painted(
    guide_url: str, browser: Browser
) -> None:
    """The reader's theme is set when the body begins, so that no page flashes."""
    context = await browser.new_context(color_scheme="light")
    page = await context.new_page()
    await page.goto(guide_url)
    await page.evaluate("localStorage.setItem('theme', 'dark')")
    await page.add_init_script(
        "new MutationObserver((_, self) => { if (document.body) {"
        " window.first = document.documentElement.dataset.theme; self.disconnect() } })"
        ".observe(document, { childList: true, subtree: true })"
    )
    await page.reload()

    assert await page.evaluate("window.first") == "dark"
    assert await ground(page) == DARK
    await context.close()


async def test_the_script_of_a_page_is_asked_for_when_the_page_was_painted(
    guide_url: str, page: Page
) -> None:
    """What a reader sees first shares the network with nothing that comes later."""
    await page.goto(guide_url)

    painted, asked = await page.evaluate(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        " performance.getEntriesByType('resource')"
        r".find(({ name }) => /\/(main|page)\.js$/.test(name)).startTime]"
    )
    assert asked > painted


async def test_the_button_goes_round_the_themes(guide_url: str, browser: Browser) -> None:
    """System, light, dark; the choice is named, and holds on other pages and after a reload."""
    context = await browser.new_context(color_scheme="dark")
    page = await context.new_page()
    await page.goto(guide_url + "features.html")
    button = page.get_by_role("button", name="Theme")

    assert await ground(page) == DARK
    await expect(button).to_have_accessible_name("Theme: as the system")
    await button.click()
    await expect(button).to_have_accessible_name("Theme: light")
    assert await ground(page) == LIGHT
    await page.goto(guide_url + "function/")
    assert await ground(page) == LIGHT
    await button.click()
    await expect(button).to_have_accessible_name("Theme: dark")
    await context.close()


async def test_code_follows_the_theme(guide_url: str, browser: Browser) -> None:
    """The colours of code are those of the reader's theme, not of the system's."""
    context = await browser.new_context(color_scheme="light")
    page = await context.new_page()
    await page.goto(guide_url + "function/")
    keyword = page.locator(".highlight .k").first
    before = await keyword.evaluate("element => getComputedStyle(element).color")
    await page.evaluate("document.documentElement.dataset.theme = 'dark'")

    assert before == "rgb(155, 28, 107)"
    assert await keyword.evaluate("e => getComputedStyle(e).color") == "rgb(255, 154, 201)"
    await context.close()


async def test_without_storage_the_page_works(guide_url: str, browser: Browser) -> None:
    """A browser that lets nothing be stored shows the system's theme and says nothing."""
    context = await browser.new_context(color_scheme="dark")
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    )
    await page.goto(guide_url + "authoring/")
    await page.get_by_role("button", name="Theme").click()

    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert errors == []
    await context.close()


async def test_what_is_folded_stays_folded(guide_url: str, browser: Browser) -> None:
    """A section that a reader has opened is open on the next page; the way there always is."""
    context = await browser.new_context(viewport=DESKTOP)
    page = await context.new_page()
    await page.goto(guide_url + "function/")
    section = page.locator("details[data-fold='authoring']")

    await expect(section).not_to_have_attribute("open", "")
    await section.locator("summary").click()
    # The browser tells of it a task later, before which it may be told to go on to the next page.
    await page.wait_for_function("JSON.stringify(localStorage).includes('fold authoring')")
    await page.goto(guide_url + "tornado/")
    await expect(section).to_have_attribute("open", "")
    await section.locator("summary").click()
    await page.goto(guide_url + "authoring/settings.html")
    await expect(section).to_have_attribute("open", "")
    await expect(section.locator("[aria-current=page]")).to_have_text("Settings")
    await context.close()


async def test_the_contents_follow_the_reader(guide_url: str, browser: Browser) -> None:
    """The heading that is being read is marked, the last one at the end of the page."""
    context = await browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(guide_url + "authoring/settings.html#accent")
    marked = page.locator(".contents [aria-current]")

    await expect(marked).to_have_count(1)
    await expect(marked).to_have_text("accent")
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await expect(marked).to_have_text("Login")
    await page.evaluate("scrollTo(0, 0)")
    await expect(marked).to_have_text("The site: liveguide.yaml")
    await context.close()


async def test_a_heading_s_address_is_copied(guide_url: str, browser: Browser) -> None:
    """The sign beside a heading says so, and leads there as well."""
    context = await browser.new_context()
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.goto(guide_url + "authoring/settings.html")
    sign = page.locator("#accent .headerlink")
    await sign.focus()
    await page.keyboard.press("Enter")

    await expect(sign).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == page.url
    assert page.url.endswith("#accent")
    await context.close()


async def test_a_phone_opens_the_navigation_without_script(
    guide_url: str, browser: Browser
) -> None:
    """The menu is a disclosure: no script opens it, and all of the tree is in it."""
    context = await browser.new_context(java_script_enabled=False, viewport=PHONE, has_touch=True)
    page = await context.new_page()
    await page.goto(guide_url + "authoring/settings.html")
    link = page.locator(".site-nav").get_by_role("link", name="WebSocketHandler")

    await expect(link).not_to_be_visible()
    await page.locator(".nav-tree > summary").tap()
    await expect(link).to_be_visible()
    await expect(page.get_by_role("button", name="Theme")).not_to_be_visible()
    box = await link.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    await context.close()


async def test_escape_closes_a_phone_s_navigation(guide_url: str, browser: Browser) -> None:
    """The focus is then on what opened it."""
    context = await browser.new_context(viewport=PHONE, has_touch=True)
    page = await context.new_page()
    await page.goto(guide_url + "function/")
    menu = page.locator(".nav-tree")
    await menu.locator("> summary").tap()
    await menu.get_by_role("link", name="Tornado").focus()
    await page.keyboard.press("Escape")

    await expect(menu).not_to_have_attribute("open", "")
    await expect(menu.locator("> summary")).to_be_focused()
    await context.close()


async def test_a_phone_s_navigation_hides_nothing_in_focus(
    guide_url: str, browser: Browser
) -> None:
    """Who goes on by keyboard behind its last entry sees the page again."""
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    await page.goto(guide_url + "function/")
    menu = page.locator(".nav-tree")
    await menu.locator("> summary").click()
    await menu.get_by_role("link").last.focus()
    await expect(menu).to_have_attribute("open", "")
    await page.keyboard.press("Tab")

    await expect(menu).not_to_have_attribute("open", "")
    await context.close()


async def test_a_short_page_does_not_scroll(guide_url: str, browser: Browser) -> None:
    """The page for an address that is not there ends where its text ends."""
    context = await browser.new_context(viewport=DESKTOP)
    page = await context.new_page()
    await page.goto(guide_url + "no-such-page")

    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollHeight") == DESKTOP["height"]
    await context.close()


async def test_a_way_of_two_lines_keeps_its_distance(guide_url: str, page: Page) -> None:
    """On a phone, the pages above a page may take two lines; its title stands as far below them."""
    await page.set_viewport_size({"width": 360, "height": 740})
    gaps = []
    for path in ["websockethandler/", "websockethandler/failures.html"]:
        await page.goto(guide_url + path)
        last = await page.locator(".crumbs li").last.bounding_box()
        title = await page.locator("h1").bounding_box()
        assert last is not None
        assert title is not None
        gaps.append(title["y"] - last["y"] - last["height"] / 2)

    assert gaps[1] == pytest.approx(gaps[0], abs=1)


async def test_a_phone_unfolds_the_contents(guide_url: str, browser: Browser) -> None:
    """Above the text, one line unfolds to the page's headings."""
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    await page.goto(guide_url)
    link = page.locator(".contents").get_by_role("link", name="Where to start")

    await expect(link).not_to_be_visible()
    await page.get_by_text("On this page", exact=True).click()
    await link.click()
    assert page.url.endswith("#where-to-start")
    await context.close()


async def test_the_keyboard_s_way_through_a_page(guide_url: str, page: Page) -> None:
    """First the skip link, then the header from left to right, then the navigation."""
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.goto(guide_url + "features.html")
    names = []
    for _ in range(6):
        await page.keyboard.press("Tab")
        names.append(
            await page.evaluate(
                "document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()"
            )
        )

    assert names == [
        "Skip to the content", "Liveguide", "Search", "Deutsch", "Theme: as the system", "Home",
    ]  # fmt: skip


async def test_nothing_in_focus_hides_below_the_header(guide_url: str, page: Page) -> None:
    """Going backwards through a long page, what has the focus is always to be seen whole."""
    await page.set_viewport_size({"width": 1024, "height": 500})
    await page.emulate_media(reduced_motion="reduce")
    await page.goto(guide_url + "authoring/settings.html")
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await page.locator("main a").last.focus()
    for _ in range(25):
        await page.keyboard.press("Shift+Tab")
        top = await page.evaluate("document.activeElement.getBoundingClientRect().top")
        assert top >= 56


async def test_paper_has_the_text_and_none_of_the_tools(
    guide_url: str, page: Page, tmp_path: Path
) -> None:
    """Printed, a page is light, without header, navigation and buttons, and names its links."""
    await page.goto(guide_url + "websockethandler/")
    await page.evaluate("document.documentElement.dataset.theme = 'dark'")
    await page.emulate_media(media="print")

    for chrome in (".site-header", ".site-nav", ".contents", ".turn", ".crumbs"):
        await expect(page.locator(chrome).first).not_to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await ground(page) == LIGHT
    link = page.locator("article a[href^=http]").first
    shown = await link.evaluate("link => getComputedStyle(link, '::after').content")
    assert await link.get_attribute("href") in shown


async def test_paper_shows_what_is_folded(serve_tree: ServeTree, page: Page) -> None:
    """A block that is closed on the screen is printed whole; the list of contents is not."""
    server = await serve_tree(
        {"README.md": '# A\n\n[TOC]\n\n## B\n\n??? note "Closed"\n    What is in it.\n'}
    )
    await page.goto(server.url)
    await expect(page.get_by_text("What is in it.")).not_to_be_visible()
    await expect(page.locator(".toc")).to_be_visible()
    await page.emulate_media(media="print")

    await expect(page.get_by_text("What is in it.")).to_be_visible()
    await expect(page.locator(".toc")).not_to_be_visible()


async def test_what_is_told_of_a_page_stands_together(serve_tree: ServeTree, page: Page) -> None:
    """Where git knows no date, the button to copy a page stays beside the link to its Markdown."""
    server = await serve_tree({"README.md": "# A\n"})
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.goto(server.url)
    link = await page.locator(".to-markdown").bounding_box()
    button = await page.get_by_role("button", name="Copy as Markdown").bounding_box()

    assert link is not None
    assert button is not None
    assert button["x"] - link["x"] - link["width"] < 30


async def test_labels_of_the_navigation_stand_on_one_edge(guide_url: str, page: Page) -> None:
    """A page's icon moves no label."""
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.goto(guide_url)
    edges = await page.locator(".nav-tree > ul > li > a").evaluate_all(
        "links => links.map(link => { const range = new Range();"
        " range.selectNode([...link.childNodes].find(node => node.data?.trim()));"
        " return range.getBoundingClientRect().left })"
    )

    assert len(edges) > 5
    assert len(set(edges)) == 1
    await expect(page.locator(".site-nav img").first).to_be_visible()


async def test_a_page_that_is_written_from_right_to_left(
    serve_tree: ServeTree, browser: Browser
) -> None:
    """The page is mirrored, its code is not, and nothing scrolls sideways."""
    server = await serve_tree(
        {
            "README.md": "---\nlang: ar\ntitle: دليل\n---\n\n## أول\n\nنص\n\n"
            "```js\nlet a = 1\n```\n\n## ثان\n",
            "a/README.md": "# A\n",
        }
    )
    for size in (PHONE, DESKTOP):
        context = await browser.new_context(viewport=size)
        page = await context.new_page()
        await page.goto(server.url)
        title = await page.locator(".site-title").bounding_box()
        assert title is not None
        assert title["x"] > size["width"] / 2
        assert await page.locator("html").get_attribute("dir") == "rtl"
        code = page.locator("pre").first
        assert await code.evaluate("e => getComputedStyle(e).direction") == "ltr"
        assert await page.evaluate("document.documentElement.scrollWidth") == size["width"]
        await context.close()


async def test_a_dead_end_names_the_nearest_page(guide_url: str, page: Page) -> None:
    """At any depth, the page for an address that is not there leads to the likeliest one."""
    response = await page.goto(guide_url + "old/place/setings.html")

    assert response is not None
    assert response.status == 404
    main = page.get_by_role("main")
    await expect(main.get_by_text("Perhaps you are looking for:")).to_be_visible()
    await main.get_by_role("link", name="Settings").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Settings")


async def test_a_dead_end_far_from_any_page_leads_to_the_search(guide_url: str, page: Page) -> None:
    """A button searches for the words of the address."""
    await page.goto(guide_url + "some/thing/close-codes.html")
    await page.get_by_role("button", name="Search for “some thing close codes”").click()

    await expect(page.get_by_role("combobox")).to_have_value("some thing close codes")
    await expect(page.get_by_role("option").first).to_be_visible()


async def test_a_page_in_german_speaks_german(guide_url: str, page: Page) -> None:
    """The interface, the panes of its snippets and their buttons; and it leads to the English."""
    await page.goto(guide_url + "de/")
    snippet = page.locator("live-snippet").first

    await expect(snippet).to_contain_text("Got message: Hallo von der deutschen Seite")
    await expect(snippet.get_by_role("button", name="Ausführen")).to_be_visible()
    await expect(snippet.get_by_text("Erwartete Ausgabe: eben eingetroffen")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await snippet.get_by_role("button", name="Ändern").click()
    await expect(page.get_by_text("Strg+Eingabe führt ihn aus.")).to_be_visible()
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", ["websockethandler/pingbot.py.source/", "old/no-such-page"])
async def test_every_page_leads_to_the_other_language(
    guide_url: str, page: Page, path: str
) -> None:
    """A source and a dead end lead to the German pages as well."""
    await page.goto(guide_url + path)
    await page.get_by_role("link", name="Deutsch").click()

    await expect(page).to_have_url(guide_url + "de/")
    await expect(page.locator("html")).to_have_attribute("lang", "de")


async def test_the_way_back_to_the_top(guide_url: str, browser: Browser) -> None:
    """The link comes when a screen or more has gone by, without a script."""
    context = await browser.new_context(java_script_enabled=False, viewport=DESKTOP)
    page = await context.new_page()
    await page.goto(guide_url + "authoring/settings.html")
    link = page.get_by_role("link", name="Back to top")

    await expect(link).not_to_be_in_viewport()
    await page.mouse.wheel(0, 4000)
    await expect(link).to_be_in_viewport()
    await link.click()
    await expect(link).not_to_be_in_viewport()
    await context.close()


async def test_the_way_back_covers_no_text_beside_the_contents(
    guide_url: str, browser: Browser
) -> None:
    """Where the contents stand beside the text, it stands between the two."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    await page.goto(guide_url + "authoring/settings.html")
    await page.mouse.wheel(0, 4000)
    link = page.get_by_role("link", name="Back to top")
    await expect(link).to_be_in_viewport()
    left = await link.evaluate("link => link.getBoundingClientRect().left")
    end = await page.locator("article").evaluate("text => text.getBoundingClientRect().right")

    assert left > end - 8
    assert await page.evaluate("document.documentElement.scrollWidth") == 1280
    await page.close()


async def test_more_contrast_and_forced_colours(guide_url: str, browser: Browser) -> None:
    """With more contrast the text is black; with forced colours the open page is still marked."""
    context = await browser.new_context(contrast="more", viewport=DESKTOP)
    page = await context.new_page()
    await page.goto(guide_url + "function/")
    assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    await context.close()
    context = await browser.new_context(forced_colors="active", viewport=DESKTOP)
    page = await context.new_page()
    await page.goto(guide_url + "function/")
    current = page.locator(".site-nav [aria-current=page]")
    assert await current.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    await context.close()


async def test_forced_colours_lose_no_sign(guide_url: str, browser: Browser) -> None:
    """The chosen tab, blocks of code, lines that are new, and the theme are told by lines."""
    context = await browser.new_context(forced_colors="active", viewport=DESKTOP)
    page = await context.new_page()
    await page.goto(guide_url + "authoring/text.html")

    async def style(selector: str, name: str, part: str = "") -> str:
        asked = "(element, [name, part]) => getComputedStyle(element, part || null)[name]"
        return str(await page.locator(selector).first.evaluate(asked, [name, part]))

    chosen = await style(".tabbed-set > input:checked + label", "borderBottomColor")
    assert chosen != await style(".tabbed-set > input:not(:checked) + label", "borderBottomColor")
    assert await style(".highlight", "borderTopStyle") == "solid"
    for line in ("ins.line", "del.line", ".line.hll", "mark"):
        assert await style(line, "outlineStyle") == "solid"
    assert "gradient" in await style(".theme-button", "backgroundImage", "::before")
    await context.close()


async def test_a_demo_in_the_page_follows_the_theme(guide_url: str, browser: Browser) -> None:
    """What the reader chose for the page holds for the frames in it, by their own media query."""
    context = await browser.new_context(color_scheme="null")
    page = await context.new_page()
    await page.goto(guide_url + "websockethandler/")
    await page.locator(".example-frame > summary").first.click()
    frame = page.frame_locator(".example-windows iframe").first.locator("html")
    for theme in ("dark", "light"):
        await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        followed = await frame.evaluate(
            """(_, theme) => new Promise((done) => {
                const asked = matchMedia(`(prefers-color-scheme: ${theme})`)
                const look = () => asked.matches ? done(true) : requestAnimationFrame(look)
                setTimeout(done, 10_000, false)
                look()
            })""",
            theme,
        )

        assert followed
    await context.close()


async def test_what_is_pressed_in_the_header_is_large_enough(
    guide_url: str, browser: Browser
) -> None:
    """On a touch screen of 320 pixels each control is 44 by 44, and none covers another."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = await context.new_page()
    await page.goto(guide_url + "features.html")
    controls = page.locator(
        ".site-title, .search-trigger, .languages a, .theme-button, .nav-tree > summary"
    )
    boxes = [await control.bounding_box() for control in await controls.all()]
    shown = sorted(((b["x"], b["width"], b["height"]) for b in boxes if b), key=lambda box: box[0])

    assert len(shown) == 5
    assert all(width >= 44 and height >= 44 for _, width, height in shown)
    for (x, width, _), (following, _, _) in itertools.pairwise(shown):
        assert x + width <= following + 0.5
    await expect(page.locator(".languages a")).to_have_accessible_name("Deutsch")
    title = page.locator(".site-title span")
    assert await title.evaluate("e => e.scrollWidth <= e.clientWidth")  # nothing of it is cut
    await context.close()
