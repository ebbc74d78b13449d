"""Sessions of two processes over a real Redis: two applications, with an engine each."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import websockets
from tornado.httpclient import HTTPResponse
from tornado.httputil import HTTPHeaders
from websockets.exceptions import ConnectionClosed, InvalidStatus

from liveguide.passwords import PasswordHash
from liveguide.server.admission.attempts import MOST_ATTEMPTS
from liveguide.server.sessions.session import Session
from tests.rooms.conftest import _redis as _redis
from tests.rooms.redis_server import RedisServer
from tests.waiting import until

from ..conftest import Serve, Served, routes
from ..sharing import sharing

pytestmark = pytest.mark.long

GUIDE = {
    "gramex.yaml": routes(
        put="on_message:\n  function: notes.put",
        get="open:\n  function: notes.get\non_message:\n  function: notes.get",
        mine="open:\n  function: notes.get\non_message:\n  function: notes.get\nauth: true",
    )
    + "  login:\n    pattern: /login\n    handler: SimpleAuth\n    kwargs:\n"
    + f"      credentials:\n        ada: {str(PasswordHash.of('lovelace'))!r}\n",
    "notes.py": """\
import json

def put(handler, message):
    key, value = json.loads(message)
    handler.session[key] = {1, 2} if value == "a set" else value
    if key == "id":
        handler.session["tried"] = True
    handler.write_message("kept")

def get(handler, message=None):
    known = {k: v for k, v in handler.session.items() if k != "id"}
    handler.write_message(json.dumps(known, sort_keys=True))
""",
}


class Two:
    """Two processes, and a reader with a cookie."""

    def __init__(self, servers: list[Served], redis: RedisServer) -> None:
        self.servers, self.redis = servers, redis
        self.cookie = ""

    def connect(self, number: int, path: str) -> websockets.connect:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        return self.servers[number].connect(path, additional_headers=headers)

    async def put(self, number: int, key: str, value: object) -> None:
        """Have a function put something into the session, at one of the processes."""
        async with self.connect(number, "/put") as ws:
            self._keep(ws.response.headers.get("Set-Cookie"))
            await ws.send(json.dumps([key, value]))
            assert await ws.recv() == "kept"

    async def get(self, number: int, path: str = "/get") -> Any:
        """Return what one of the processes finds in it."""
        async with self.connect(number, path) as ws:
            return json.loads(await ws.recv())

    async def post(self, number: int, **fields: str) -> HTTPResponse:
        """Send the form of the login page."""
        page = await self.servers[number].get("/login", headers={"Cookie": self.cookie})
        self._keep(page.headers.get("Set-Cookie"))
        token = page.body.decode().partition('name="token" value="')[2].partition('"')[0]
        body = "&".join(f"{key}={value}" for key, value in {"token": token, **fields}.items())
        headers = HTTPHeaders({"Cookie": self.cookie})
        answer = await self.servers[number].get("/login", method="POST", body=body, headers=headers)
        self._keep(answer.headers.get("Set-Cookie"))
        return answer

    async def log_in(self, number: int) -> None:
        assert (await self.post(number, name="ada", password="lovelace")).code == 303

    def _keep(self, cookie: str | None) -> None:
        if cookie:
            self.cookie = cookie.partition(";")[0]


@pytest.fixture(name="two")
async def _two(serve: Serve, redis: RedisServer) -> AsyncIterator[Two]:
    """Serve a guide twice, with its sessions in one Redis."""
    async with sharing(serve, redis, GUIDE) as servers:
        yield Two(servers, redis)


def store(two: Two, number: int) -> Any:
    return two.servers[number].app._shared_sessions


async def test_what_a_function_keeps_the_other_process_finds(two: Two) -> None:
    """Set, changed and found, each time at the next handshake."""
    await two.put(0, "cart", ["tea"])
    assert await two.get(1) == {"cart": ["tea"]}

    await two.put(1, "cart", ["tea", "milk"])
    await two.put(0, "name", "Ada")

    assert await two.get(0) == await two.get(1) == {"cart": ["tea", "milk"], "name": "Ada"}


async def test_what_is_open_elsewhere_hears_of_a_change(two: Two) -> None:
    """Without another handshake."""
    await two.put(0, "n", 1)
    async with two.connect(1, "/get") as ws:
        assert json.loads(await ws.recv()) == {"n": 1}

        await two.put(0, "n", 2)

        async with asyncio.timeout(30):
            while True:
                await ws.send("again")
                if json.loads(await ws.recv()) == {"n": 2}:
                    break


async def test_a_message_is_no_question_to_redis(two: Two) -> None:
    """Nothing is asked or told while nothing changes."""
    await two.put(0, "n", 1)
    async with two.connect(0, "/get") as ws:
        await ws.recv()
        before = (await two.redis.client.info("stats"))["total_commands_processed"]
        for _ in range(20):
            await ws.send("again")
            await ws.recv()
        after = (await two.redis.client.info("stats"))["total_commands_processed"]
    assert after - before < 10  # a beat, a ping, and these two questions


async def test_a_login_holds_everywhere_and_so_does_a_logout(two: Two) -> None:
    """The user is known to both; a logout at one closes with 1008 what is open at the other."""
    with pytest.raises(InvalidStatus):
        await two.get(1, "/mine")
    await two.log_in(0)
    assert (await two.get(1, "/mine"))["user"]["id"] == "ada"

    async with two.connect(1, "/mine") as ws:
        await ws.recv()
        cookie = two.cookie
        async with asyncio.timeout(5):
            assert (await two.post(0, logout="1")).code == 303
            with pytest.raises(ConnectionClosed):
                await ws.recv()
        assert (ws.close_code, ws.close_reason) == (1008, "logged out")
    two.cookie = cookie
    for number in (0, 1):
        with pytest.raises(InvalidStatus):
            await two.get(number, "/mine")


async def test_attempts_to_log_in_count_at_all_processes(two: Two) -> None:
    """After ten that fail, wherever, none is looked at; one that succeeds does not count."""
    for number in (0, 1):
        await two.log_in(number)
        await two.post(number, logout="1")
    for n in range(MOST_ATTEMPTS):
        assert (await two.post(n % 2, name="ada", password="wrong")).code == 401

    for number in (0, 1):
        refused = await two.post(number, name="ada", password="lovelace")
        assert refused.code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 60
    (key,) = await two.redis.client.keys("liveguide:attempts:*")
    assert 0 < await two.redis.client.ttl(key) <= 60


async def test_attempts_count_at_each_process_while_redis_is_full(two: Two) -> None:
    """They are looked at, and bounded."""
    await two.redis.client.config_set("maxmemory", "1")

    codes = [(await two.post(0, name="ada", password="wrong")).code for _ in range(11)]

    assert codes == [401] * MOST_ATTEMPTS + [429]
    assert (await two.post(1, name="ada", password="wrong")).code == 401


async def test_a_logout_while_the_other_process_hears_nothing(two: Two) -> None:
    """It finds out as soon as it hears again, and closes what is open."""
    await two.log_in(0)
    async with two.connect(1, "/mine") as ws:
        await ws.recv()
        keys = await two.redis.client.keys("liveguide:session:*")
        (key,) = [key for key in keys if await two.redis.client.hexists(key, "user")]
        await two.redis.client.hset(key, "", 1)  # as a logout does, but told to nobody
        for client in await two.redis.client.client_list(_type="pubsub"):
            await two.redis.client.client_kill_filter(_id=client["id"])
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(10):
                await ws.recv()
        assert ws.close_code == 1008


def unuse(two: Two, number: int) -> Session:
    """Let a user's session be idle at a process for as long as it may; return it."""
    sessions = two.servers[number].app._sessions
    (session,) = [one for one in sessions.open_ones() if "user" in one]
    session.used -= sessions.time_left(session)
    return session


async def test_who_is_active_at_one_process_stays_at_all(two: Two) -> None:
    """What is idle at the other goes on, and ends where the reader is idle at both."""
    await two.log_in(0)
    async with two.connect(0, "/mine") as active, two.connect(1, "/mine") as idle:
        for ws in (active, idle):
            await ws.recv()
        endings = two.servers[1].app._endings
        session = unuse(two, 1)
        now = time.monotonic()
        endings._look(session)
        await until(lambda: session.used > now - 60)
        await idle.send("still here")
        await idle.recv()

        unuse(two, 0)
        endings._look(unuse(two, 1))
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(idle.recv(), 10)
        assert (idle.close_code, idle.close_reason) == (1008, "the session has ended")


async def test_who_is_idle_while_redis_is_away_is_closed(two: Two) -> None:
    """Nobody says anything else."""
    await two.log_in(0)
    async with two.connect(0, "/mine") as ws:
        await ws.recv()
        await two.redis.kill()
        two.servers[0].app._endings._look(unuse(two, 0))
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(ws.recv(), 10)
        assert ws.close_code == 1008


async def test_while_redis_is_away_nobody_is_who_can_t_be_known(two: Two) -> None:
    """What is open goes on, strangers are served, and who needs a user is told to come back."""
    await two.log_in(0)
    async with two.connect(0, "/mine") as ws:
        await ws.recv()
        await two.redis.kill()
        await until(lambda: not any(store(two, n)._exchange.is_up for n in (0, 1)))

        await ws.send("still here")
        assert json.loads(await ws.recv())["user"]["id"] == "ada"
        assert (await two.get(0, "/mine"))["user"]["id"] == "ada"  # for it is at hand there
        with pytest.raises(InvalidStatus) as refused:
            await two.get(1, "/mine")
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["Retry-After"] == "5"
        assert await two.get(1, "/get") == {}
        assert (await two.post(1, name="ada", password="lovelace")).code == 503
        await two.put(0, "said", "meanwhile")

        await two.redis.start()
        await until(lambda: all(store(two, n)._exchange.is_up for n in (0, 1)))
        await store(two, 0).flush()
        assert (await two.get(1, "/mine"))["said"] == "meanwhile"


async def test_while_redis_is_full_sessions_are_found(two: Two) -> None:
    """Whoever has logged in is known everywhere; who does now is told to come back."""
    await two.log_in(0)
    await two.redis.client.config_set("maxmemory", "1")

    assert (await two.get(1, "/mine"))["user"]["id"] == "ada"
    two.cookie = ""
    assert (await two.post(1, name="ada", password="lovelace")).code == 503


async def test_a_wiped_redis_gets_what_is_at_hand(two: Two) -> None:
    """A reader with something open stays who they are."""
    await two.log_in(0)
    async with two.connect(0, "/mine") as ws:
        await ws.recv()
        await two.redis.client.flushall()
        with pytest.raises(InvalidStatus):
            await two.get(1, "/mine")

        assert (await two.get(0, "/mine"))["user"]["id"] == "ada"

        await store(two, 0).flush()
        assert (await two.get(1, "/mine"))["user"]["id"] == "ada"


async def test_what_json_can_t_hold_is_an_error_of_the_function(two: Two, caplog: Any) -> None:
    """1011 for its connection, and a line that says which key and what to do."""
    async with two.connect(0, "/put") as ws:
        await ws.send(json.dumps(["tags", "a set"]))
        assert await ws.recv() == "kept"
        with pytest.raises(ConnectionClosed):
            await ws.recv()
        assert ws.close_code == 1011
    said = str(caplog.records[-1].exc_info[1])
    assert said.startswith("handler.session['tags'] can't be shared by processes (Object of type")
    assert said.endswith("keep there what JSON can hold")


@pytest.mark.parametrize("told", ["", "{", "[]", "{}", '{"process": 1, "session": 2}', "[" * 99999])
async def test_what_makes_no_sense_is_passed_over(two: Two, caplog: Any, told: str) -> None:
    """With a line in the log; what comes next is heard."""
    await two.put(0, "n", 1)
    async with two.connect(1, "/get"):
        await two.redis.client.publish("liveguide:sessions", told)
        await until(lambda: "makes no sense" in caplog.text)
    await two.put(0, "n", 2)
    assert await two.get(1) == {"n": 2}


async def test_what_can_t_be_shared_is_taken_out_again(two: Two) -> None:
    """The reader can go on, and log in."""
    await two.put(0, "tags", "tea")
    await two.put(0, "tags", "a set")
    assert await two.get(0) == await two.get(1) == {"tags": "tea"}
    await two.log_in(0)
    assert (await two.get(1))["tags"] == "tea"


@pytest.mark.parametrize("key", ["", "\ud800"])
async def test_a_key_that_redis_can_t_have_is_refused(two: Two, key: str) -> None:
    """The empty one means the end of a session there."""
    await two.put(0, "n", 1)
    await two.put(0, key, 2)
    await two.put(0, "m", 3)
    assert await two.get(1) == {"m": 3, "n": 1}


async def test_the_id_of_a_session_stays(two: Two) -> None:
    """A function that writes it does not write into somebody else's session."""
    await two.put(0, "id", "another")
    assert await two.get(1) == {"tried": True}
    assert await two.redis.client.exists("liveguide:session:another") == 0


async def test_what_somebody_else_put_into_a_session_is_passed_over(two: Two, caplog: Any) -> None:
    """With a line in the log; the rest is found."""
    await two.put(0, "n", 1)
    (key,) = await two.redis.client.keys("liveguide:session:*")
    await two.redis.client.hset(key, "bad", "{")
    assert await two.get(1) == {"n": 1}
    assert "what is kept of a session makes no sense" in caplog.text


async def test_a_session_that_somebody_has_spoilt_can_t_be_had(two: Two) -> None:
    """Redis answers for it with an error; a page is traced, and logs in, as while it is away."""
    await two.put(0, "n", 1)
    (key,) = await two.redis.client.keys("liveguide:session:*")
    await two.redis.client.set(key, "spoilt")

    other, headers = two.servers[1], {"Cookie": two.cookie}
    trace = other.connect("/_liveguide/trace", origin=other.url, additional_headers=headers)
    async with trace as page:
        assert json.loads(await page.recv())["type"] == "key"
    assert (await other.get("/login", headers=headers)).code == 503
