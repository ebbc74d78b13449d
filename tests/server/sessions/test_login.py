"""Logging in, over real sockets."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlencode

import pytest
from websockets.exceptions import InvalidStatus

from liveguide.errors import SourceErrors
from liveguide.server.admission.attempts import MOST_ATTEMPTS
from liveguide.server.sessions import sessions
from tests.waiting import until

from ..conftest import GEHEIM
from .reader import BOT, GRAMEX, LOGIN, LOGOUT, Reader
from .reader import _reader as _reader
from .reader import _served as _served


async def test_a_login_makes_a_user_whom_endpoints_know(reader):
    """The right password leads back to the folder, and then the socket opens."""
    response = await reader.log_in()

    assert (response.code, response.headers["Location"]) == (303, "./")
    async with reader.connect("/whoami") as ws:
        assert await ws.recv() == '{"id": "demo", "role": "reader"}'


async def test_who_has_not_logged_in_is_refused_with_401(reader):
    """The reason is JSON, for a handshake as for a plain request."""
    with pytest.raises(InvalidStatus) as caught:
        await reader.connect("/whoami")
    response = await reader.get("/whoami")

    assert caught.value.response.status_code == response.code == 401
    assert response.body == b'{"error": "log in to connect"}'


async def test_who_is_no_member_is_refused_with_403(served):
    """The reason names what did not match, not what would."""
    reader, eve = Reader(served), Reader(served)
    await reader.log_in()
    await eve.log_in("eve")

    async with reader.connect("/readers"):
        pass
    with pytest.raises(InvalidStatus) as caught:
        await eve.connect("/readers")

    assert caught.value.response.status_code == 403
    assert caught.value.response.body == b'{"error": "your \'role\' is not one that may connect"}'


@pytest.mark.parametrize(("name", "password"), [("demo", "gehein"), ("nobody", "geheim")])
async def test_a_failed_login_says_so_and_leaves_no_trace_of_what_was_typed(
    served, reader, caplog, name, password
):
    """The page keeps the name, the log neither name nor password."""
    response = await reader.log_in(name, password)
    page = response.body.decode()

    assert response.code == 401
    assert 'role="alert">Not logged in: the name or the password is wrong.' in page
    assert f'value="{name}"' in page
    assert page.count('aria-invalid="true" aria-describedby="error"') == 2
    assert "<title>Error: Log in · Members</title>" in page
    assert password not in page
    assert [record.getMessage() for record in caplog.records] == [
        "refused 401 auth '/members/login' from 127.0.0.1: the name or the password is wrong"
    ]


async def test_what_was_typed_is_text_on_the_page(reader):
    """Markup in a name stays a name."""
    response = await reader.log_in('"><script>alert(1)</script>')

    assert b"<script>" not in response.body
    assert b"&lt;script&gt;" in response.body


async def test_bytes_that_are_no_text_are_a_wrong_password(served, reader, caplog):
    """Tornado's own reading of a form would write them into the log."""
    page = (await reader.get(LOGIN)).body.decode()
    token = re.search(r'name="token" value="(\w+)"', page)[1]
    response = await reader.get(
        LOGIN, method="POST", body=f"token={token}&name=demo&password=geheim%ff".encode()
    )

    assert response.code == 401
    assert "geheim" not in caplog.text


async def test_the_session_s_id_is_new_after_a_login(reader):
    """Who planted the old cookie has nothing: neither the user nor what was put there."""
    async with reader.connect("/remember"):
        await reader.get(LOGIN)
    planted = dict(reader.cookies)
    async with reader.connect("/remember") as ws:
        await ws.send("apples")
        await ws.recv()
    await reader.log_in()

    attacker = Reader(reader.served, planted)
    async with reader.connect("/anyone") as ours, attacker.connect("/anyone") as theirs:
        mine, stolen = await ours.recv(), await theirs.recv()

    assert reader.cookies != planted
    assert '"basket": "apples"' in mine
    assert '"user"' in mine
    assert re.fullmatch(r'\{"id": "[\w.-]+"\}', stolen)
    with pytest.raises(InvalidStatus):
        await attacker.connect("/whoami")


async def test_the_cookie_is_kept_from_scripts_and_other_sites(served):
    """Its flags are those of every session's."""
    cookie = (await served.get(LOGIN)).headers["Set-Cookie"]

    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


async def test_an_answer_sets_the_cookie_once(reader, monkeypatch):
    """Also where the one that came was to be renewed, by a login or a logout."""
    await reader.get(LOGIN)
    monkeypatch.setattr(sessions, "_RENEWED_AFTER", -1)

    for answer in (await reader.log_in(), await reader.log_out()):
        assert len(answer.headers.get_list("Set-Cookie")) == 1
    assert reader.cookies == {"session": ""}


async def test_behind_tls_the_cookie_has_the_host_prefix(serve):
    """It is bound to this host, and never sent in the open."""
    served = await serve({"gramex.yaml": GRAMEX, "bot.py": BOT}, trusted_proxies=["127.0.0.1"])
    response = await served.get(LOGIN, headers={"X-Forwarded-Proto": "https"})

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie.split("; ")


@pytest.mark.parametrize("path", [LOGIN, LOGOUT])
@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ({"token": ""}, {}),
        ({"token": "0" * 64}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Origin": "null"}),
    ],
)
async def test_a_forged_form_changes_nothing(reader, path, token, headers):
    """Without the token, or from another site, it is refused, and the reader stays logged in."""
    await reader.log_in()
    before = dict(reader.cookies)
    if path == LOGIN:
        token = {**token, "logout": "yes"}

    response = await reader.post(path, headers=headers, **token)

    assert response.code == 403
    assert b"this form is too old, or not from this site" in response.body
    assert "Set-Cookie" not in response.headers
    assert reader.cookies == before
    async with reader.connect("/whoami"):
        pass


async def test_another_site_can_t_log_a_reader_out_by_a_new_cookie(served):
    """A form that comes without any cookie gets none: it would replace the reader's own."""
    response = await served.get(LOGIN, method="POST", body="name=demo&password=geheim")

    assert response.code == 403
    assert "Set-Cookie" not in response.headers


async def test_a_token_from_before_the_login_is_worth_nothing_after_it(reader):
    """It belongs to the id that was."""
    page = (await reader.get(LOGIN)).body.decode()
    token = re.search(r'name="token" value="(\w+)"', page)[1]
    await reader.log_in()

    response = await reader.get(LOGOUT, method="POST", body=f"token={token}")

    assert response.code == 403


async def test_a_form_from_this_site_s_own_origin_is_accepted(reader):
    """Browsers name the origin of a form."""
    headers = {"Origin": reader.served.url}

    response = await reader.post(LOGIN, headers=headers, name="demo", password="geheim")

    assert response.code == 303


async def test_a_large_form_is_refused(reader):
    """A name and a password need little room."""
    response = await reader.log_in(password="x" * 5000)

    assert response.code == 413


async def test_too_many_attempts_must_wait(reader):
    """After ten that failed even the right password is not looked at, and the wait is told."""
    for _ in range(MOST_ATTEMPTS):
        assert (await reader.log_in(password="wrong")).code == 401
    response = await reader.log_in()

    assert response.code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 60
    assert b"too many attempts; try again in" in response.body
    with pytest.raises(InvalidStatus):
        await reader.connect("/whoami")


async def test_attempts_at_once_count_too(served):
    """A crowd of requests gets no more guesses than a queue."""
    readers = [Reader(served) for _ in range(MOST_ATTEMPTS + 5)]

    responses = await asyncio.gather(*(r.log_in(password="wrong") for r in readers))

    assert sorted(r.code for r in responses) == [401] * MOST_ATTEMPTS + [429] * 5


async def test_logging_in_as_another_leaves_what_was_the_first_one_s(reader):
    """A form from another tab ends the session of who was there before."""
    await reader.log_in()
    async with reader.connect("/remember") as ws:
        await ws.send("apples")
        await ws.recv()
        form = re.search(r'token" value="(\w+)"', (await reader.get(LOGIN)).body.decode())
        body = urlencode({"token": form[1], "name": "eve", "password": "geheim"})
        await reader.get(LOGIN, method="POST", body=body)
        await ws.wait_closed()

    assert ws.close_code == 1008
    async with reader.connect("/anyone") as ws:
        session = await ws.recv()
    assert '"user": {"id": "eve"}' in session
    assert "basket" not in session


async def test_a_foreign_page_connects_without_the_login(reader):
    """Where no origins are listed, a page of another site has neither user nor session."""
    await reader.log_in()
    headers = {**reader.headers, "Origin": "https://evil.example"}

    async with reader.served.connect("/anyone", additional_headers=headers) as ws:
        assert "demo" not in await ws.recv()
    with pytest.raises(InvalidStatus) as caught:
        await reader.served.connect("/whoami", additional_headers=headers)
    assert caught.value.response.status_code == 403


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "handler: SimpleAuth",
            "'credentials' must be a mapping of names to passwords, but it is empty; "
            "write 'demo: {password: ...}' below it",
        ),
        (
            f"handler: SimpleAuth\n    kwargs: {{credentials: {{a: {GEHEIM}}}, auth: true}}",
            "the kwargs of 'login' have an unknown key 'auth'; there are credentials",
        ),
        (
            "handler: LogoutHandler\n    kwargs: {credentials: {}}",
            "the kwargs of 'login' have an unknown key 'credentials'; remove it",
        ),
        (
            "handler: SimpleAuth\n    credentials: {}",
            "the entry 'login' has an unknown key 'credentials'; indent it below 'kwargs:'",
        ),
        ("handler: SimpelAuth", "there is no handler 'SimpelAuth'; did you mean 'SimpleAuth'?"),
    ],
)
async def test_a_faulty_entry_stops_the_start(serve, entry, message):
    """What is wrong with it is said with file and line."""
    with pytest.raises(SourceErrors) as caught:
        await serve({"gramex.yaml": f"url:\n  login:\n    pattern: /login\n    {entry}\n"})

    assert message in [problem.message for problem in caught.value.problems]


async def test_a_stop_waits_for_a_password_to_be_checked(served):
    """Who has just sent the form is answered, before the server ends."""
    reader = Reader(served)
    form = {"token": await reader.token(LOGIN), "name": "demo", "password": "geheim"}
    answer = reader.get(LOGIN, method="POST", body=urlencode(form))
    logging_in = asyncio.ensure_future(answer)
    await until(lambda: len(served.app.answering))

    await served.app.stop()
    await served.server.close_all_connections()

    assert (await logging_in).code == 303
