"""TLS: what the server says to wrong files, and what it is once it speaks TLS."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import websockets
from certificate import make_certificate

from liveguide.errors import UsageError
from liveguide.server.running.tls import tls_context

from ..conftest import routes

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[3]

OWN = "on_message:\n  function: handler.write_message(message)"
SESSION = "open:\n  function: handler.write_message(handler.session['id'])"
WHO = "open:\n  function: handler.write_message(handler.request.protocol)"


@dataclass
class Secured:
    """A server that speaks TLS."""

    process: Process
    certificate: Path
    port: int

    def connect(self, path: str, **options: Any) -> websockets.connect:
        """Open a WebSocket over TLS, trusting the server's own certificate."""
        options.setdefault("ssl", ssl.create_default_context(cafile=self.certificate))
        return websockets.connect(f"wss://127.0.0.1:{self.port}{path}", proxy=None, **options)

    async def log(self) -> list[str]:
        """Stop the server, and return what it has logged."""
        self.process.terminate()
        _, err = await asyncio.wait_for(self.process.communicate(), 60)
        assert self.process.returncode == 0
        return err.decode().splitlines()


Secure = Callable[..., Awaitable[Secured]]


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> tuple[Path, Path]:
    """Return a certificate and its key."""
    return make_certificate(tmp_path / "tls")


@pytest.fixture(name="command")
def _command(write_tree: Any, tmp_path: Path) -> list[str]:
    """Return the command that serves a guide whose endpoints tell who is asking."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("<h1>Home</h1>")
    (tmp_path / "site/.liveguide.json").write_text("{}")
    guide = write_tree({"gramex.yaml": routes(echo=OWN, session=SESSION, who=WHO)})
    options = ["--site", str(tmp_path / "site"), "--no-build", "--port", "0"]
    return [sys.executable, str(ROOT / "site_server.py"), str(guide), *options]


@pytest.fixture(name="secure")
def _secure(
    command: list[str], files: tuple[Path, Path], launch: Callable[..., Awaitable[Process]]
) -> Secure:
    """Return a function that starts the server with these options, by default both files."""

    async def secure(*options: str) -> Secured:
        certificate, key = map(str, files)
        options = options or ("--certfile", certificate, "--keyfile", key)
        process = await launch(*command, *options)
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        assert line.startswith("Serving https://127.0.0.1:"), line
        return Secured(process, files[0], int(line.rpartition(":")[2].strip().strip("/")))

    return secure


def test_without_files_there_is_no_tls():
    """The server speaks plain HTTP."""
    assert tls_context(None, None) is None


def test_a_certificate_and_its_key_are_taken(files):
    """Nothing older than TLS 1.2 is spoken."""
    context = tls_context(*files)

    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_file_may_hold_both(files, order, tmp_path):
    """The key may stand before the certificate or after it."""
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(files[index].read_bytes() for index in order))

    assert tls_context(both, None) is not None


def test_a_key_alone_is_refused(files):
    """A key says nothing about whose it is."""
    with pytest.raises(UsageError) as caught:
        tls_context(None, files[1])

    assert str(caught.value) == (
        "--keyfile needs the key's certificate; name its file with --certfile"
    )


def test_a_certificate_alone_is_refused(files):
    """Where the file holds no key, another must."""
    certificate, _ = files

    with pytest.raises(UsageError) as caught:
        tls_context(certificate, None)

    assert str(caught.value) == (
        f"{certificate} holds no private key; name its file with --keyfile"
    )


@pytest.mark.parametrize("place", [0, 1])
def test_a_missing_file_is_named(files, place):
    """Whichever of the two it is."""
    files[place].unlink()

    with pytest.raises(UsageError) as caught:
        tls_context(*files)

    assert str(caught.value) == (
        f"{files[place]} can't be read (No such file or directory); "
        "name a PEM file that the server may read"
    )


def test_a_folder_is_not_read(files, tmp_path):
    """Neither is anything else that can't be."""
    with pytest.raises(UsageError) as caught:
        tls_context(tmp_path, files[1])

    assert str(caught.value) == (
        f"{tmp_path} can't be read (Is a directory); name a PEM file that the server may read"
    )


def test_a_certificate_in_another_format_is_refused(files):
    """The DER format is bytes."""
    certificate, key = files
    certificate.write_bytes(ssl.PEM_cert_to_DER_cert(certificate.read_text()))

    with pytest.raises(UsageError) as caught:
        tls_context(certificate, key)

    assert str(caught.value) == (
        f"{certificate} holds no certificate; --certfile takes one in PEM format"
    )


def test_a_key_in_another_format_is_refused(files):
    """A text that is no key, for one."""
    certificate, key = files
    key.write_text("secret")

    with pytest.raises(UsageError) as caught:
        tls_context(certificate, key)

    assert str(caught.value) == f"{key} holds no private key; --keyfile takes one in PEM format"


def test_the_files_the_wrong_way_round_are_refused(files):
    """The message names the file that was taken for the certificate."""
    certificate, key = files

    with pytest.raises(UsageError) as caught:
        tls_context(key, certificate)

    assert str(caught.value) == f"{key} holds no certificate; --certfile takes one in PEM format"


def test_the_key_of_another_certificate_is_refused(files, tmp_path):
    """The message names both files."""
    certificate, _ = files
    _, other = make_certificate(tmp_path / "other")

    with pytest.raises(UsageError) as caught:
        tls_context(certificate, other)

    assert str(caught.value) == (
        f"the key in {other} is not that of the first certificate in {certificate}"
    )


def test_a_key_with_a_password_is_refused(tmp_path):
    """Nobody is asked for it, and the message says how to take it away."""
    certificate, key = make_certificate(tmp_path / "locked", password=b"secret")

    with pytest.raises(UsageError) as caught:
        tls_context(certificate, key)

    assert str(caught.value) == (
        f"the key in {key} has a password; write it without one: openssl pkey -in {key} -out PLAIN"
    )


@pytest.mark.parametrize("place", [0, 1])
def test_a_damaged_file_is_refused(files, place):
    """What is PEM only from outside is no better."""
    lines = files[place].read_text().splitlines(keepends=True)
    files[place].write_text("".join([lines[0], *lines[2:]]))

    with pytest.raises(UsageError) as caught:
        tls_context(*files)

    assert str(caught.value).startswith(f"OpenSSL can't use {files[0]} and {files[1]} (")
    assert str(caught.value).endswith("); write the certificate and its key anew")


async def test_a_wrong_file_ends_the_start_with_2(command, files):
    """One sentence on standard error, and no question for a password."""
    files[1].write_text("secret")
    options = ["--certfile", str(files[0]), "--keyfile", str(files[1])]
    process = await asyncio.create_subprocess_exec(
        *command, *options, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )

    out, err = await asyncio.wait_for(process.communicate(), 60)

    assert (process.returncode, out.decode(), err.decode()) == (
        2,
        "",
        f"site_server: {files[1]} holds no private key; --keyfile takes one in PEM format\n",
    )


async def test_a_socket_talks_over_tls(secure):
    """Over TLS 1.3, where the client can."""
    served = await secure()

    async with served.connect("/echo") as ws:
        version = ws.transport.get_extra_info("ssl_object").version()
        await ws.send("hello")
        answer = await ws.recv()

    assert (version, answer) == ("TLSv1.3", "hello")
    assert await served.log() == []


async def test_one_file_is_enough(secure, files):
    """Where it holds both."""
    files[0].write_bytes(files[0].read_bytes() + files[1].read_bytes())
    served = await secure("--certfile", str(files[0]))

    async with served.connect("/who") as ws:
        assert await ws.recv() == "https"


async def test_the_cookie_is_bound_to_the_host(secure):
    """Browsers let no other host and no page without TLS set it, and it leads to its session."""
    served = await secure()
    own = f"https://127.0.0.1:{served.port}"
    async with served.connect("/session", origin=own) as ws:
        cookie = ws.response.headers["Set-Cookie"]
        session = await ws.recv()
    headers = {"Cookie": cookie.partition(";")[0]}

    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    for origin, same in [(own, True), (own.replace("https", "http"), False)]:
        async with served.connect("/session", origin=origin, additional_headers=headers) as ws:
            assert (await ws.recv() == session) is same


async def test_a_page_s_trace_works(secure):
    """What happens to a socket is told to its page, over TLS as well."""
    served = await secure()
    own = f"https://127.0.0.1:{served.port}"

    async with served.connect("/_liveguide/trace", origin=own) as trace:
        key = json.loads(await trace.recv())["key"]
        async with served.connect(f"/echo?_liveguide={key}.1") as ws:
            await ws.send("hello")
            await ws.recv()
        told = [json.loads(await trace.recv())["type"]]
        while told[-1] != "close":
            told.append(json.loads(await trace.recv())["type"])

    assert told[0] == "handshake"


async def test_a_request_without_tls_is_one_line_of_the_log(secure):
    """Whoever sends one is cut off; the log has no traceback, and others are served."""
    served = await secure()
    for sent in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 100):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(sent)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await asyncio.wait_for(reader.readexactly(100), 60)
        writer.close()
    async with served.connect("/who") as ws:
        assert await ws.recv() == "https"

    lines = await served.log()
    assert len(lines) == 2, lines
    assert all(" WARNING SSL Error on " in line for line in lines)


async def test_a_client_that_does_not_trust_the_certificate_is_one_line_at_most(secure):
    """It may say why it leaves, or just leave."""
    served = await secure()

    with pytest.raises(ssl.SSLCertVerificationError):
        await served.connect("/who", ssl=ssl.create_default_context())

    assert len(await served.log()) <= 1


async def test_a_client_that_goes_before_the_handshake_leaves_no_line(secure):
    """As port scanners and load balancers do."""
    served = await secure()
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.close()
    await writer.wait_closed()
    async with served.connect("/who") as ws:
        await ws.recv()

    assert await served.log() == []


async def test_a_stop_closes_sockets_over_tls(secure):
    """With 1012, as without TLS."""
    served = await secure()

    async with served.connect("/echo") as ws:
        served.process.terminate()
        with pytest.raises(websockets.ConnectionClosed):
            await ws.recv()

    assert ws.close_code == 1012
