"""
Run the benchmarks, note their figures in guide/speed/figures.json, and write the guide's page.

    python benchmarks/bench.py [SCRIPT ...]

Each script runs for a bounded time, one after the other. One that ends, or is ended, before it has
told all its figures leaves those that were there, and says so; the exit status is 1 then. What
else the machine did meanwhile stands beside the figures.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peers
from speed import page
from speed.disturbance import Disturbance
from speed.results import NOTES
from speed.targets import MEASURES

HERE = Path(__file__).resolve().parent
SECONDS = {
    "start_time": 60,
    "save_to_served": 90,
    "build_ratio": 300,
    "build_size": 600,
    "page_audit": 400,
    "search_speed": 180,
    "static_files": 180,
    "handler_styles": 240,
    "echo": 300,
    "broadcast": 300,
    "broadcast_latency": 300,
    "connections": 240,
    "rooms": 480,
    "silent_clients": 180,
    "restart_herd": 120,
    "half_open": 120,
    "durable": 600,
}
"""The scripts in the order in which they run, and how long each may take."""

_TORNADO = ("CPython", "Tornado")
VERSIONS = {
    "start_time": _TORNADO,
    "save_to_served": ("CPython", "Markdown", "Pygments"),
    "build_ratio": ("CPython", "Markdown", "Pygments", "mkdocs"),
    "build_size": ("CPython", "Markdown", "Pygments"),
    "page_audit": ("Chromium", "Lighthouse", "axe"),
    "search_speed": ("Chromium",),
    "static_files": (*_TORNADO, "nginx"),
    "echo": (*_TORNADO, "websockets", "aiohttp", "picows"),
    "broadcast": (*_TORNADO, "websockets", "aiohttp", "picows"),
    "broadcast_latency": (*_TORNADO, "websockets"),
    "connections": (*_TORNADO, "websockets"),
    "rooms": (*_TORNADO, "redis", "Redis"),
    "restart_herd": (*_TORNADO, "nginx"),
    "durable": (*_TORNADO, "redis", "Redis"),
}
"""Whose versions the page names, where they are not Tornado's and Python's alone."""


def main(names: list[str], file: Path = page.FIGURES) -> int:
    """Run the scripts that are named, or all; return how many failed."""
    if unknown := set(names) - set(SECONDS):
        sys.exit(f"there is no {', '.join(unknown)}; choose from {', '.join(SECONDS)}")
    figures = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    peers.program("python")  # so that nothing is installed while something is measured
    chosen = [name for name in SECONDS if name in (names or SECONDS)]
    failed = []
    for number, name in enumerate(chosen, start=1):
        print(f"\n[{number}/{len(chosen)}] {name}, at most {SECONDS[name]} s", flush=True)
        before = figures.get(name, {})
        run = _run(name)
        if run["failed"]:
            failed.append(name)
            print(f"FAILED: {run['failed']}; its older figures stay", flush=True)
            run = {**before, "failed": run["failed"]}
        figures[name] = run
        # After each, so that an interrupted run has not been for nothing.
        ordered = {key: figures[key] for key in SECONDS if key in figures}
        file.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if failed:
        print(f"\n{len(failed)} of {len(chosen)} failed: {', '.join(failed)}")
    return len(failed)


def _run(name: str) -> dict[str, Any]:
    """Run a script; return what it has noted, and the circumstances."""
    disturbance = Disturbance()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "notes")
        notes.touch()
        failed = _ended([sys.executable, HERE / f"{name}.py"], notes, SECONDS[name])
        lines = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    told = {line.pop("name"): line for line in lines}
    missing = [each for each, of in MEASURES.items() if of.script == name and each not in told]
    if not missing:
        failed = ""  # it may end with a status that says that a target is missed
    elif not failed:
        failed = f"it told nothing of {', '.join(missing)}"
    disturbed = disturbance.told()
    seconds = time.monotonic() - began
    print(f"{seconds:.0f} s{', disturbed: ' if disturbed else ''}{disturbed}", flush=True)
    return {
        "failed": failed,
        "disturbed": disturbed,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "seconds": round(seconds),
        "machine": machine(),
        "versions": {of: _version(of) for of in VERSIONS.get(name, _TORNADO)},
        "figures": told,
    }


def _ended(command: list[str | Path], notes: Path, seconds: float) -> str:
    """Run a command; return why it failed, or nothing. What it has started ends with it."""
    root = str(HERE.parent)
    own = {NOTES: str(notes), "PYTHONPATH": root, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command,
        env={**os.environ, **own},
        cwd=root,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    try:
        status = process.wait(seconds)
        return f"its exit status is {status}" if status else ""
    except subprocess.TimeoutExpired:
        return f"it took longer than {seconds:g} s"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _reap()


def _adopt() -> None:
    """Become the parent of whom a script leaves behind: their time is then no disturbance."""
    if sys.platform == "linux":
        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def machine() -> str:
    """Return what the machine is, in a few words."""
    facts = list(_facts()) or [platform.processor() or platform.machine()]
    return ", ".join([*facts, platform.system()])


def _facts() -> Iterator[str]:
    with contextlib.suppress(OSError, TypeError, IndexError):
        cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        yield re.findall(r"^model name\s*: (.+)", cpus, re.MULTILINE)[0].strip()
    yield f"{os.cpu_count()} cores"
    with contextlib.suppress(ValueError, OSError):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        yield f"{memory / 2**30:.0f} GiB"


def _version(of: str) -> str:
    """Return the version of a program or package."""
    if of == "CPython":
        return platform.python_version()
    if of in ("nginx", "Chromium", "Redis"):
        name = "redis-server" if of == "Redis" else of.lower()
        program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
        asked = [program or name, "-v" if of == "nginx" else "--version"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        found = re.search(r"\d+\.[\d.]+", done.stdout + done.stderr)
        return found[0] if found else ""
    if of in ("Lighthouse", "axe"):
        name = {"axe": "axe-core"}.get(of, of.lower())
        package = HERE.parent / "node_modules" / name / "package.json"
        return str(json.loads(package.read_text(encoding="utf-8"))["version"])
    return peers.versions().get(of) or version(of)


if __name__ == "__main__":
    _adopt()
    try:
        number_failed = main(sys.argv[1:])
    finally:
        page.write()
        print("\nguide/speed/ is written anew")
    sys.exit(1 if number_failed else 0)
