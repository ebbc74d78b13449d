"""What the command line of the check may say. It loads nothing that only a check needs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from urllib.parse import urlsplit

_DESCRIPTION = """\
Open every page of a guide in Chromium, let its snippets and examples run, and
tell for each whether it does what its page says.

Run its Python programs as well, each as a process of its own, with the address
of its page's folder. Only check guides whose authors you trust.

A snippet passes when it logs what its page states (expect=, or an output fence
after it), or where nothing is stated, when it runs without an uncaught error
and its connection is not refused. An example passes when its demo opens
without an error and, where its card has expect=, shows that text.
A program passes when it prints what its page states, and ends with status 0.

Where the guide has a features.yaml, its features are told at the end: each is
ok when all that shows it passed.
"""

_EPILOG = """\
exit status:
  0   everything passed
  1   something failed, or the guide has errors
  2   the command line, the browser or the server can't be used

examples:
  liveguide check                                 guide/, built and served for the check
  liveguide check docs                            another guide
  liveguide check docs --url https://example.org/ a server that runs already
"""

_MOST_JOBS = 4


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of the command `check` its options."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "guide",
        metavar="GUIDE",
        nargs="?",
        type=Path,
        default=Path("guide"),
        help="the folder that holds the pages (default: guide)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--site",
        metavar="SITE",
        type=Path,
        help="serve this built site (default: the guide is built into a temporary folder)",
    )
    where.add_argument(
        "--url",
        metavar="URL",
        type=_site_url,
        help="check the site at this address, which was built from GUIDE",
    )
    parser.add_argument(
        "--browser",
        metavar="PATH",
        type=Path,
        help="the program of the browser (default: the system's Chromium)",
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_positive,
        default=min(os.cpu_count() or 1, _MOST_JOBS),
        help="check N pages at a time (default: one for each processor, at most 4)",
    )


def _site_url(text: str) -> str:
    """Return the address of a site, with a slash at the end."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the address of a site; write it as http://localhost:8888/"
        )
    return text if text.endswith("/") else text + "/"


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return number
