"""Servers as operators run them, over one Redis: their start, their end, and what outlives them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import websockets

from tests.adversary.process import running
from tests.server.conftest import _start as _start
from tests.server.conftest import ended

from .redis_server import RedisServer
from .test_rooms import guide, say, texts, told

pytestmark = pytest.mark.long


@pytest.fixture(name="files")
def _files(write_tree) -> Path:
    """Write a guide with a durable room, and a site beside it."""
    folder: Path = write_tree(guide(history="history: 100")[1])
    (folder.parent / "site").mkdir()
    (folder.parent / "site/.liveguide.json").write_text("{}")
    return folder


def connect(port: int, since: str = "") -> websockets.connect:
    """Open a WebSocket that resumes."""
    url = f"ws://127.0.0.1:{port}/chat?since={since}"
    return websockets.connect(url, proxy=None, compression=None)


@pytest.mark.browser
async def test_what_one_process_was_told_outlives_it(files: Path, redis: RedisServer) -> None:
    """It is killed; its client goes on at another process, with nothing missing or doubled."""
    async with (
        running(files, "--broker", redis.url) as one,
        running(files, "--broker", redis.url) as two,
        connect(two.port) as other,
        connect(one.port) as ws,
    ):
        epoch = (await told(ws))["epoch"]
        accepted = await say(ws, "first", "id-1")
        one.process.kill()
        assert await texts(other, 1) == ["first"]
        await say(other, "second")
        async with connect(two.port, f"{epoch}:{accepted['offset']}") as back:
            assert (await told(back))["recovered"] is True
            assert await texts(back, 1) == ["second"]
            assert await say(back, "first", "id-1") == accepted


@pytest.mark.browser
async def test_a_stop_closes_with_1012_and_leaves_the_rooms(
    files: Path, redis: RedisServer
) -> None:
    """The process ends with status 0, and its members are gone for the others."""
    async with running(files, "--broker", redis.url) as one, connect(one.port) as ws:
        await told(ws)
        status = await one.stop()
        with pytest.raises(websockets.exceptions.ConnectionClosed):
            await told(ws, "never")
        assert ws.close_code == 1012

    assert status == 0
    assert await redis.client.keys("liveguide:*:members") == []


@pytest.mark.browser
async def test_a_redis_that_is_full_is_told_to_who_speaks(files: Path, redis: RedisServer) -> None:
    """Its client knows that the message was refused, and stays; so does everybody else."""
    async with (
        running(files, "--broker", redis.url) as server,
        connect(server.port) as ws,
        connect(server.port) as other,
    ):
        await told(ws)
        await redis.client.config_set("maxmemory", "1")
        refused = await say(ws, "too much", "id-1")
        assert refused == {"type": "refused", "id": "id-1", "reason": "full"}
        await redis.client.config_set("maxmemory", "0")
        await say(ws, "enough", "id-1")
        assert await texts(other, 1) == ["enough"]


async def test_a_broker_that_does_not_answer_ends_the_start(files: Path, start) -> None:
    """Within three seconds, with status 1 and one sentence, which shows no password."""
    began = time.monotonic()
    process = await start("--port", "0", "--no-build", "--broker", "redis://:secret@127.0.0.1:1/0")

    status, out, err = await ended(process)

    assert (status, out) == (1, "")
    assert err.startswith("site_server: --broker: redis://127.0.0.1:1/0 can't be used: ")
    assert err.count("\n") == 1
    assert "secret" not in err
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("address", ["rabbit://x", "redis:x"])
async def test_an_address_that_is_none_is_a_wrong_command_line(
    files: Path, start, address: str
) -> None:
    """Status 2, and what would be an address."""
    process = await start("--port", "0", "--no-build", "--broker", address)

    status, _, err = await ended(process)

    assert status == 2
    assert f"'{address}' is no broker; write memory, sqlite:PATH or redis://HOST:PORT" in err


async def test_a_database_is_a_number(files: Path, start) -> None:
    """Whatever else stands there would be 0, in which another guide may be."""
    process = await start("--port", "0", "--no-build", "--broker", "redis://:secret@host/guide")

    status, _, err = await ended(process)

    assert status == 2
    assert "'redis://host/guide': a database of a Redis is a number, from 0" in err


@pytest.mark.parametrize("query", ["x=y", "socket_timeout=soon"])
async def test_a_query_that_redis_py_does_not_know_is_a_wrong_command_line(
    files: Path, start, query: str
) -> None:
    """Status 2 and one sentence, before anybody is asked."""
    address = f"redis://127.0.0.1:1/0?{query}"
    process = await start("--port", "0", "--no-build", "--broker", address)

    status, out, err = await ended(process)

    assert (status, out) == (2, "")
    assert err.startswith(f"site_server: --broker: {address} is no address of a Redis; ")
    assert err.count("\n") == 1


async def test_a_file_that_can_t_be_used_ends_the_start(files: Path, start) -> None:
    """With one sentence, and status 1."""
    process = await start("--port", "0", "--no-build", "--broker", f"sqlite:{files}")

    status, _, err = await ended(process)

    assert status == 1
    assert err == f"site_server: --broker: {files} can't be used: unable to open database file\n"


async def test_the_environment_names_the_broker_too(files: Path, start, monkeypatch) -> None:
    """What is wrong there is said with the variable's name, without the password."""
    monkeypatch.setenv("LIVEGUIDE_BROKER", "mysql://user:secret@host/0")
    process = await start("--port", "0", "--no-build")

    status, _, err = await ended(process)

    assert status == 2
    assert "LIVEGUIDE_BROKER: 'mysql://host/0' is no broker" in err
