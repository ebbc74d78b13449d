"""Several processes that serve together over one Redis, as operators run them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import websockets
from tornado.httpclient import AsyncHTTPClient
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from tests.adversary.process import ROOT, Running, running
from tests.rooms.conftest import _redis as _redis
from tests.rooms.redis_server import RedisServer
from tests.waiting import until

from ..conftest import ended, routes

pytestmark = pytest.mark.long

WHO = "open:\n  function: who.say\non_message:\n  function: handler.write_message(message)"
SAY = "import os\ndef say(handler):\n    handler.write_message(str(os.getpid()))\n"


@pytest.fixture(name="guide")
def _guide(write_tree: Any) -> Path:
    """Write a guide whose endpoint says which process serves it, and then echoes."""
    guide: Path = write_tree({"gramex.yaml": routes(who=WHO), "who.py": SAY})
    return guide


@pytest.fixture(name="server")
async def _server(guide: Path, redis: RedisServer) -> AsyncIterator[Running]:
    """Serve it with two processes."""
    async with running(guide, "--broker", redis.url, "--processes", "2") as server:
        yield server


def connect(server: Running, path: str = "who") -> websockets.connect:
    """Open a WebSocket."""
    return websockets.connect(f"ws://127.0.0.1:{server.port}/{path}", proxy=None)


async def served_by(server: Running, path: str = "who") -> int:
    """Return the id of the process that answers now."""
    async with connect(server, path) as ws:
        return int(await asyncio.wait_for(ws.recv(), 30))


async def children(server: Running, count: int = 2, but: set[int] = frozenset()) -> set[int]:
    """Return which processes answer, once they are so many, and none of some others."""
    found: set[int] = set()
    async with asyncio.timeout(60):
        while len(found) < count:
            found |= {await served_by(server)} - but
    return found


async def gone(pid: int) -> None:
    """Wait until a process that is not ours has ended."""
    await until(lambda: not Path(f"/proc/{pid}").exists())


async def cut(ws: websockets.ClientConnection) -> int | None:
    """Return the code with which a connection is closed, whatever is said before."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in ws:
            pass
    return ws.close_code


async def logged(server: Running, pattern: str) -> None:
    """Wait until the log says something."""
    await until(lambda: re.search(pattern.encode(), server.log))


@pytest.mark.browser
async def test_both_answer_and_one_that_is_killed_is_started_again(server: Running) -> None:
    """Readers of the other notice nothing; the log says it in one line."""
    one, two = await children(server)
    assert server.process.pid not in (one, two)
    async with connect(server) as ws:
        other = int(await ws.recv())
        victim = ({one, two} - {other}).pop()

        os.kill(victim, signal.SIGKILL)

        await logged(server, rf"process \d \(pid {victim}\) was ended by SIGKILL; .* at once\n")
        assert other in await children(server, but={victim})
        await ws.send("still here")
        assert await ws.recv() == "still here"


@pytest.mark.browser
async def test_one_is_started_again_while_redis_is_away(
    server: Running, redis: RedisServer
) -> None:
    """It serves what needs no Redis, and does not wait for it."""
    old = await children(server)
    await redis.kill()
    victim = old.pop()

    os.kill(victim, signal.SIGKILL)

    assert len(await children(server, but={victim})) == 2


@pytest.mark.browser
async def test_one_that_keeps_dying_waits_longer_each_time(server: Running) -> None:
    """At once, then after half a second, then after one."""
    for _ in range(3):
        victim = await served_by(server)
        os.kill(victim, signal.SIGKILL)
        await logged(server, rf"process (\d) \(pid {victim}\) was ended by SIGKILL")
    said = re.findall(rb"process (\d) \(pid \d+\) was ended by SIGKILL.*again (.*)\n", server.log)
    for place in (b"0", b"1"):
        waits = [wait for number, wait in said if number == place]
        assert waits == [b"at once", b"in 0.5 s", b"in 1 s"][: len(waits)]
    assert len(said) == 3


@pytest.mark.browser
async def test_a_stop_ends_all_with_1012(server: Running) -> None:
    """The supervisor ends with status 0, in time, and leaves no process."""
    pids = await children(server)
    async with connect(server) as ws, connect(server) as other:
        async with asyncio.timeout(6.5):
            assert await server.stop() == 0
        assert (await cut(ws), await cut(other)) == (1012, 1012)
    for pid in pids:
        await gone(pid)


@pytest.mark.browser
async def test_they_end_with_a_supervisor_that_is_killed(server: Running) -> None:
    """As at a stop: their readers are told to come back."""
    pids = await children(server)
    async with connect(server) as ws:
        server.process.kill()
        assert await cut(ws) == 1012
    for pid in pids:
        await gone(pid)


@pytest.mark.browser
async def test_a_rolling_restart_replaces_each_and_refuses_nobody(server: Running) -> None:
    """A new one serves before an old one leaves, which tells its readers 1012."""
    old = await children(server)
    async with connect(server) as ws:
        server.process.send_signal(signal.SIGUSR1)
        seen: set[int] = set()
        async with asyncio.timeout(60):
            while len(seen - old) < 2:
                with contextlib.suppress(ConnectionClosedError):  # 1012, by one that is leaving
                    seen.add(await served_by(server))
        assert await cut(ws) == 1012
    for pid in old:
        await gone(pid)
    assert await served_by(server) in seen - old


@pytest.mark.browser
async def test_nothing_is_lost_while_processes_are_replaced_and_killed(
    redis: RedisServer, write_tree: Any
) -> None:
    """The load tool, whose clients come back, finds nothing missing, doubled or out of order."""
    durable = ROOT / "benchmarks/durable"
    guide = write_tree({name: (durable / name).read_text() for name in ("gramex.yaml", "talk.py")})
    options = ("--broker", redis.url, "--processes", "2")
    async with running(guide, *options) as server:
        load = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-u",
                "-m",
                "liveguide",
                "load",
                f"ws://127.0.0.1:{server.port}/talk",
            ),
            *("--resume", "--clients", "20", "--messages", "600", "--rate", "60"),
            stdout=PIPE,
            stderr=STDOUT,
            cwd=ROOT,
        )
        assert load.stdout is not None
        said = await load.stdout.readline()
        old = pids(server)
        server.process.send_signal(signal.SIGUSR1)
        for pid in old:
            await gone(pid)
        os.kill(pids(server)[0], signal.SIGKILL)
        async with asyncio.timeout(60):
            said += await load.stdout.read()
            assert await load.wait() == 0, said.decode()
    assert re.search(rb"reconnects +[1-9]", said), said.decode()  # or this came too late


@pytest.mark.browser
async def test_a_rolling_restart_that_fails_leaves_the_old_ones(
    server: Running, guide: Path
) -> None:
    """What is wrong with the guide is said, once, and both go on."""
    old = await children(server)
    (guide / "gramex.yaml").write_text("url: [1")

    server.process.send_signal(signal.SIGUSR1)

    await logged(
        server, r"process 0 \(pid \d+\) ended with status 2 before it served; the others go"
    )
    assert await children(server) == old
    assert server.log.count(b"gramex.yaml") == 1


@pytest.mark.browser
async def test_one_that_can_t_be_started_leaves_the_others(server: Running) -> None:
    """The supervisor goes on without it, and tries again until it can."""
    old = await children(server)
    pid = server.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))

    server.process.send_signal(signal.SIGUSR1)

    await logged(server, r"process 0 can't be started: .*Too many open files\n.* the others go on")
    assert await children(server) == old
    os.kill(victim := min(old), signal.SIGKILL)
    await logged(server, rf"pid {victim}\) was ended .* at once\n.* can't be started: ")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    assert len(await children(server, but={victim})) == 2


@pytest.mark.browser
async def test_one_that_shows_no_life_is_killed(
    redis: RedisServer, write_tree: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where systemd has a watchdog for us, each process has one."""
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    stuck = "open:\n  function: who.block"
    block = "def block(handler):\n    import time\n    time.sleep(600)\n"
    guide = write_tree({"gramex.yaml": routes(who=WHO, stuck=stuck), "who.py": SAY + block})
    async with running(guide, "--broker", redis.url, "--processes", "2") as server:
        old = await children(server)
        url = f"ws://127.0.0.1:{server.port}/stuck"
        with pytest.raises((ConnectionClosed, EOFError)):
            async with websockets.connect(url, proxy=None, open_timeout=60) as ws:
                await ws.recv()
        await logged(server, r"process \d \(pid \d+\) shows no life and is killed")
        assert await children(server) != old


def test_one_that_never_serves_is_killed_and_said() -> None:
    """An author's module that waits for ever, in code that nothing interrupts, say."""
    code = (
        "import sys; from liveguide.server.running import supervising; "
        "supervising.READY_WITHIN = 0.1; "
        "sys.exit(supervising.Supervisor(['sleep', '600'], [], [[]], print).run())"
    )

    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert re.fullmatch(
        r"process 0 \(pid \d+\) does not serve within 0\.1 s and is killed; does a module of the "
        r"guide wait for something as it is imported\?\n",
        done.stderr,
    )


async def test_signals_that_come_during_the_build_end_nobody(
    guide: Path, redis: RedisServer, start: Any, tmp_path: Path
) -> None:
    """There is nothing to read anew or to replace yet; the server comes all the same."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (guide / "_theme/templates").mkdir(parents=True)
    (guide / "_theme/templates/page.html").write_text(f"{{{{ open({str(pipe)!r}).read() }}}}")
    (guide / "README.md").write_text("# Home\n")
    process = await start("--port", "0", "--processes", "2", "--broker", redis.url)
    building = await asyncio.to_thread(os.open, pipe, os.O_WRONLY)  # waits until it is read

    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGUSR1)

    os.close(building)
    lines = [await asyncio.wait_for(process.stdout.readline(), 60) for _ in range(2)]
    assert [line.split()[0] for line in lines] == [b"Built", b"Serving"]


def pids(server: Running) -> list[int]:
    """Return the ids of a supervisor's processes."""
    pid = server.process.pid
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.browser
async def test_a_reload_reaches_all(server: Running, guide: Path) -> None:
    """Both answer by the new configuration."""
    await children(server)
    (guide / "gramex.yaml").write_text(routes(who=WHO, new=WHO))

    server.process.send_signal(signal.SIGHUP)

    url = f"ws://127.0.0.1:{server.port}/new"
    found: set[str | bytes] = set()
    async with asyncio.timeout(60):
        while len(found) < 2:
            try:
                async with websockets.connect(url, proxy=None) as ws:
                    found.add(await ws.recv())
            except InvalidStatus:
                continue
    assert len(found) == 2


@pytest.mark.browser
async def test_a_reload_reaches_one_that_is_just_being_started(
    server: Running, guide: Path
) -> None:
    """It may have read the old configuration; it reads the new one when it serves."""
    await children(server)
    held = await hold_a_new_one(server, guide)

    (guide / "gramex.yaml").write_text(routes(new=WHO))
    server.process.send_signal(signal.SIGHUP)
    (guide / "hold").unlink()

    async with asyncio.timeout(30):
        answers = 0
        while answers != held:
            with contextlib.suppress(InvalidStatus, ConnectionClosed):
                answers = await served_by(server, "new")
    assert answers == held


async def hold_a_new_one(server: Running, guide: Path) -> int:
    """Begin a rolling restart, and return the new process, which waits for a file to go."""
    wait = (
        "import os, time\nfrom pathlib import Path\nhere = Path(__file__).parent\n"
        "(here / 'held').write_text(str(os.getpid()))\n"
        "while (here / 'hold').exists(): time.sleep(0.01)\n"
    )
    (guide / "hold").touch()
    (guide / "who.py").write_text(wait + SAY)
    server.process.send_signal(signal.SIGUSR1)
    held = guide / "held"
    return int(await until(lambda: held.exists() and held.read_text()))


@pytest.mark.browser
async def test_a_stop_amid_a_rolling_restart_ends_all(server: Running, guide: Path) -> None:
    """The new process, too, though it ends last; no other takes its place."""
    old = await children(server)
    held = await hold_a_new_one(server, guide)
    os.kill(held, signal.SIGSTOP)

    server.process.send_signal(signal.SIGTERM)
    for pid in old:
        await gone(pid)
    os.kill(held, signal.SIGCONT)

    assert await server.stop() == 0
    assert b"before it served" not in server.log


@pytest.mark.browser
async def test_systemd_hears_of_the_supervisor_alone(
    guide: Path, redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """READY=1 once, when all serve; STOPPING=1 once."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        async with running(guide, "--broker", redis.url, "--processes", "2") as server:
            await server.stop()
        assert manager.recv(100) == b"READY=1"
        assert manager.recv(100) == b"STOPPING=1"
        manager.setblocking(False)
        with pytest.raises(BlockingIOError):
            manager.recv(100)


@pytest.mark.browser
async def test_each_has_its_own_port_for_metrics(guide: Path, redis: RedisServer) -> None:
    """Free ones here; from the one that is named on, one after the other, otherwise."""
    options = ("--broker", redis.url, "--processes", "2", "--metrics", "0")
    async with running(guide, *options) as server:
        await until(lambda: server.out.count(b"/metrics\n") == 2)
        for address in re.findall(rb"Metrics (\S+)", server.out):
            answer = await AsyncHTTPClient().fetch(address.decode())
            assert b"liveguide_" in answer.body


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--processes 2 needs an engine that processes share; name one with --broker redis:"),
        (["--broker", "sqlite:x"], "needs an engine that processes share"),
        (["--broker", "redis://x", "--watch"], "--watch is for authors, and one process"),
    ],
)
async def test_what_processes_can_t_share_is_a_wrong_command_line(
    guide: Path, start: Any, tmp_path: Path, options: list[str], said: str
) -> None:
    """Status 2 and one sentence."""
    status, _, err = await ended(await start("--processes", "2", *options))

    assert status == 2
    assert said in err
    assert err.count("\n") == 1


async def test_a_port_for_metrics_that_is_none_ends_the_start(
    redis: RedisServer, start: Any, write_tree: Any, tmp_path: Path
) -> None:
    """Past 65535 the system would begin anew, with ports that nobody asks."""
    write_tree({})
    (tmp_path / "site").mkdir()
    (tmp_path / "site/.liveguide.json").write_text("{}")
    options = ["--port", "0", "--no-build", "--processes", "3", "--broker", redis.url]

    status, _, err = await ended(await start(*options, "--metrics", "65534"))

    assert status == 1
    assert err.endswith("--metrics: there is no port 65536; begin with a lower one\n")


async def test_what_is_wrong_with_the_guide_is_said_once(
    redis: RedisServer, start: Any, write_tree: Any, tmp_path: Path
) -> None:
    """By the first process, whose status is that of all."""
    write_tree({"gramex.yaml": "url: [1"})
    (tmp_path / "site").mkdir()
    (tmp_path / "site/.liveguide.json").write_text("{}")
    options = ["--port", "0", "--no-build", "--processes", "3", "--broker", redis.url]

    status, out, err = await ended(await start(*options))

    assert (status, out) == (2, "")
    assert err.count("gramex.yaml") == 1
