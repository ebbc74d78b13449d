"""
The command `liveguide load`.

Exit statuses: 0 when everybody stayed connected and everything was delivered once and in order,
1 when not, 2 where the command line can't be used or nobody could connect.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import resource
import signal
import sys
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .plan import Plan

if TYPE_CHECKING:
    from .outcome import Outcome

_OTHER_FILES = 64  # that a process has open besides its connections


def run(options: argparse.Namespace) -> int:
    """Do what the command line asks; return the exit status."""
    try:
        plan = Plan.of(options)
        _allow_sockets(plan.clients)
        return _run(plan, options)
    except UsageError as error:
        print(f"liveguide load: {error}", file=sys.stderr)
        return 2


def _run(plan: Plan, options: argparse.Namespace) -> int:
    try:
        from .clients import Refused
    except ModuleNotFoundError as error:
        if error.name != "picows":
            raise
        raise UsageError(
            "the package picows is missing; install it with pip install 'liveguide[load]'"
        ) from None
    logging.getLogger("picows").addHandler(logging.NullHandler())  # the table tells all of it
    try:
        outcome = asyncio.run(_watched(plan))
    except Refused as error:
        raise UsageError(f"nobody could connect to {', '.join(plan.addresses)}: {error}") from None
    print("\n".join(outcome.lines()))
    if options.json is not None:
        try:
            options.json.write_text(json.dumps(outcome.as_json(), indent=2) + "\n")
        except OSError as error:
            raise UsageError(f"{options.json} can't be written: {error.strerror}") from None
    return 0 if outcome.good else 1


async def _watched(plan: Plan) -> Outcome:
    """Go through a run and show how far it is; Ctrl-C ends it early."""
    from .progress import show
    from .run import Run

    run = Run(plan)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_log_failure)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, run.stop)
    shown = asyncio.create_task(show(run))
    try:
        return await run.go()
    finally:
        shown.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await shown


def _log_failure(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody has seen to, but for frames that break the rules: the table tells of them."""
    from picows import WSError

    if not isinstance(context.get("exception"), WSError):
        loop.default_exception_handler(context)


def _allow_sockets(clients: int) -> None:
    """
    Let the process have so many open, if it may.

    Raises:

        UsageError: It may not.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = clients + _OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise UsageError(
            f"{clients} clients need {wanted} open files, and this process may have {hard}; "
            "ask for fewer, or raise it with ulimit -n"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
