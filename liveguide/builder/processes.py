"""
Do a piece of work for each of many things, over as many processes as pay.

The processes are forks of this one, which works too: they have what it has loaded, begin at
once, and take the next thing whenever they are done with one. Only what they return is sent.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

from ..errors import SourceErrors

Thing = TypeVar("Thing")
Result = TypeVar("Result")

_MOST_TURNS = 8_000  # their numbers fit into a pipe that nobody reads yet, which holds 64 KiB
_NUMBER = 4  # bytes


def jobs_for(count: int, worth_one: int, asked: int | None) -> int:
    """
    Return how many processes work on *count* things.

    Args:

        count: The number of things.

        worth_one: For how many of them another process pays.

        asked: How many the command line asks for; `None` for as many as pay.
    """
    # A fork has the locks of threads that it has not, and other systems' libraries have threads.
    if not sys.platform.startswith("linux") or _has_threads():
        return 1
    if asked is None:
        asked = min(len(os.sched_getaffinity(0)), 1 + count // worth_one)
    return max(1, min(asked, count))


def _has_threads() -> bool:
    """Say whether this process has other threads: libraries have some that Python does not know."""
    try:
        return len(os.listdir("/proc/self/task")) > 1
    except OSError:
        return True


def over_processes(
    work: Callable[[Thing], Result],
    things: Sequence[Thing],
    jobs: int,
    before: Callable[[], object] = lambda: None,
) -> Iterator[tuple[Thing, Result]]:
    """
    Do *work* for each of *things*; yield each, in any order, and what came of it.

    Args:

        work: The work.

        things: What to do it for.

        jobs: How many processes do it, this one included; more than there are things make sense
            where this one has something to do before.

        before: What this process does before it does its share, while others work already.

    Raises:

        Exception: What *work* raised, in whichever process.
    """
    if jobs < 2:
        before()
        for thing in things:
            yield thing, work(thing)
        return
    step = 1 + len(things) // _MOST_TURNS
    turns, end = os.pipe()
    for first in range(0, len(things), step):
        os.write(end, first.to_bytes(_NUMBER, "big"))
    os.close(end)

    def mine() -> Iterator[int]:
        """Yield the numbers of the things that this process takes."""
        while number := os.read(turns, _NUMBER):
            first = int.from_bytes(number, "big")
            yield from range(first, min(len(things), first + step))

    helpers = [_Helper(lambda n: work(things[n]), mine) for _ in range(jobs - 1)]
    try:
        before()
        for number in mine():
            yield things[number], work(things[number])
            for helper in helpers:
                for number, result in helper.results(wait=False):
                    yield things[number], result
        for helper in helpers:
            for number, result in helper.results(wait=True):
                yield things[number], result
    finally:
        for helper in helpers:
            helper.end()
        os.close(turns)


@contextmanager
def meanwhile(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """
    Have another process do a piece of work, and end it in any case.

    Args:

        work: The work.

    Returns:

        What waits for it to be done, and returns what came of it; it may be called once.
    """
    helper = _Helper(lambda _: work(), lambda: iter((0,)))
    try:
        yield lambda: next(result for _, result in helper.results(wait=True))
    finally:
        helper.end()


class _Helper:
    """A process that does the same work."""

    def __init__(self, work: Callable[[int], Any], mine: Callable[[], Iterator[int]]) -> None:
        # Not at the top, for most builds have no other process; nor after the fork, in each.
        for name in ("ctypes", "pickle"):
            import_module(name)
        parent = os.getpid()
        self._output, output = os.pipe()
        self._received = b""
        self._is_done = False
        sys.stdout.flush()
        sys.stderr.flush()
        self._process = os.fork()
        if self._process:
            os.close(output)
            return
        try:  # at once: nothing that fails here may go on as the parent would
            os.close(self._output)
            _end_with(parent)
            for number in mine():
                self._send(output, (number, work(number), None))
            self._send(output, None)
        except SourceErrors as error:
            self._send(output, (0, None, SourceErrors(error.problems)))
        except Exception as error:
            self._send(output, (0, None, _sendable(error)))
        finally:  # nothing of the parent's is to be done here once more
            os._exit(0)

    def _send(self, output: int, message: object) -> None:
        import pickle

        content = pickle.dumps(message)
        content = len(content).to_bytes(8, "big") + content
        while content:
            content = content[os.write(output, content) :]

    def results(self, wait: bool) -> Iterator[tuple[int, Any]]:
        """Yield what this process has sent; to its end if we *wait*."""
        import pickle

        while not self._is_done and (wait or select.select([self._output], [], [], 0)[0]):
            content = os.read(self._output, 1 << 20)
            if not content:
                message = (
                    "a process of the build was ended, perhaps for want of memory; try --jobs 1"
                )
                raise ChildProcessError(errno.ECHILD, message)
            self._received += content
            while len(self._received) >= 8:
                end = 8 + int.from_bytes(self._received[:8], "big")
                if len(self._received) < end:
                    break
                message = pickle.loads(self._received[8:end])
                self._received = self._received[end:]
                if message is None:
                    self._is_done = True
                    break
                number, result, error = message
                if error is not None:
                    raise error
                yield number, result

    def end(self) -> None:
        """Make sure that it ends."""
        os.close(self._output)
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def _end_with(parent: int) -> None:
    """Have the kernel end this process with its parent, whatever it is doing then (prctl(2))."""
    import ctypes

    set_signal_at_end_of_parent = 1
    ctypes.CDLL(None).prctl(set_signal_at_end_of_parent, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it has ended before


def _sendable(error: Exception) -> Exception:
    """Return an exception, or what is told of it if it can't be sent."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        import traceback

        return RuntimeError("".join(traceback.format_exception(error)))
    return error
