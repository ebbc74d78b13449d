"""Servers and the load client, each on a core of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peers
from speed.targets import FLOOR

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / ".liveguide/benchmarks"

OURS, TORNADO, WEBSOCKETS = "Liveguide", "plain Tornado", "websockets"
_SERVERS = {
    TORNADO: "tornado_plain.py",
    WEBSOCKETS: "websockets_peer.py",
    "aiohttp": "aiohttp_peer.py",
    "picows": "picows_peer.py",
    FLOOR: "floor.py",
}


@dataclass
class Server:
    """
    A server that runs, or several of them that share the connections.

    Attributes:

        ports: Where each listens.

        pids: Their processes.
    """

    ports: Sequence[int]
    pids: Sequence[int]

    @property
    def port(self) -> int:
        """Where the first of them listens."""
        return self.ports[0]

    def processor_seconds(self) -> list[float]:
        """Return the processor time that each of them has used."""
        stats = [Path(f"/proc/{pid}/stat").read_text() for pid in self.pids]
        fields = [stat.rpartition(")")[2].split() for stat in stats]
        ticks = os.sysconf("SC_CLK_TCK")
        return [(int(field[11]) + int(field[12])) / ticks for field in fields]

    def resident_kib(self) -> int:
        """Return the memory that they hold, in KiB."""
        texts = (Path(f"/proc/{pid}/status").read_text() for pid in self.pids)
        return sum(int(text.partition("VmRSS:")[2].split()[0]) for text in texts)


@contextmanager
def serving(name: str, *options: str) -> Iterator[Server]:
    """Run a server on the first core, by its name in the tables; ours with options."""
    if name == OURS:
        script = [ROOT / "site_server.py", HERE / "guide", "--site", WORK / "site"]
        command = [sys.executable, *script, "--port", "0", *options]
    else:
        command = [peers.program("python"), HERE / "servers" / _SERVERS[name]]
    cores = sorted(os.sched_getaffinity(0))
    with subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # peers log a traceback for each client that leaves
        text=True,
        cwd=ROOT,
        preexec_fn=lambda: os.sched_setaffinity(0, {cores[0]}),
    ) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if line.startswith("Serving"))
            yield Server([int(re.findall(r"\d+", line)[-1])], [process.pid])
        finally:
            process.kill()


def load(mode: str, server: Server, path: str, *numbers: float) -> dict[str, Any]:
    """
    Run the load client on the last core, and return what it has measured.

    The server's processor time is in it as `processor_seconds`; of several, the busiest one's.
    """
    command = _load_command(mode, server, path, *numbers)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        client.stdout.readline()  # all are open
        before = server.processor_seconds()
        line = client.stdout.readline()
        if not line:
            raise RuntimeError("the load client failed, as it says above: is the machine too busy?")
        measured: dict[str, Any] = json.loads(line)
    used = zip(server.processor_seconds(), before, strict=True)
    measured["processor_seconds"] = max(after - earlier for after, earlier in used)
    return measured


@contextmanager
def holding(server: Server, path: str, connections: int, seconds: float) -> Iterator[None]:
    """Hold so many connections during the block."""
    command = _load_command("hold", server, path, connections, 32, seconds)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert "open" in client.stdout.readline()
        yield
        client.kill()


def _load_command(mode: str, server: Server, path: str, *numbers: float) -> list[str]:
    core = str(sorted(os.sched_getaffinity(0))[-1])
    client, ports = str(_load_client()), ",".join(map(str, server.ports))
    return ["taskset", "-c", core, client, mode, ports, path, *map(str, numbers)]


def _load_client() -> Path:
    """Return the load client, compiled."""
    source, program = HERE / "load.c", WORK / "load"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-O2", "-o", program, source], check=True)
    return program
