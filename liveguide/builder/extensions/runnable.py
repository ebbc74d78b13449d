"""Whether a fence runs, and what speaks against it."""

from __future__ import annotations

from .fence_options import Fence
from .page import PageState
from .snippets import JAVASCRIPT, runs

_PYTHON = ("python", "py", "python3", "py3")


def is_program(fence: Fence, page: PageState) -> bool:
    """Return whether a fence is a Python program; report what speaks against it."""
    options = fence.options
    if fence.language.lower() not in _PYTHON:
        page.report(fence.line, "run=program is for Python; in JavaScript, write run=always")
    elif not options.get("file"):
        message = "run=program runs a file, and this fence has none; add file=NAME.py"
        page.report(fence.line, message)
    elif "expect" in options or "chain" in options:
        key = "expect" if "expect" in options else "chain"
        message = f"a program has no {key}=; state what it prints in an 'output' fence below it"
        page.report(fence.line, message)
    else:
        return True
    return False


def is_runnable(fence: Fence, page: PageState) -> bool:
    """Return whether a fence runs, by itself or in a chain; report what speaks against it."""
    options = fence.options
    javascript = fence.language.lower() in JAVASCRIPT
    run = options.get("run")
    if "run" in options and run not in ("never", "always"):
        message = f"run={run!r} is not known; write run=never, run=always or run=program"
        page.report(fence.line, message)
    elif run == "always" and not javascript:
        page.report(fence.line, "only JavaScript runs in the page; remove run=always")
    if "chain" in options:
        if not options["chain"]:
            page.report(fence.line, "chain= has no name; write the same one in each fence of it")
        elif not javascript:
            page.report(fence.line, "only JavaScript runs in the page; remove chain=")
        elif run == "never":
            page.report(fence.line, "a fence of a chain can't be run=never; remove one of the two")
        else:
            return True
        return False
    running = runs(fence.code, fence.language, run if "run" in options else None)
    if "expect" in options and not running:
        page.report(fence.line, "expect= is for a fence that runs; add run=always, or remove it")
    return running
