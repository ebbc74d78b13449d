"""The command `liveguide load`, as a process."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import ssl
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from certificate import make_certificate
from tornado.websocket import WebSocketProtocol13

from liveguide.commands import main
from load.servers import serving

pytestmark = pytest.mark.long

HERE = Path(__file__).parent
QUICK = ("--clients=4", "--rate=200", "--messages=20", "--wait=0.3")


@pytest.fixture(name="base", scope="module")
async def _base() -> AsyncIterator[str]:
    """Give the address of a server with a room of each kind."""
    with serving() as base:
        yield base


async def load(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run the command; return its exit status, what it said, and its progress and errors."""
    async with asyncio.timeout(60):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "liveguide", "load", *arguments),
            stdout=PIPE,
            stderr=PIPE,
            env=os.environ | environment,
        )
        told, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode(), errors.decode()


async def test_the_table_tells_all(base: str, tmp_path: Path) -> None:
    """A good run ends with 0, and its numbers are in the file for machines, too."""
    path = tmp_path / "result.json"
    status, told, errors = await load(base + "good", *QUICK, "--json", str(path))

    rows = dict(
        re.split(r" {3,}", line, maxsplit=1)
        for line in told.strip().partition("\n\n")[0].splitlines()
    )
    assert (status, errors) == (0, "")
    assert list(rows) == (
        "clients,sent,delivered,latency,lost,doubled,out of order,closed,this tool".split(",")
    )
    assert rows["sent"].startswith("20 by 4, ")
    assert rows["delivered"].startswith("80, ")
    assert rows["delivered"].endswith(" a second, each by all")
    assert re.fullmatch(
        r"p50 \S+ ms, p90 \S+ ms, p99 \S+ ms, p99.9 \S+ ms, max \S+ ms", rows["latency"]
    )
    result = json.loads(path.read_text())
    assert result["good"]
    assert (result["sent"], result["delivered"], result["lost"]) == (20, 80, 0)
    assert list(result["latency"]) == ["p50", "p90", "p99", "p99.9", "max"]
    assert result["accepted"] is None


async def test_a_bad_run_ends_with_1(base: str) -> None:
    """What was lost stands in the table."""
    status, told, _ = await load(base + "dropping", *QUICK)

    assert status == 1
    assert "lost           8\n" in told


async def test_without_a_server_it_says_so() -> None:
    """In a sentence, and with status 2."""
    assert await load("ws://127.0.0.1:1/", *QUICK) == (
        *(2, ""),
        "liveguide load: nobody could connect to ws://127.0.0.1:1/: Connection refused\n",
    )


async def test_a_server_that_breaks_the_rules() -> None:
    """It is cut off, which the table tells, without a traceback."""
    answer = b"HTTP/1.1 101 -\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
        assert key is not None
        accept = WebSocketProtocol13.compute_accept_value(key[1])
        writer.write(answer + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode() + b"\xff\xff")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        status, told, errors = await load(f"ws://127.0.0.1:{port}/", *QUICK)

    assert status == 1
    assert "closed         1006 (4 times)\n" in told
    assert "Traceback" not in errors


async def test_tls(tmp_path: Path) -> None:
    """A certificate must be one that this computer trusts, or that SSL_CERT_FILE names."""
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(tls=context) as base:
        status, told, _ = await load(base + "good", *QUICK, SSL_CERT_FILE=str(certificate))
        refused, _, errors = await load(base + "good", *QUICK)

    assert (status, refused) == (0, 2)
    assert "delivered      80, " in told
    assert errors.endswith("self-signed certificate\n")


async def test_a_server_that_is_killed(tmp_path: Path) -> None:
    """The run ends, and tells what was lost and how the connections ended."""
    async with asyncio.timeout(60):
        server = await asyncio.create_subprocess_exec(
            *(sys.executable, HERE / "servers.py"), stdout=PIPE
        )
        assert server.stdout is not None
        base = (await server.stdout.readline()).decode().strip()
        status, told, _ = await load(
            *(base + "dying", "--clients=4", "--rate=100", "--duration=1000", "--wait=1"),
            f"--json={tmp_path / 'result.json'}",
        )
        await server.communicate()

    assert server.returncode == -signal.SIGKILL
    assert status == 1
    assert "closed         1006 (4 times)\n" in told
    assert json.loads((tmp_path / "result.json").read_text())["closes"] == {"1006": 4}


async def test_ctrl_c_ends_with_the_table(base: str) -> None:
    """Nothing is lost by it; into a pipe, the progress is a line a second."""
    async with asyncio.timeout(60):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "liveguide", "load", base + "good", "--duration=1000"),
            *("--clients=4", "--rate=50"),
            stdout=PIPE,
            stderr=PIPE,
        )
        assert process.stderr is not None
        lines = [await process.stderr.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        told, _ = await process.communicate()

    assert process.returncode == 0
    assert re.fullmatch(
        rb"publishing: 4 clients, \d+ sent, \d+ delivered, p50 \S+ ms, p99 \S+ ms\n", lines[-1]
    )
    assert b"lost           0\n" in told


async def test_at_a_terminal_one_line_is_rewritten(base: str) -> None:
    """It is gone when the table comes."""
    ours, theirs = pty.openpty()
    async with asyncio.timeout(60):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "liveguide", "load", base + "echo", "--duration=1.5"),
            stdout=PIPE,
            stderr=theirs,
        )
        await process.communicate()
    os.close(theirs)
    shown = os.read(ours, 100_000)
    os.close(ours)

    assert shown.startswith(b"\r\x1b[Kpublishing: ")
    assert shown.endswith(b"\r\x1b[K")
    assert b"\n" not in shown


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["http://x/"], "'http://x/' is not the address of a WebSocket; write it as "),
        (["ws://x/#a"], "'ws://x/#a' is not the address of a WebSocket; write it as "),
        (["ws://:80/"], "'ws://:80/' is not the address of a WebSocket; write it as "),
        (["ws://a:b@x/"], "an address with a password is not sent; give it as --header "),
        (["ws://x/", "--clients", "0"], "'0' is not a whole number of 1 or more"),
        (["ws://x/", "--rate", "-1"], "'-1' is not a number above 0"),
        (["ws://x/", "--rate", "nan"], "'nan' is not a number above 0"),
        (["ws://x/", "--size", "10"], "a message needs 64 bytes for its mark, and 10 is less"),
        (["ws://x/", "--header", "x"], "'x' is not a header; write it as 'Name: value'"),
        (["ws://x/", "--header", "x: a\r\ny"], "'x: a\\r\\ny' is not a header; write it as "),
        (["ws://x/", "--header", "Upgrade: y"], "the header Upgrade is the handshake's own"),
    ],
)
def test_a_wrong_command_line(
    capsys: pytest.CaptureFixture[str], given: list[str], message: str
) -> None:
    """It is answered with what is wrong."""
    with pytest.raises(SystemExit) as exit:
        main(["load", *given])

    assert exit.value.code == 2
    assert message in capsys.readouterr().err


def test_more_publishers_than_clients(capsys: pytest.CaptureFixture[str]) -> None:
    """They are clients themselves."""
    assert main(["load", "ws://x/", "--publishers", "5", "--clients", "4"]) == 2

    assert capsys.readouterr().err == (
        "liveguide load: 5 of 4 clients can't publish; make --clients more, or --publishers less\n"
    )


def test_more_clients_than_files(capsys: pytest.CaptureFixture[str]) -> None:
    """The system's bound is told before anything is tried."""
    assert main(["load", "ws://x/", "--clients", "100000000"]) == 2

    assert "100000000 clients need 100000064 open files" in capsys.readouterr().err


def test_without_its_library_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a sentence."""
    monkeypatch.setitem(sys.modules, "picows", None)
    monkeypatch.delitem(sys.modules, "liveguide.load.clients", raising=False)

    assert main(["load", "ws://127.0.0.1:1/"]) == 2
    assert capsys.readouterr().err == (
        "liveguide load: the package picows is missing; install it with "
        "pip install 'liveguide[load]'\n"
    )
