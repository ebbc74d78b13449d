"""The command line of the builder."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ..errors import OutputBusy, SourceError, UsageError
from ..settings import site_address
from .progress import Progress
from .site import BuildReport, build_site

_DESCRIPTION = """\
Build a static site from a folder of Markdown pages.

Every README.md is its folder's page, every other .md a page beside it; what
else the folder holds is copied, Python files and gramex.yaml excepted. The
site is replaced in one step when nothing is wrong, and left alone otherwise.
"""

_EPILOG = """\
exit status:
  0   the site was written
  1   the pages have errors, or warnings with --strict, or the disk is full
  2   the command line or a folder can't be used as asked
  75  another build is writing the same site

examples:
  python build.py                          guide/ into site/
  python build.py docs --output public     another folder into another
  python build.py --strict                 fail on a broken link
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build as the command line asks; return the exit status."""
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    try:
        report = build_site(
            options.guide,
            options.output,
            strict=options.strict,
            jobs=options.jobs,
            url=options.url,
            progress=Progress(options.quiet),
        )
    except UsageError as error:
        return _fail(str(error), 2)
    except OutputBusy as error:
        return _fail(str(error), 75)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        return _fail(f"the site can't be written: {error.strerror or error}{place}", 1)
    except KeyboardInterrupt:
        return _fail("stopped; the old site is as it was", 130)
    for problem in report.problems:
        print(problem, file=sys.stderr)
    if not options.quiet:
        print(_summary(report, options.output, time.monotonic() - started))
    return 0 if report.written else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "guide",
        metavar="GUIDE",
        nargs="?",
        type=Path,
        default=Path("guide"),
        help="the folder that holds the pages (default: guide)",
    )
    parser.add_argument(
        "--output",
        metavar="SITE",
        type=Path,
        default=Path("site"),
        help="the folder to write (default: site)",
    )
    parser.add_argument(
        "--strict", action="store_true", help="let a warning, such as a broken link, fail the build"
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_positive,
        help="render with N processes (default: as many as pay)",
    )
    parser.add_argument(
        "--url",
        metavar="ADDRESS",
        type=_address,
        help="the site's public address, for QR codes (default: 'url' in liveguide.yaml)",
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors and warnings")
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return number


def _address(text: str) -> str:
    try:
        return site_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _summary(report: BuildReport, site: Path, seconds: float) -> str:
    parts = [
        _counted(report.pages, "page"),
        _counted(report.examples, "example"),
        _counted(report.snippets, "snippet"),
        f"{report.stated} with stated output" if report.stated else "",
        _counted(report.warnings, "warning"),
    ]
    counts = ", ".join(filter(None, parts))
    if report.written:
        return f"Built {counts} in {seconds:.2f} s into {site}"
    errors = _counted(report.errors, "error")
    return f"Not built: {errors} in {counts} after {seconds:.2f} s; {site} is as it was"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _fail(message: str, status: int) -> int:
    print(f"build.py: {message}", file=sys.stderr)
    return status
