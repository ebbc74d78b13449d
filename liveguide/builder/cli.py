"""The command line of the builder."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ..errors import OutputBusy, SourceErrors, UsageError
from .options import add_options
from .output import in_site
from .progress import Progress
from .site import BuildReport, build_site

_GARBAGE_THRESHOLDS = (60_000, 20, 20)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build as the command line asks; return the exit status."""
    return run(_parser().parse_args(arguments))


def run(options: argparse.Namespace) -> int:
    """Build as these options ask, those of `add_options`; return the exit status."""
    started = time.monotonic()
    # What is loaded stays, and little else goes in circles: to look for those at the usual pace,
    # and once more at the end, takes a tenth of a build that changes one page.
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    try:
        report = build_site(
            options.guide,
            options.output,
            strict=options.strict,
            drafts=options.drafts,
            jobs=options.jobs,
            url=options.url,
            progress=Progress(options.quiet),
        )
    except UsageError as error:
        return _fail(options.program, str(error), 2)
    except OutputBusy as error:
        return _fail(options.program, str(error), 75)
    except SourceErrors as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        place = f" ({in_site(str(error.filename), options.output)})" if error.filename else ""
        return _fail(
            options.program, f"the site can't be written: {error.strerror or error}{place}", 1
        )
    except KeyboardInterrupt:
        return _fail(options.program, "stopped; the old site is as it was", 130)
    finally:
        gc.freeze()
    for problem in report.problems:
        print(problem, file=sys.stderr)
    if not options.quiet:
        for note in report.notes:
            print(note)
        print(_summary(report, options.output, time.monotonic() - started))
    return 0 if report.written else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build.py")
    add_options(parser, command="python build.py")
    return parser


def _summary(report: BuildReport, site: Path, seconds: float) -> str:
    parts = [
        _counted(report.pages, "page"),
        _counted(report.examples, "example"),
        _counted(report.snippets, "snippet"),
        f"{report.stated} with stated output" if report.stated else "",
        _counted(report.warnings, "warning"),
    ]
    counts = ", ".join(filter(None, parts))
    if report.unchanged:
        return f"Unchanged: {counts} after {seconds:.2f} s; {site} is as it was"
    if report.written:
        return f"Built {counts} in {seconds:.2f} s into {site}"
    errors = _counted(report.errors, "error")
    return f"Not built: {errors} in {counts} after {seconds:.2f} s; {site} is as it was"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _fail(program: str, message: str, status: int) -> int:
    print(f"{program}: {message}", file=sys.stderr)
    return status
