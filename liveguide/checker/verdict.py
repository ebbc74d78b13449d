"""Decide whether what was seen of a snippet is what its author promised; needs no browser."""

from __future__ import annotations

from typing import TypedDict

from .plan import PlannedSnippet
from .report import Outcome, quoted


class SeenSnippet(TypedDict):
    """
    What `watch.js` tells of one snippet; the values of attributes are empty where they are not set.

    Attributes:

        live: Of the page: whether a live server answers behind it, `yes` or `no`.

        script: The address of its script.

        stated: What it must log, as the page carries it.

        state: What became of its connection.

        state_text: The same, as a reader sees it.

        errors: How many errors nobody caught.

        expectation: Whether what it must log was logged: `reached`, `missed` or `waiting`.

        told: What the page says of that.

        logged: What it logged.

        said: What the author's functions printed for it on the server.
    """

    live: str
    script: str
    stated: str
    state: str
    state_text: str
    errors: int
    expectation: str
    told: str
    logged: list[str]
    said: list[str]


def judge(path: str, planned: PlannedSnippet, seen: SeenSnippet | None) -> Outcome:
    """
    Return what became of a snippet.

    Args:

        path: The page's file as messages name it.

        planned: What its author promised.

        seen: What was seen of it, or `None` where the page does not have it.
    """
    name = f'"{planned.name}"'

    def failed(expected: list[str], found: list[str], **more: list[str]) -> Outcome:
        findings = {"expected": expected, "seen": found, **more}
        findings = {label: lines for label, lines in findings.items() if lines}
        return Outcome("snippet", path, planned.line, False, name, findings)

    if seen is None or (seen["script"], seen["stated"]) != (planned.script, planned.stated):
        expected = ["the snippet as its source has it"]
        return failed(expected, ["a site built from other sources; build it again"])
    if seen["live"] == "no":
        return failed(["the snippet to run"], ["the page found no live server behind it"])
    logged = seen["logged"]
    state = [seen["state_text"] or seen["state"] or "unknown"]
    if planned.stated:
        if seen["expectation"] != "reached":
            found = logged or ["nothing was logged"]
            # Else it names what is missing, which stands above.
            page = [] if "missing: " in seen["told"] else [seen["told"]]
            return failed(planned.expected, found, state=state, page=page, server=seen["said"])
        if seen["errors"]:
            return failed(["no uncaught error"], logged, state=state, server=seen["said"])
        told = f"{name} logged {quoted(planned.expected)}"
        return Outcome("snippet", path, planned.line, True, told)
    if seen["errors"]:
        return failed(["no uncaught error"], logged or state, state=state, server=seen["said"])
    if seen["state"] in ("refused", "failed"):
        return failed(["a connection"], state, logged=logged, server=seen["said"])
    if seen["state"] not in ("open", "closed"):
        return failed(["the snippet to run"], state, logged=logged, server=seen["said"])
    told = f"{name} ran" + (f" and logged {quoted(logged)}" if logged else "")
    return Outcome("snippet", path, planned.line, True, told)
