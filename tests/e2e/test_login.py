"""Logging in and out, as a reader does it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from .panes import lines, rows, unfolded

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
DEMO = 'You are {"id": "demo", "role": "reader"}'


def snippet(page: Page, title: str) -> Locator:
    """Return the snippet with this title."""
    return page.locator("live-snippet").filter(has_text=title)


async def press_until(page: Page, focused: Locator) -> None:
    """Press Tab until this element has the focus; fail where it can't be reached."""
    for _ in range(80):
        if await focused.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{focused} can't be reached by Tab")


async def log_in(page: Page, url: str, password: str = "open sesame") -> None:
    """Log in as the demo user, beginning at the guide's page."""
    await page.goto(url + "login/")
    await page.get_by_role("button", name="Log in", exact=True).click()
    await page.get_by_label("Name").fill("demo")
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in", exact=True).click()


async def session(context: BrowserContext) -> str:
    """Return the session's cookie."""
    return next(c["value"] for c in await context.cookies() if c["name"] == "session")


async def test_a_reader_logs_in_by_keyboard_alone(guide_url: str, page: Page) -> None:
    """From the page to the form and back, with Tab, letters and Enter."""
    await page.goto(guide_url + "login/")
    await press_until(page, page.get_by_role("button", name="Log in", exact=True))
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("demo")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Password")).to_be_focused()
    await page.keyboard.type("open sesame")
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(guide_url + "login/")
    await expect(lines(snippet(page, "Who am I?"))).to_have_text([DEMO])


async def test_the_same_snippets_are_refused_before_and_judged_after(
    guide_url: str, page: Page
) -> None:
    """Wire shows 401, then 101 for the one and 403 for the other; both do what the page states."""
    await page.goto(guide_url + "login/")
    who, editor = snippet(page, "Who am I?"), snippet(page, "Am I an editor?")
    for each in (who, editor):
        await expect(each).to_have_attribute("data-state", "refused")
        await expect(each.locator(".live-state")).to_have_text("refused (401: log in to connect)")
        await expect(rows(each, "refused")).to_contain_text("401 Unauthorized")
        await expect(each.locator(".live-expected")).to_contain_text("reached")

    await log_in(page, guide_url)
    await expect(page).to_have_url(guide_url + "login/")

    await expect(who).to_have_attribute("data-state", "open")
    head = await unfolded(rows(who).first)
    await expect(head).to_contain_text("HTTP/1.1 101 Switching Protocols")
    await expect(editor.locator(".live-state")).to_have_text(
        "refused (403: your 'role' is not one that may connect)"
    )
    for each in (who, editor):
        await expect(each.locator(".live-expected")).to_contain_text("reached")


async def test_edited_code_is_refused_after_a_login_too(guide_url: str, page: Page) -> None:
    """It has no session, whoever its reader is."""
    await log_in(page, guide_url)
    who = snippet(page, "Who am I?")
    await expect(who).to_have_attribute("data-state", "open")
    await who.get_by_role("button", name="Edit", exact=True).click()
    editor = who.locator(".editor-text")
    await editor.fill("// edited\n" + await editor.input_value())
    await who.get_by_role("button", name="Run", exact=True).click()

    await expect(who.locator(".live-state")).to_have_text("refused (401: log in to connect)")


async def test_a_logout_in_one_tab_closes_the_other_s_connection(
    guide_url: str, page: Page
) -> None:
    """The first tab's snippet is told 1008, without doing anything."""
    await log_in(page, guide_url)
    who = snippet(page, "Who am I?")
    await expect(lines(who)).to_have_text([DEMO])
    other = await page.context.new_page()
    await other.goto(guide_url + "login/")
    await other.get_by_role("button", name="Log out", exact=True).click()
    await other.get_by_role("button", name="Log out", exact=True).click()

    await expect(other).to_have_url(guide_url + "login/")
    await expect(lines(who)).to_have_text([DEMO, "Closed with 1008 logged out"])
    await expect(snippet(other, "Who am I?")).to_have_attribute("data-state", "refused")


async def test_a_form_without_its_token_is_refused(guide_url: str, page: Page) -> None:
    """The page's own snippet sends one, with the right password."""
    await page.goto(guide_url + "login/")
    forged = snippet(page, "A forged form")
    await expect(lines(forged)).to_have_text(["403 Forbidden"])

    await page.reload()
    await expect(snippet(page, "Who am I?")).to_have_attribute("data-state", "refused")


async def test_a_form_of_another_site_is_refused(guide_url: str, page: Page) -> None:
    """It leaves the reader logged in."""
    await log_in(page, guide_url)
    await expect(page).to_have_url(guide_url + "login/")
    before = await session(page.context)
    other = await page.context.new_page()
    target = guide_url + "login/logout"
    await other.route(
        "http://evil.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{target}"><button>Win</button></form>',
        ),
    )
    await other.goto("http://evil.example/")
    await other.get_by_role("button").click()

    await expect(other.get_by_role("alert")).to_contain_text("not from this site")
    assert await session(page.context) == before
    await page.reload()
    await expect(lines(snippet(page, "Who am I?"))).to_have_text([DEMO])


async def test_the_session_s_cookie_changes_at_the_login(
    guide_url: str, browser: Browser, page: Page
) -> None:
    """Somebody with the cookie from before is nobody."""
    await page.goto(guide_url + "login/login")
    before = await session(page.context)
    await log_in(page, guide_url)
    await expect(lines(snippet(page, "Who am I?"))).to_have_text([DEMO])
    assert await session(page.context) != before

    context = await browser.new_context()
    await context.add_cookies([{"name": "session", "value": before, "url": guide_url}])
    attacker = await context.new_page()
    await attacker.goto(guide_url + "login/")
    await expect(snippet(attacker, "Who am I?")).to_have_attribute("data-state", "refused")
    await context.close()


@pytest_asyncio.fixture(name="plain_page")
async def _plain_page(browser: Browser) -> AsyncIterator[Page]:
    """Return a page of a browser that runs no scripts, as wide as a small phone."""
    context = await browser.new_context(java_script_enabled=False, viewport=NARROW)
    yield await context.new_page()
    await context.close()


async def test_the_form_needs_no_script(guide_url: str, plain_page: Page) -> None:
    """A failure is told on the page and marked on both fields; a second try logs in, and out."""
    page = plain_page
    await log_in(page, guide_url, password="wrong")
    await expect(page).to_have_title("Error: Log in · Liveguide")
    await expect(page.get_by_role("alert")).to_have_text(
        "Not logged in: the name or the password is wrong."
    )
    name, password = page.get_by_label("Name"), page.get_by_label("Password")
    await expect(name).to_have_value("demo")
    await expect(name).to_have_accessible_description(
        "Not logged in: the name or the password is wrong."
    )
    for box in (name, password):
        await expect(box).to_have_attribute("aria-invalid", "true")
    await password.fill("open sesame")
    await page.get_by_role("button", name="Log in", exact=True).click()
    await expect(page).to_have_url(guide_url + "login/")

    await page.goto(guide_url + "login/login")
    await expect(page.get_by_role("main")).to_contain_text("You are logged in as demo")
    await page.get_by_role("button", name="Log out", exact=True).click()
    await page.goto(guide_url + "login/logout")
    await expect(page.get_by_role("heading")).to_have_text("You are not logged in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_fit_a_small_phone(guide_url: str, page: Page, scheme: str) -> None:
    """Nothing has to be scrolled sideways, and the fields are as high as a finger is wide."""
    await page.set_viewport_size(NARROW)
    await page.emulate_media(color_scheme=scheme)
    await log_in(page, guide_url, password="wrong")
    for path in ("", "login/", "login/login", "login/logout"):
        if path:
            await page.goto(guide_url + path)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(wide) == 0
    await page.goto(guide_url + "login/login")
    for box in await page.locator("main input:visible, main button").all():
        assert (await box.bounding_box())["height"] >= 44
    shown = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert shown == {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 20, 26)"}[scheme]
