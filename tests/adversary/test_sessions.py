"""Sessions that are planted, forged, or at their end (rows 9 and 10)."""

from __future__ import annotations

import asyncio
import time

import pytest
import websockets
from server.conftest import SECRET, Served, routes
from server.sessions.reader import BOT, GRAMEX, LOGIN, Reader
from tornado.web import create_signed_value

from liveguide.settings import Settings
from tests.waiting import until

from .process import Running, running

pytestmark = pytest.mark.long

ME = routes(me="open:\n  function: handler.write_message(handler.session['id'])")


@pytest.fixture(name="members")
async def _members(serve):
    """Return a function that serves a guide with a login, under some limits."""

    async def members(**limits: float):
        files = {"gramex.yaml": GRAMEX, "bot.py": BOT}
        return await serve(files, settings=Settings(limits=limits))

    return members


@pytest.mark.parametrize("value", ["planted", "planted.0", '"2|1:0|10:0|7:session|8:cGxhbg==|x"'])
async def test_a_planted_cookie_is_not_taken_over(serve, value):
    """Ids are made by the server and signed; whoever brings another gets a new one."""
    served = await serve({"gramex.yaml": ME})

    async with served.connect("/me", additional_headers={"Cookie": f"session={value}"}) as ws:
        assert "planted" not in await ws.recv()
        assert "Set-Cookie" in ws.response.headers


async def test_a_cookie_signed_for_another_name_is_worth_nothing(serve):
    """One from the plain-text site does not open a session behind TLS."""
    served = await serve({"gramex.yaml": ME})
    session_id = f"mine.{int(time.time()):x}"
    cookie = create_signed_value(SECRET, "__Host-session", session_id).decode()

    async with served.connect("/me", additional_headers={"Cookie": f'session="{cookie}"'}) as ws:
        assert await ws.recv() != session_id


async def test_a_planted_session_knows_nothing_of_who_logs_in_with_it(members):
    """The attacker's own cookie, planted in the victim's browser, leads nowhere after the login."""
    served = await members()
    attacker = Reader(served)
    await attacker.get(LOGIN)
    victim = Reader(served, dict(attacker.cookies))

    assert (await victim.log_in()).code == 303

    assert victim.cookies["session"] != attacker.cookies["session"]
    with pytest.raises(websockets.InvalidStatus, match="401"):
        await attacker.connect("/whoami")


@pytest.mark.parametrize(
    "limits", [{"session_seconds": 1}, {"session_idle_seconds": 1}], ids=["whole", "idle"]
)
async def test_a_session_that_ends_closes_its_sockets_in_all_tabs(members, limits):
    """1008 to each, though the clients did nothing; strangers' sockets stay."""
    served = await members(**limits)
    reader = Reader(served)
    await reader.log_in()

    async with (
        served.connect("/anyone") as stranger,
        reader.connect("/whoami") as one,
        reader.connect("/anyone") as two,
    ):
        await asyncio.wait_for(asyncio.gather(one.wait_closed(), two.wait_closed()), 5)
        await (await stranger.ping())

    ended = (1008, "the session has ended")
    assert [(ws.close_code, ws.close_reason) for ws in (one, two)] == [ended, ended]
    with pytest.raises(websockets.InvalidStatus, match="401"):
        await reader.connect("/whoami")


async def test_sessions_that_a_reload_makes_shorter_end_at_once(members):
    """What is open in one does not stay until the time that held when it opened."""
    served = await members()
    reader = Reader(served)
    await reader.log_in()

    async with reader.connect("/whoami") as ws:
        served.app.use(served.app.loaded, Settings(limits={"session_seconds": 1}))
        await asyncio.wait_for(ws.wait_closed(), 5)

    assert (ws.close_code, ws.close_reason) == (1008, "the session has ended")


async def test_nothing_waits_for_the_end_of_a_session_that_nobody_is_in(members):
    """Its timer is there while a tab is open, whichever, and goes with the last one."""
    served = await members()
    reader = Reader(served)
    await reader.log_in()

    async with reader.connect("/whoami"):
        async with reader.connect("/whoami"):
            await _open(served, 2)
        await _open(served, 1)
        (handler,) = served.app.connections
        session = handler.session
        assert session.ending is not None
    await _open(served, 0)

    assert session.ending is None


async def _open(served: Served, count: int) -> None:
    await until(lambda: len(served.app.connections) == count, seconds=5)


async def test_who_says_something_keeps_the_session(members):
    """Messages are use: the session outlasts its time without any."""
    served = await members(session_idle_seconds=1)
    reader = Reader(served)
    await reader.log_in()

    async with reader.connect("/whoami") as ws:
        await ws.recv()
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            await ws.send("here")
            assert await ws.recv() == "heard here"
            await asyncio.sleep(0.2)  # a reader's own pace is what this is about


async def test_pages_begin_no_session(serve):
    """A reader of pages has no cookie; the first socket, or a login page, sets one."""
    served = await serve({"gramex.yaml": ME}, {"page.html": "<p>Text"})

    for path in ["/", "/page.html", "/nowhere", "/me", "/_liveguide/status.json"]:
        assert "Set-Cookie" not in (await served.get(path)).headers


async def _session(server: Running, cookie: str = "") -> tuple[str, str]:
    """Return the session's id, and the cookie that is set."""
    headers = {"Cookie": cookie} if cookie else {}
    url = f"ws://127.0.0.1:{server.port}/me"
    async with websockets.connect(url, proxy=None, additional_headers=headers) as ws:
        found = ws.response.headers.get("Set-Cookie", "")
        return str(await ws.recv()), found.partition(";")[0]


async def test_readers_survive_a_rotation_of_the_secret(write_tree):
    """Moved to secret.old the old key is believed, and cookies are signed anew."""
    guide = write_tree({"gramex.yaml": ME})
    folder = guide.parent / ".liveguide"
    async with running(guide) as server:
        session, cookie = await _session(server)
    (folder / "secret").rename(folder / "secret.old")
    async with running(guide) as server:
        same, renewed = await _session(server, cookie)
        assert same == session
    (folder / "secret.old").unlink()
    async with running(guide) as server:
        assert (await _session(server, renewed))[0] == session
        assert (await _session(server, cookie))[0] != session
