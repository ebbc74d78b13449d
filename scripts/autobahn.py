#!/usr/bin/env python3
"""
Have the Autobahn test suite judge the server, and write its verdict into the guide.

The cases are Autobahn's, driven by the package kosoku on Python 3, from an environment of its
own. Exits with 1 where a case is neither OK nor informational. It takes a quarter of an hour:
most of it are the cases of compression, which send a few gigabytes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "guide/protocol/README.md"
WORK = ROOT / ".liveguide/autobahn"

# The pings would come between answers, which the cases that take long don't expect.
ECHO = """\
      on_message: {function: "handler.write_message(message, isinstance(message, bytes))"}
      max_message_size: 67108864
      message_rate: 0
      ping_interval: 0
"""
GRAMEX = f"""\
url:
  plain:
    pattern: /plain
    handler: WebSocketHandler
    kwargs:
{ECHO}
  compressed:
    pattern: /compressed
    handler: WebSocketHandler
    kwargs:
      get_compression_options: {{function: dict()}}
{ECHO}
"""
GROUPS = {
    "1": "Framing",
    "2": "Pings and pongs",
    "3": "Reserved bits",
    "4": "Opcodes",
    "5": "Fragmentation",
    "6": "UTF-8",
    "7": "The close",
    "9": "Limits and speed",
    "10": "Automatic fragmentation",
    "12": "Compression, by payload",
    "13": "Compression, by parameters",
}
PASSED = {"OK", "INFORMATIONAL"}
Verdicts = dict[str, str]


def main() -> int:
    """Run all cases against both endpoints."""
    kosoku = _installed()
    with tempfile.TemporaryDirectory() as name:
        guide, site = Path(name, "guide"), Path(name, "site")
        guide.mkdir()
        (guide / "gramex.yaml").write_text(GRAMEX)
        (guide / "README.md").write_text("# Echoes\n")
        command = [ROOT / "site_server.py", guide, "--site", site, "--port", "0"]
        with subprocess.Popen(
            [sys.executable, *map(str, command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a line for each fault, as it should
            text=True,
            cwd=ROOT,
        ) as server:
            assert server.stdout is not None
            line = next(line for line in server.stdout if line.startswith("Serving"))
            address = line.split()[1].replace("http", "ws").rstrip("/")
            try:
                plain = _judged(kosoku, f"{address}/plain", ["-x", "12.*", "-x", "13.*"])
                compressed = _judged(kosoku, f"{address}/compressed", [])
            finally:
                server.terminate()
    _write(plain, compressed)
    failed = {
        case: verdict
        for verdicts in (plain, compressed)
        for case, verdict in verdicts.items()
        if verdict not in PASSED
    }
    for case, verdict in failed.items():
        print(f"{case}: {verdict}")
    print(
        f"{len(plain)} cases without and {len(compressed)} with compression, {len(failed)} failed"
    )
    return 1 if failed else 0


def _installed() -> Path:
    """Return the program kosoku, of an environment of its own."""
    program = WORK / "env/bin/kosoku"
    if not program.exists():
        venv.create(WORK / "env", with_pip=True)
        pip = [WORK / "env/bin/python", "-m", "pip", "install", "--quiet", "kosoku"]
        subprocess.run(pip, check=True)
    return program


def _judged(kosoku: Path, address: str, options: list[str]) -> Verdicts:
    """Return the worse of each case's two verdicts: on what it does, and on how it closes."""
    reports = WORK / "reports" / address.rpartition("/")[2]
    command = [kosoku, "-m", "fuzzingclient", *options, "-o", reports, address]
    subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, check=False)
    (cases,) = json.loads((reports / "index.json").read_text()).values()
    return {
        case: found["behaviorClose"] if found["behavior"] in PASSED else found["behavior"]
        for case, found in cases.items()
    }


def _write(plain: Verdicts, compressed: Verdicts) -> None:
    """Put the table into the page, in place of the one that is there."""
    rows = [
        "| cases | about | without compression | with compression |",
        "|-------|-------|---------------------|------------------|",
    ]
    for number, title in GROUPS.items():
        cells = [_cell(verdicts, number) for verdicts in (plain, compressed)]
        rows.append(f"| {number} | {title} | {cells[0]} | {cells[1]} |")
    python = ".".join(map(str, sys.version_info[:3]))
    kosoku = (WORK / "env").glob("lib/python*/site-packages/kosoku-*.dist-info")
    suite = next(kosoku).name.removesuffix(".dist-info").replace("-", " ")
    by = (
        f"The cases were driven by [{suite}](https://pypi.org/project/kosoku/), "
        f"with Tornado {version('tornado')} on Python {python}."
    )
    table = "\n".join([*rows, "", by])
    page = PAGE.read_text()
    marks = r"(<!-- autobahn -->\n).*?(<!-- /autobahn -->)"
    PAGE.write_text(re.sub(marks, lambda m: f"{m[1]}\n{table}\n\n{m[2]}", page, flags=re.DOTALL))


def _cell(verdicts: Verdicts, group: str) -> str:
    found = Counter(v for case, v in verdicts.items() if case.partition(".")[0] == group)
    said = (f"{n} {verdict.lower().replace('ok', 'OK')}" for verdict, n in found.items())
    return ", ".join(said) or "not offered"


if __name__ == "__main__":
    sys.exit(main())
