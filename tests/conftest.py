"""Fixtures that every test may use."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pytest
from installing import ROOT, build_wheel

from liveguide.server.endpoints.leftovers import ConnectionsLoop

# A process that a test starts elsewhere runs this package, not one that is installed,
# and what is compiled once stays compiled: the tests start hundreds of processes.
os.environ["PYTHONPATH"] = str(ROOT)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which CI lets nothing be skipped unseen."""
    parser.addoption("--fail-on-skip", action="store_true", help="a skipped test fails the run")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that need no browser first, and those through nginx last."""
    items.sort(key=lambda item: ("browser" in item.keywords, "nginx" in item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """Spell out lone surrogates that a test has printed: a worker's report is sent as UTF-8."""
    return _sendable((yield))


def _sendable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_sendable(key): _sendable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_sendable, value))
    return value


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn skipped tests into a failed run where that was asked for."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if session.config.getoption("--fail-on-skip") and skipped and session.exitstatus == 0:
        reporter.write_line(f"\n{len(skipped)} skipped, and --fail-on-skip was given", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
async def _loop() -> None:
    """Run every test on the kind of loop on which the command serves."""
    ConnectionsLoop()


WriteTree = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture(name="write_tree")
def _write_tree(tmp_path: Path) -> WriteTree:
    """Return a function that writes files into a fresh `guide` folder and returns that folder."""

    def write_tree(files: Mapping[str, str | bytes]) -> Path:
        guide = tmp_path / "guide"
        guide.mkdir(exist_ok=True)
        for name, content in files.items():
            path = guide / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return guide

    return write_tree


Launch = Callable[..., Awaitable[Process]]


@pytest.fixture(name="launch")
async def _launch(tmp_path: Path) -> AsyncIterator[Launch]:
    """Return a function that starts a program in the test's own folder; none outlives the test."""
    started: list[Process] = []

    async def launch(*command: str | Path, **options: Any) -> Process:
        options = {"cwd": tmp_path, "stdout": PIPE, "stderr": PIPE, **options}
        process = await asyncio.create_subprocess_exec(*command, **options)
        started.append(process)
        return process

    yield launch
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture(name="wheel", scope="session")
def _wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package as a wheel, built once."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))
