"""When a snippet has passed, decided from what was seen of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from liveguide.checker.plan import PlannedSnippet
from liveguide.checker.report import Outcome
from liveguide.checker.verdict import SeenSnippet, judge

STATED = json.dumps({"lines": ["Got message: Hello"], "match": "contains", "order": "strict"})


def _judge(stated: str = "", **seen: Any) -> Outcome:
    """Judge a snippet that ran, did nothing amiss, and differs from that as *seen* says."""
    whole: SeenSnippet = {
        "live": "yes",
        "script": "1-ab.js",
        "stated": stated,
        "state": "open",
        "state_text": "open",
        "errors": 0,
        "expectation": "",
        "told": "Expected output: not reached; missing: it",
        "logged": [],
        "said": [],
    }
    planned = PlannedSnippet(62, "Say hello", "1-ab.js", stated)
    return judge("page.md", planned, whole | seen)


def test_a_stated_expectation_that_is_reached_passes() -> None:
    """What was logged is told in the author's own words."""
    outcome = _judge(STATED, expectation="reached", logged=["MessageEvent Got message: Hello"])

    assert outcome == Outcome(
        "snippet", "page.md", 62, True, '"Say hello" logged "Got message: Hello"'
    )


def test_an_error_that_is_not_stated_fails() -> None:
    """Reaching what is stated is not enough; the page counts no error that is stated itself."""
    outcome = _judge(STATED, expectation="reached", errors=1, logged=["TypeError: x (line 3)"])

    assert not outcome.ok
    assert outcome.findings["expected"] == ["no uncaught error"]
    assert outcome.findings["seen"] == ["TypeError: x (line 3)"]


def test_what_is_wrong_with_a_statement_is_told() -> None:
    """A pattern that the browser can't read is the page's own fault, and the page says which."""
    told = "Expected output: not reached; SyntaxError: Invalid regular expression"
    outcome = _judge(STATED, expectation="missed", told=told)

    assert outcome.findings["page"] == [told]


@pytest.mark.parametrize("expectation", ["missed", "waiting", ""])
def test_a_stated_expectation_that_is_not_reached_fails(expectation: str) -> None:
    """The failure shows what was logged instead, the state, and what the server said."""
    logged = ["Got massage: Hello"]
    outcome = _judge(STATED, expectation=expectation, logged=logged, said=["Got message Hello"])

    assert not outcome.ok
    assert outcome.told == '"Say hello"'
    assert outcome.findings == {
        "expected": ["Got message: Hello"],
        "seen": ["Got massage: Hello"],
        "state": ["open"],
        "server": ["Got message Hello"],
    }


def test_a_snippet_that_logged_nothing_is_said_to() -> None:
    """An empty finding would not be told from a missing one."""
    outcome = _judge(STATED, expectation="missed")

    assert outcome.findings["seen"] == ["nothing was logged"]


@pytest.mark.parametrize("state", ["open", "closed"])
def test_without_a_statement_a_snippet_passes_by_running(state: str) -> None:
    """It need not stay open: a server may close, and a script without a socket ends."""
    assert _judge(state=state).told == '"Say hello" ran'
    assert _judge(state=state, logged=["a", "b"]).told == (
        '"Say hello" ran and logged "a" and 1 more line'
    )
    assert _judge(state=state).ok


def test_an_uncaught_error_fails() -> None:
    """It stands among what was logged."""
    outcome = _judge(errors=1, state="failed", logged=["TypeError: x (line 3)"])

    assert not outcome.ok
    assert outcome.findings["expected"] == ["no uncaught error"]
    assert outcome.findings["seen"] == ["TypeError: x (line 3)"]


@pytest.mark.parametrize("state", ["refused", "failed"])
def test_a_connection_that_is_not_made_fails(state: str) -> None:
    """The state that the reader sees says why."""
    outcome = _judge(state=state, state_text="refused (401: log in)", said=["line"])

    assert not outcome.ok
    assert outcome.findings == {
        "expected": ["a connection"],
        "seen": ["refused (401: log in)"],
        "server": ["line"],
    }


@pytest.mark.parametrize("state", ["idle", "running", "connecting", "stopped", ""])
def test_a_snippet_that_has_come_to_no_end_fails(state: str) -> None:
    """It was given its time."""
    outcome = _judge(state=state, state_text="")

    assert not outcome.ok
    assert outcome.findings == {"expected": ["the snippet to run"], "seen": [state or "unknown"]}


def test_a_page_that_finds_no_live_server_fails() -> None:
    """Nothing runs on a plain static host, which is not the snippet's fault."""
    outcome = _judge(live="no", state="idle")

    assert outcome.findings["seen"] == ["the page found no live server behind it"]


def test_a_site_of_other_sources_is_told_from_a_snippet_that_fails() -> None:
    """A missing snippet, other code or another statement mean that the site is old."""
    planned = PlannedSnippet(62, "Say hello", "1-ab.js")
    old = ["a site built from other sources; build it again"]

    assert judge("page.md", planned, None).findings["seen"] == old
    assert _judge(script="1-cd.js", expectation="reached").findings["seen"] == old
