"""Check one page of a guide: the page, its snippets, its programs, the demos of its examples."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from .plan import PlannedExample, PlannedPage
from .programs import address_for, run_program
from .report import Outcome
from .verdict import judge
from .visit import Visit, first_line, same_host, visiting

if TYPE_CHECKING:
    from playwright.async_api import Browser

_WATCH = Path(__file__).with_name("watch.js").read_text(encoding="utf-8")
_TO_END = 20_000  # milliseconds
_TO_SETTLE = 1_000
_TO_ANSWER = 10_000  # on top of what the page itself was given


async def check_page(browser: Browser, site: str, planned: PlannedPage) -> list[Outcome]:
    """
    Open a page, run its programs, and open each of its examples; return what became of them.

    Args:

        browser: The browser.

        site: The address of the site, with a slash at the end.

        planned: The page, and what there is to check on it.
    """
    url = urljoin(site, planned.url)
    async with visiting(browser, site) as visit:
        refused = await visit.open(url)
        if refused:
            return [_page_failed(planned, [f"the page at {url}"], [refused])]
        outcomes = await _snippets(visit, planned)
        if visit.faults:
            expected = ["no uncaught error, and nothing that the security policy stops"]
            outcomes.insert(0, _page_failed(planned, expected, visit.faults))
        failed = next((outcome for outcome in outcomes if not outcome.ok), None)
        if failed is not None and visit.errors:
            failed.findings["console"] = visit.last_errors  # the whole page's, so told once
    address = address_for(site, planned.url)
    outcomes += [await run_program(planned.path, one, address) for one in planned.programs]
    return outcomes + [await _example(browser, site, planned, one) for one in planned.examples]


async def _snippets(visit: Visit, planned: PlannedPage) -> list[Outcome]:
    """Return what became of the snippets, which run by themselves."""
    from playwright.async_api import Error

    asked: dict[str, Any] = {
        "snippets": [{"line": s.line, "stated": bool(s.stated)} for s in planned.snippets],
        "settle": _TO_SETTLE,
        "limit": _TO_END,
    }
    try:
        async with asyncio.timeout((_TO_END + _TO_ANSWER) / 1000):
            found = await visit.page.evaluate(_WATCH, asked)
    except TimeoutError:
        return [_page_failed(planned, ["a page that answers"], ["a script keeps it busy"])]
    except Error as error:
        return [_page_failed(planned, ["a page that stays open"], [first_line(error)])]
    return [
        judge(planned.path, snippet, seen)
        for snippet, seen in zip(planned.snippets, found, strict=True)
    ]


async def _example(
    browser: Browser, site: str, planned: PlannedPage, example: PlannedExample
) -> Outcome:
    """Return what became of an example's demo, in a page of its own."""
    url = urljoin(urljoin(site, planned.url), example.href)
    name = f'example "{example.name}"'

    def outcome(told: str, findings: dict[str, list[str]]) -> Outcome:
        ok = not findings
        return Outcome("example", planned.path, example.line, ok, f"{name}{told}", findings)

    if not same_host(url, site):
        return outcome(" is on another site, and was not opened", {})
    async with visiting(browser, site) as visit:
        findings = await _open_demo(visit, url, example.expected)
    if findings:
        return outcome("", findings)
    return outcome(f' showed "{example.expected}"' if example.expected else " opened", {})


async def _open_demo(visit: Visit, url: str, stated: str) -> dict[str, list[str]]:
    """Open a demo; return what was expected and what was seen, or nothing where all is well."""
    refused = await visit.open(url)
    if refused:
        return {"expected": [f"a demo at {url}"], "seen": [refused]}
    if not stated:
        await asyncio.sleep(_TO_SETTLE / 1000)  # for what goes wrong soon after it has opened
    elif not await visit.shows(stated):
        findings = {"expected": [stated], "seen": await visit.text()}
        others = {"errors": visit.faults, "requests": visit.lost, "console": visit.last_errors}
        return findings | {label: lines for label, lines in others.items() if lines}
    if visit.faults:
        return {"expected": ["no uncaught error"], "seen": visit.faults}
    if visit.lost:
        return {"expected": ["an answer to every request"], "seen": visit.lost}
    return {}


def _page_failed(planned: PlannedPage, expected: list[str], seen: list[str]) -> Outcome:
    return Outcome("page", planned.path, 0, False, "", {"expected": expected, "seen": seen})
