"""
The process that keeps several others going, which serve together.

It holds the sockets that all of them listen on: there is one queue of connections, from which
whoever is free takes the next, and nobody who waits there is lost when one of them is killed. It
answers nobody, and loads nothing that its processes may fail at.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from socket import SHUT_WR, socket, socketpair

from ..reporting.logs import event
from . import systemd
from .supervised import VARIABLE, Supervised, describe

log = logging.getLogger(__name__)

LEAVES_WITHIN = 5.9
"""Seconds after which a process that was asked to end is killed; by itself it takes 5.8."""

YOUNG, FIRST_WAIT, LONGEST_WAIT = 10.0, 0.5, 30.0
"""One that ends younger than this is not started again at once for ever; all in seconds."""

READY_WITHIN = 60.0
"""Seconds that a process has until it serves; one import of an author's may take 30."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD)


class _Child:
    """
    One of the processes.

    Attributes:

        number: Its place, from 0.

        process: The process.

        line: Our end of the line to it.

        since: When it was started.

        heard: When it said something last.

        is_ready: Whether it serves.

        is_outdated: Whether it may have read a configuration that has changed since.

        is_leaving: Whether it was asked to end.

        ends_by: When it is killed if it has not ended; never, where that is infinite.
    """

    def __init__(self, number: int, process: subprocess.Popen[bytes], line: socket) -> None:
        self.number, self.process, self.line = number, process, line
        self.since = self.heard = time.monotonic()
        self.is_ready = self.is_outdated = self.is_leaving = False
        self.ends_by = self.since + READY_WITHIN

    def __str__(self) -> str:
        return f"process {self.number} (pid {self.process.pid})"

    def renew(self) -> None:
        """Have it read its configuration anew, as soon as it serves."""
        self.is_outdated = not self.is_ready
        if self.is_ready:
            self.process.send_signal(signal.SIGHUP)

    def leave(self) -> None:
        """Ask it to end; a second time does nothing."""
        if not self.is_leaving:
            self.is_leaving = True
            self.ends_by = time.monotonic() + LEAVES_WITHIN
            with suppress(OSError):
                self.line.shutdown(SHUT_WR)


class Supervisor:
    """
    Keeps processes going until a signal says to stop.

    SIGINT and SIGTERM end them all, SIGHUP is passed on, and SIGUSR1 puts a new process into the
    place of each, one after the other.

    Args:

        command: What each of them runs.

        sockets: Where all of them listen.

        metrics: For each of them, where it alone tells its numbers, if anywhere.

        serving: Called once, when all of them serve.
    """

    def __init__(
        self,
        command: Sequence[str],
        sockets: Sequence[socket],
        metrics: Sequence[Sequence[socket]],
        serving: Callable[[], None],
    ) -> None:
        self._command, self._sockets, self._metrics = command, sockets, metrics
        self._serving: Callable[[], None] | None = serving
        self._children: list[_Child] = []
        # The first one alone, and the others when it serves: what is wrong is said once.
        self._due = {0: time.monotonic()}
        self._has_begun = False
        self._died_young: Counter[int] = Counter()
        self._to_replace: list[_Child] = []
        self._successor: _Child | None = None
        self._is_ending = False
        self._status = 0
        self._selector = selectors.DefaultSelector()
        self._life = systemd.watchdog_seconds()

    def run(self) -> int:
        """Serve until the end; return the exit status, which is the first one's if it fails."""
        signals, told = socketpair()
        told.setblocking(False)
        self._selector.register(signals, selectors.EVENT_READ, self._signalled)
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        outlive(_SIGNALS)
        while not self._is_ending or self._children:
            self._start_due()
            for key, _ in self._selector.select(self._until_next()):
                key.data(key.fileobj)
            self._bury()
            self._replace()
            self._look_after()
        return self._status

    def _until_next(self) -> float | None:
        """Return the seconds until something is due, `None` for never."""
        due = [*self._due.values(), *(child.ends_by for child in self._children)]
        if self._life:
            due.append(time.monotonic() + self._life / 2)
        soonest = min(due, default=float("inf"))
        return None if soonest == float("inf") else max(0.0, soonest - time.monotonic())

    def _signalled(self, signals: socket) -> None:
        for number in signals.recv(4096):
            if number in (signal.SIGTERM, signal.SIGINT):
                self._end()
            elif number == signal.SIGHUP:
                systemd.reloading()
                for child in self._children:
                    child.renew()
                systemd.ready()
            elif number == signal.SIGUSR1:
                log.info("every process is replaced by a new one", extra=event("restart"))
                self._to_replace = [
                    child
                    for child in self._children
                    if not child.is_leaving and child is not self._successor
                ]

    def _end(self) -> None:
        """Ask all to end; at the second time they wait for nobody."""
        if self._is_ending:
            for child in self._children:
                child.process.send_signal(signal.SIGTERM)
            return
        self._is_ending = True
        self._due.clear()
        self._to_replace.clear()
        systemd.stopping()
        for child in self._children:
            child.leave()

    # One process.

    def _start_due(self) -> None:
        for number, due in sorted(self._due.items()):
            if due > time.monotonic():
                continue
            del self._due[number]
            if self._start(number) is not None:
                continue
            if self._has_begun:
                self._due[number] = time.monotonic() + self._wait(number, 0.0)
            else:
                self._status = 1
                self._end()

    def _start(self, number: int) -> _Child | None:
        """Start a process; none where the system does not, which it may do again later."""
        try:
            ours, process = self._begin(number)
        except OSError as error:
            log.error("process %d can't be started: %s", number, error)
            return None
        ours.setblocking(False)
        child = _Child(number, process, ours)
        self._children.append(child)
        self._selector.register(ours, selectors.EVENT_READ, lambda _: self._hear(child))
        return child

    def _begin(self, number: int) -> tuple[socket, subprocess.Popen[bytes]]:
        ours, theirs = socketpair()
        metrics = self._metrics[number]
        environment = {key: value for key, value in os.environ.items() if key != "NOTIFY_SOCKET"}
        given = Supervised(number, not self._has_begun, self._sockets, metrics)
        environment[VARIABLE] = describe(given, theirs.fileno())
        handed_down = [one.fileno() for one in (theirs, *self._sockets, *metrics)]
        with theirs:
            return ours, subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, env=environment, pass_fds=handed_down
            )

    def _hear(self, child: _Child) -> None:
        """Hear what a process would tell systemd."""
        try:
            said = child.line.recv(4096)
        except OSError:
            said = b""
        if not said:
            self._selector.unregister(child.line)  # it has ended, or is about to
            return
        child.heard = time.monotonic()
        if b"READY=1" in said and not (child.is_ready or child.is_leaving):
            child.is_ready = True
            if child.is_outdated:
                child.renew()
            self._is_ready(child)

    def _is_ready(self, child: _Child) -> None:
        child.ends_by = float("inf")
        if child is self._successor:
            self._successor = None
            for old in self._children:
                if old.number == child.number and old is not child:
                    old.leave()
        if not self._has_begun and not self._is_ending:
            self._has_begun = True
            self._due |= dict.fromkeys(range(1, len(self._metrics)), time.monotonic())
        serve = {one.number for one in self._children if one.is_ready}
        if self._serving is not None and len(serve) == len(self._metrics):
            self._serving()
            self._serving = None
            systemd.ready()

    def _bury(self) -> None:
        """Find who has ended, and start again who should not have."""
        for child in [*self._children]:
            status = child.process.poll()
            if status is None:
                continue
            self._children.remove(child)
            with suppress(KeyError, ValueError):
                self._selector.unregister(child.line)
            child.line.close()
            if child in self._to_replace:
                self._to_replace.remove(child)
            if self._is_ending:
                continue
            if child is self._successor:
                self._successor = None
                self._to_replace.clear()
                log.error("%s %s before it served; the others go on", child, _ended(status))
                if all(other.number != child.number for other in self._children):
                    self._start_again(child, status)
            elif child.is_leaving:
                continue
            elif not self._has_begun:
                self._status = status if status > 0 else 1  # it has said why
                self._end()
            elif self._successor is None or self._successor.number != child.number:
                self._start_again(child, status)

    def _start_again(self, child: _Child, status: int) -> None:
        now = time.monotonic()
        wait = self._wait(child.number, now - child.since)
        when = f"in {wait:g} s" if wait else "at once"
        told = event("process", process=child.number, pid=child.process.pid, status=status)
        log.error("%s %s; it is started again %s", child, _ended(status), when, extra=told)
        self._due[child.number] = now + wait

    def _wait(self, number: int, lasted: float) -> float:
        """Return after how long one is started again that has lasted so long; in seconds."""
        if lasted >= YOUNG:
            self._died_young[number] = 0
            return 0.0
        self._died_young[number] += 1
        times = min(self._died_young[number], 10)
        return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (times - 2)) if times > 1 else 0.0

    def _replace(self) -> None:
        """Start the next successor, once the last one's predecessor has left."""
        if self._successor is None and not any(child.is_leaving for child in self._children):
            for old in self._to_replace[:1]:
                self._to_replace.remove(old)
                self._successor = self._start(old.number)
                if self._successor is None:
                    self._to_replace.clear()
                    log.error("no process is replaced: the others go on")

    def _look_after(self) -> None:
        """Kill who does not serve or end in time, or shows no life; show systemd that we live."""
        systemd.show_life_once()
        now = time.monotonic()
        for child in self._children:
            is_silent = bool(self._life) and child.is_ready and now - child.heard > self._life
            if is_silent and not child.is_leaving:
                log.error("%s shows no life and is killed", child)
            is_late = now >= child.ends_by
            if is_late and not (child.is_ready or child.is_leaving):
                log.error(
                    "%s does not serve within %g s and is killed; "
                    "does a module of the guide wait for something as it is imported?",
                    child,
                    READY_WITHIN,
                )
            if is_silent or is_late:
                child.process.kill()
                child.ends_by = float("inf")


def outlive(signals: Iterable[signal.Signals]) -> None:
    """Let these signals end nobody; what they ask for is for who is told of them otherwise."""
    for number in signals:
        # At a terminal, which sends SIGHUP as it closes, that ends all of us as ever.
        if number != signal.SIGHUP or not os.isatty(0):
            signal.signal(number, lambda *_: None)


def _ended(status: int) -> str:
    """Say how a process ended."""
    if status >= 0:
        return f"ended with status {status}"
    return f"was ended by {signal.Signals(-status).name}"
