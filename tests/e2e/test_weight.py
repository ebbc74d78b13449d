"""What a page costs a reader on a phone before the first touch, compressed."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from benchmarks.audit.weight import weigh

pytestmark = pytest.mark.browser


async def test_a_live_page_is_light(guide_url: str, browser: Browser) -> None:
    """28 KB in 8 requests, 12 KB of it scripts: its snippets have run, its panes are filled."""
    weight = await weigh(browser, guide_url + "websockethandler/")

    assert weight.kilobytes <= 28, str(weight)
    assert weight.requests <= 8, str(weight)
    assert weight.kilobytes_of_scripts <= 12, str(weight)


@pytest.mark.parametrize("path", ["authoring/settings.html", "websockethandler/chatbot.py.source/"])
async def test_a_page_without_live_code_needs_few_scripts(
    guide_url: str, browser: Browser, path: str
) -> None:
    """At most 5 KB of them, where nothing runs."""
    weight = await weigh(browser, guide_url + path)

    assert weight.kilobytes_of_scripts <= 5, str(weight)
    assert weight.requests <= 8, str(weight)
