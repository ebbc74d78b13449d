"""
What is lost of 100,000 messages to 100 subscribers while everything is killed: nothing.

Two servers share one Redis. While the load tool sends, one of them or Redis is killed with SIGKILL
every so many messages, and started anew at once, as a service manager does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from programs import free_ports
from speed.results import tell

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
_SENT = re.compile(r"([\d,]+) sent")
_SECONDS_TO_START = 30


class Service:
    """
    A process that is started anew when it was killed.

    Args:

        command: What it runs.

        port: Where it listens on this computer.

        log: The file that gets what it says.
    """

    def __init__(self, command: Sequence[object], port: int, log: Path) -> None:
        self._command = [str(part) for part in command]
        self._port = port
        self._log = log
        self._process = self._start()
        self.wait()

    def kill(self) -> None:
        """Kill it, and start it anew."""
        self.stop()
        self._process = self._start()

    def wait(self) -> None:
        """Wait until it listens."""
        end = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self._command[0]} does not start:\n{self._log.read_text()}")

    def stop(self) -> None:
        """Kill it for good."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(self._command, stdout=log, stderr=log, cwd=ROOT)


@contextlib.contextmanager
def services(folder: Path, keeps: bool) -> Iterator[tuple[list[str], list[Service], Service]]:
    """Run Redis, which keeps things or not, and two servers; give their addresses, them, and it."""
    with contextlib.ExitStack() as stack:

        def service(name: str, port: int, *command: object) -> Service:
            started = Service(command, port, folder / f"{name}.log")
            stack.callback(started.stop)
            return started

        ports = free_ports(3)
        redis = service(
            *("redis", ports[0], "redis-server", "--port", ports[0], "--dir", folder),
            *("--bind", "127.0.0.1", "--save", "", "--appendonly", "yes" if keeps else "no"),
            # By default it answers before it has written, where its disk is slow.
            *("--appendfsync", "always"),
        )
        site = folder / "site"
        build = [sys.executable, "build.py", HERE / "durable", "--output", site, "--quiet"]
        subprocess.run([str(part) for part in build], check=True, cwd=ROOT)
        broker = ("--broker", f"redis://127.0.0.1:{ports[0]}/0", "--broker-optional")
        serve = (sys.executable, "site_server.py", HERE / "durable", "--site", site, "--no-build")
        servers = [
            service(f"server-{port}", port, *serve, "--port", port, *broker) for port in ports[1:]
        ]
        yield [f"ws://127.0.0.1:{port}/talk" for port in ports[1:]], servers, redis


def run(options: argparse.Namespace) -> bool:
    """Send, kill, and tell what became of it; return whether nothing was lost."""
    with tempfile.TemporaryDirectory(prefix="liveguide-durable-") as name:
        folder = Path(name)
        with services(folder, not options.forgetful) as (addresses, servers, redis):
            result = folder / "result.json"
            command = [
                *(sys.executable, "-m", "liveguide", "load", *addresses, "--resume"),
                *("--clients", options.clients),
                *("--messages", options.messages, "--rate", options.rate),
                *("--mode", "room", "--wait", options.wait, "--json", result),
            ]
            victims = order_of(servers, options.server_kills, redis, options.engine_kills)
            with subprocess.Popen(
                [str(part) for part in command], stderr=subprocess.PIPE, text=True, cwd=ROOT
            ) as tool:
                try:
                    killed = disturb(tool, victims, options.messages)
                except BaseException:
                    tool.kill()
                    raise
        good = tool.returncode == 0 and killed == len(victims)
        if result.exists():
            found = json.loads(result.read_text())
            if _is_whole(options) and killed == len(victims):
                for what in ("lost", "doubled", "out of order"):
                    tell(what, found[what.replace(" ", "_")])
            print(
                f"{found['accepted']:,} messages, {found['delivered']:,} deliveries, "
                f"{killed} kills: {found['lost']} lost, {found['doubled']} doubled, "
                f"{found['out_of_order']} out of order"
            )
    return good


def _is_whole(options: argparse.Namespace) -> bool:
    """Say whether it is what the page on speed says."""
    asked = (options.messages, options.clients, options.server_kills, options.engine_kills)
    return asked == (100_000, 100, 20, 5) and not options.forgetful


def order_of(
    servers: Sequence[Service], server_kills: int, redis: Service, engine_kills: int
) -> list[Service]:
    """Return who is killed, one after the other: the servers in turns, Redis in between."""
    turns = [(number / server_kills, servers[number % 2]) for number in range(server_kills)]
    turns += [((number + 0.5) / engine_kills, redis) for number in range(engine_kills)]
    return [victim for _, victim in sorted(turns, key=lambda turn: turn[0])]


def disturb(tool: subprocess.Popen[str], victims: Sequence[Service], messages: int) -> int:
    """Kill the victims, evenly over the messages that the tool sends; return how many."""
    killed = 0
    assert tool.stderr is not None
    for line in tool.stderr:
        found = _SENT.search(line)
        if found is None:
            print(line, end="", file=sys.stderr)
            continue
        sent = int(found[1].replace(",", ""))
        if killed < len(victims) and sent >= (killed + 1) * messages / (len(victims) + 2):
            victims[killed].kill()
            killed += tool.poll() is None
        print(f"{killed:2} killed, {line}", end="", flush=True)
    return killed


def main() -> int:
    """Do it; exit status 0 if nothing was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--server-kills", type=int, default=20)
    parser.add_argument("--engine-kills", type=int, default=5)
    parser.add_argument("--wait", type=float, default=60, help="seconds without any progress")
    parser.add_argument(
        "--forgetful", action="store_true", help="let Redis forget, to see that it is noticed"
    )
    return 0 if run(parser.parse_args()) else 1


if __name__ == "__main__":
    sys.exit(main())
