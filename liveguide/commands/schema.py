"""The command `liveguide schema`: it prints or writes the JSON Schemas for editors."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import did_you_mean

_DESCRIPTION = """\
Print the JSON Schema of one kind of file, or write all of them into the folder
.schemas of a guide, where the first line of its YAML files names them.
"""


NAMES = ("settings", "frontmatter", "gramex")


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `schema` to the commands."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schemas with which editors check YAML",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        type=_name,
        choices=NAMES,
        help=", ".join(NAMES[:-1]) + f" or {NAMES[-1]}",
    )
    what.add_argument(
        "--write",
        metavar="GUIDE",
        type=Path,
        help="write all of them into the folder .schemas of this guide",
    )
    parser.set_defaults(run=_run)


def _name(text: str) -> str:
    if text in NAMES:
        return text
    hint = did_you_mean(text, NAMES) or f"; there are {', '.join(NAMES)}"
    raise argparse.ArgumentTypeError(f"there is no schema {text!r}{hint}")


def _run(options: argparse.Namespace) -> int:
    from ..schemas import FOLDER, schema_files, schema_text

    if options.write is None:
        print(schema_text(options.name), end="")
        return 0
    if not options.write.is_dir():
        message = f"{options.write} is not a folder; name the folder that holds the pages"
        print(f"liveguide schema: {message}", file=sys.stderr)
        return 2
    folder = options.write / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        for name, text in schema_files().items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{error.filename} can't be written: {error.strerror}"
        print(f"liveguide schema: {message}", file=sys.stderr)
        return 1
    print(f"Wrote {', '.join(schema_files())} into {folder}")
    return 0
