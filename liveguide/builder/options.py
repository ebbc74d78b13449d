"""What the command line of the builder may say. It loads nothing that only a build needs."""

from __future__ import annotations

import argparse
from pathlib import Path

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
  {command}                          guide/ into site/
  {command} docs --output public     another folder into another
  {command} --strict                 fail on a broken link
"""


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    """
    Give a parser the options, the description and the examples of a build.

    Args:

        parser: Of `build.py`, or of the command `build`.

        command: How the examples call it.
    """
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG.format(command=command)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.set_defaults(program=parser.prog)
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
    parser.add_argument("--drafts", action="store_true", help="build drafts like other pages")
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
        help="the site's public address, for sharing (default: 'url' in liveguide.yaml)",
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors and warnings")


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return number


def _address(text: str) -> str:
    from ..settings import site_address  # loads a reader of YAML

    try:
        return site_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
