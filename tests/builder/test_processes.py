"""Work over several processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from liveguide.builder import processes
from liveguide.builder.processes import meanwhile, over_processes


class TwoParts(Exception):
    """An exception that pickle can write, but not read: it is made of more than it keeps."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what} in {where}")


class WithFunction(Exception):
    """An exception that pickle can't even write."""

    def __init__(self) -> None:
        super().__init__("no fun in x.md")
        self.function = lambda: None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one process does all the work")
@pytest.mark.parametrize("error", [TwoParts("no fun", "x.md"), WithFunction()])
def test_an_exception_that_can_not_be_sent_is_told(error: Exception) -> None:
    """It is not taken for a process that was killed."""
    parent = os.getpid()
    told, tell = os.pipe()

    def work(thing: int) -> int:
        if os.getpid() != parent:
            os.write(tell, b"x")
            raise error
        os.read(told, 1)  # until the other has begun
        return thing

    with pytest.raises(RuntimeError, match="no fun in x"):
        list(over_processes(work, range(2), jobs=2))

    os.close(told)
    os.close(tell)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one process does all the work")
def test_others_work_while_this_process_does_something_else_before() -> None:
    """One thing and two processes: what is to be done before does not hold it up."""
    told, tell = os.pipe()

    def work(thing: int) -> int:
        os.write(tell, b"x")
        return os.getpid()

    done = over_processes(work, [0], jobs=2, before=lambda: os.read(told, 1))

    [(_, worker)] = done
    assert worker != os.getpid()
    os.close(told)
    os.close(tell)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one process does all the work")
def test_a_process_whose_libraries_have_threads_has_no_helpers() -> None:
    """A fork after a build that has minified would wait for ever for threads that it has not."""
    code = (
        "from liveguide.builder.minified import minified\n"
        "from liveguide.builder.processes import jobs_for\n"
        "before = jobs_for(9, 1, 2)\n"
        "minified('text/css', 'a { color: red }')\n"
        "print(before, jobs_for(9, 1, 2))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["2", "1"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one process does all the work")
def test_a_helper_that_is_interrupted_at_once_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not go on as this process does: to remove what that writes, and to free its lock."""
    parent = os.getpid()
    told, tell = os.pipe()

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(processes, "_end_with", interrupt)

    try:
        with pytest.raises(ChildProcessError):
            list(over_processes(lambda thing: thing, range(2), jobs=2))
    finally:
        if os.getpid() != parent:
            os.write(tell, b"x")
            os._exit(0)

    os.close(tell)
    assert os.read(told, 1) == b""
    os.close(told)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one process does all the work")
def test_a_piece_of_work_is_done_meanwhile() -> None:
    """By another process, which is gone afterwards."""
    with meanwhile(os.getpid) as wait:
        worker = wait()

    assert worker != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one process does all the work")
def test_what_is_not_waited_for_is_ended() -> None:
    """A build that finds errors needs nothing of it."""
    told, tell = os.pipe()
    asked, _ask = os.pipe()

    def work() -> None:
        os.write(tell, os.getpid().to_bytes(4, "big"))
        os.read(asked, 1)  # for ever

    with meanwhile(work):
        worker = int.from_bytes(os.read(told, 4), "big")

    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one process does all the work")
def test_what_fails_meanwhile_fails_where_it_is_waited_for() -> None:
    """With the exception that it raised there."""

    def work() -> None:
        raise FileNotFoundError("main.js")

    with meanwhile(work) as wait, pytest.raises(FileNotFoundError, match=r"main\.js"):
        wait()
