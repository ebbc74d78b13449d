"""The command `liveguide new`: it makes a page with code, functions and a demo to begin with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import UsageError

_DESCRIPTION = """\
Make a topic: a folder in the guide with a page, the functions that its code
talks to, a gramex.yaml that connects the two, and a demo. In an empty folder
it makes the guide as well. Nothing that is there already is written to.
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `new` to the commands."""
    parser = commands.add_parser(
        "new",
        help="make a page with code that runs, ready to edit",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="letters, digits and dashes, as in chat-room")
    parser.add_argument(
        "--guide",
        metavar="GUIDE",
        type=Path,
        default=Path("guide"),
        help="the folder that holds the pages (default: guide)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..schemas import FOLDER, schema_files
    from ..starting import new_topic

    schemas = {f"{FOLDER}/{name}": text for name, text in schema_files().items()}
    try:
        made = new_topic(options.name, options.guide, schemas)
    except UsageError as error:
        print(f"liveguide new: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        place = error.filename or options.guide
        print(f"liveguide new: {place} can't be written: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("liveguide new: stopped; nothing was made", file=sys.stderr)
        return 130
    print("\n".join(_told(options.name, options.guide, made)))
    return 0


def _listed(folder: Path) -> str:
    return ", ".join(sorted(path.name for path in folder.iterdir()))


def _told(name: str, guide: Path, made: list[Path]) -> list[str]:
    """Say what was made, and what to do with it."""
    *others, topic = made
    where = "" if guide == Path("guide") else f" {guide}"
    return [
        *(f"Made {path}" for path in others if not path.is_dir()),
        *(f"Made {path} with {_listed(path)}" for path in [*others, topic] if path.is_dir()),
        "",
        f"Read it     liveguide serve{where} --watch     and open http://127.0.0.1:8888/{name}/",
        f"Edit it     {topic}/README.md",
        f"Check it    liveguide check{where}",
    ]
