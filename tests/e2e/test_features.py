"""The table of features, tried in a reader's browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from .conftest import Server, ServeTree

pytestmark = pytest.mark.browser

FEATURES = """\
sources:
  a: {title: The A, href: "https://a.example/"}
features:
  good: {source: a, text: "works"}
  bad: {source: a, text: "does not"}
  both: {source: a, text: "is shown twice"}
  program: {source: a, text: "runs by itself"}
  card: {source: a, text: "opens"}
"""
PAGES = {
    "features.yaml": FEATURES,
    "README.md": "# Home\n\n::: features source=a\n",
    "good.md": (
        "# Good\n\n"
        "```js run=always expect=yes feature=\"good both\" title=Works\nconsole.log('yes')\n```\n\n"
        "```python file=client.py run=program feature=program\n```\n\n```output\nx\n```\n\n"
        "::: example href=demo.html feature=card\n    Demo\n"
    ),
    "bad.md": (
        '# Bad\n\n```js run=always feature="bad both" title=Fails\n'
        "console.log('no')\nthrow new Error('no')\n```\n"
    ),
    "client.py": "print('x')\n",
    "demo.html": "<!doctype html><title>Demo</title><p>Hi",
}


async def _try_all(page: Page, rows: int) -> Locator:
    """Press the button, and wait until each row has its result."""
    await page.get_by_role("button", name="Try every row now").click()
    results = page.locator(".feature-result")
    await expect(results).to_have_count(rows)
    trying = page.locator(".feature-result:not([data-result]), [data-result=trying]")
    await expect(trying).to_have_count(0, timeout=120_000)
    return results


async def test_one_press_tries_every_row(serve_tree: ServeTree, page: Page) -> None:
    """What works is ok, what throws is failed and says why, by text as well as by colour."""
    server = await serve_tree(PAGES)
    await page.goto(server.url)
    assert await page.locator(".feature-result").all_inner_texts() == ["not tried yet"] * 5

    results = await _try_all(page, 5)

    assert await results.all_inner_texts() == [
        "ok",
        "failed: an error was not caught",
        "failed: an error was not caught",
        "run by the tests",
        "ok",
    ]
    assert await page.locator("[data-result=ok]").count() == 2
    assert await page.locator("[data-result=failed]").count() == 2
    told = page.locator(".feature-bar [role=status]")
    await expect(told).to_have_text("2 of 5 rows ok, 2 failed, 1 run by the tests")
    await expect(page.locator("iframe")).to_have_count(0)
    await expect(page.get_by_role("button", name="Try every row now")).to_be_enabled()


async def test_an_expectation_that_is_missed_fails_its_row(
    serve_tree: ServeTree, page: Page
) -> None:
    """The row waits for as long as the snippet does, while the other one is green already."""
    files = {**PAGES, "bad.md": PAGES["bad.md"].replace("run=always", "run=always expect=yes")}
    files["bad.md"] = files["bad.md"].replace("throw new Error('no')\n", "")
    server = await serve_tree(files)
    await page.goto(server.url)

    results = await _try_all(page, 5)

    assert (await results.all_inner_texts())[:2] == [
        "ok",
        "failed: its expected output did not come",
    ]


async def test_the_links_lead_to_the_snippets(serve_tree: ServeTree, page: Page) -> None:
    """The fragment is the id of the snippet on its page."""
    server = await serve_tree(PAGES)
    await page.goto(server.url)

    await page.get_by_role("link", name="Fails").first.click()

    await expect(page).to_have_url(f"{server.url}bad.html#feature-bad")
    await expect(page.locator("live-snippet:target")).to_have_count(1)


async def test_every_row_of_our_guide_is_green(guide_server: Server, page: Page) -> None:
    """Each feature that the guide promises works in Chromium, now."""
    await page.goto(f"{guide_server.url}features.html")
    buttons = page.get_by_role("button", name="Try every row now")
    await expect(buttons).to_have_count(await page.locator("live-features").count())
    for index in range(await buttons.count()):
        await buttons.nth(index).click()
        await expect(buttons.nth(index)).to_be_enabled(timeout=180_000)

    rows = await page.locator("tr[data-feature]").all()
    assert rows != []
    results = []
    for row in rows:
        texts = [" / ".join(cell.split("\n")) for cell in await row.locator("td").all_inner_texts()]
        print(await row.get_attribute("data-feature"), *texts, sep="  ")
        results.append(texts[-1])
    assert set(results) <= {"ok", "run by the tests"}, results


async def test_a_phone_shows_every_column(guide_url: str, page: Page) -> None:
    """Each row is a block, with its result on view; it is a row of a table nevertheless."""
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(guide_url + "features.html")
    row = page.locator("tr[data-feature]").first
    await expect(page.get_by_role("table").first.get_by_role("row").nth(1)).to_have_attribute(
        "data-feature", str(await row.get_attribute("data-feature"))
    )
    for cell in await row.locator("th, td").all():
        box = await cell.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    await expect(row.get_by_role("cell")).to_have_count(4)
