"""Logging in and out, over real sockets."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from tornado.httpclient import HTTPResponse
from websockets.exceptions import InvalidStatus

from liveguide.errors import SourceErrors
from liveguide.server.admission.attempts import MOST_ATTEMPTS
from liveguide.server.sessions import sessions
from liveguide.server.sessions.login import safe_next
from liveguide.settings import Settings
from tests.waiting import until

from ..conftest import GEHEIM, Served

GRAMEX = f"""\
url:
  login:
    pattern: /members/login
    handler: SimpleAuth
    kwargs:
      credentials:
        demo:
          password: {GEHEIM}
          role: reader
        eve: {GEHEIM}
  logout:
    pattern: /members/logout
    handler: LogoutHandler
  whoami:
    pattern: /whoami
    handler: WebSocketHandler
    kwargs:
      auth: true
      open: {{function: handler.write_message(handler.current_user)}}
      on_message: {{function: 'handler.write_message("heard " + message)'}}
  readers:
    pattern: /readers
    handler: WebSocketHandler
    kwargs:
      auth: {{role: [reader]}}
  anyone:
    pattern: /anyone
    handler: WebSocketHandler
    kwargs:
      open: {{function: handler.write_message(dict(handler.session))}}
  remember:
    pattern: /remember
    handler: WebSocketHandler
    kwargs:
      on_message: {{function: bot.remember}}
      on_close: {{function: bot.on_close}}
  slow:
    pattern: /slow
    handler: bot.talk
    kwargs:
      auth: true
"""
BOT = """\
import asyncio

arrived, go = asyncio.Event(), asyncio.Event()
heard = []

def remember(handler, message):
    handler.session['basket'] = message
    handler.write_message('kept')

def on_close(handler):
    heard.append(handler.session['id'])

async def talk(websocket):
    arrived.set()
    await go.wait()
    await websocket.accept()
    heard.append('accepted')
"""
LOGIN, LOGOUT = "/members/login", "/members/logout"


@dataclass
class Reader:
    """A browser's view of the site: it keeps cookies, and sends what a form holds."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}

    async def get(self, path: str, **options: Any) -> HTTPResponse:
        """Fetch a page, and note its cookies."""
        headers = {**self.headers, **options.pop("headers", {})}
        response = await self.served.get(path, headers=headers, **options)
        for cookie in response.headers.get_list("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return response

    async def post(self, path: str, headers: Any = None, **fields: str) -> HTTPResponse:
        """Open a form, and send it with these fields and what it holds itself."""
        form = {"token": await self.token(path), **fields}
        return await self.get(path, method="POST", body=urlencode(form), headers=headers or {})

    async def token(self, path: str) -> str:
        """Open a form, and return what only this site knows of it."""
        page = await self.get(path)
        hidden = re.search(r'name="token" value="(\w+)"', page.body.decode())
        return hidden[1] if hidden else ""

    async def log_in(self, name: str = "demo", password: str = "geheim") -> HTTPResponse:
        return await self.post(LOGIN, name=name, password=password)

    async def log_out(self) -> HTTPResponse:
        return await self.post(LOGOUT)

    def connect(self, path: str) -> Any:
        return self.served.connect(path, additional_headers=self.headers)


@pytest.fixture(name="served")
async def _served(serve) -> Served:
    """Serve a guide with a login."""
    settings = Settings(title="Members", language="fr")
    return await serve({"gramex.yaml": GRAMEX, "bot.py": BOT}, settings=settings)


@pytest.fixture(name="reader")
def _reader(served) -> Reader:
    """Return a reader whom the site does not know yet."""
    return Reader(served)


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


async def test_a_page_may_say_where_to_go_next(reader):
    """The form keeps it, and so does a failed attempt."""
    path = f"{LOGIN}?next=../guide/%3Fa=b"
    assert b'<a href="../guide/?a=b">Back' in (await reader.get(path)).body

    failed = await reader.post(path, name="demo", password="wrong")
    response = await reader.post(path, name="demo", password="geheim")

    assert failed.code == 401
    assert response.headers["Location"] == "../guide/?a=b"


@pytest.mark.parametrize(
    "address", ["/", "/a/b?c#d", "./", "../", "page.html", "?a=//b", "#//", "a/b:c"]
)
def test_addresses_of_this_site_are_where_a_form_may_lead(address):
    """A path, a relative one, a query and a fragment."""
    assert safe_next(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "//evil.example",
        "//evil.example/?next=/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "HTTPS:/evil.example",
        "javascript:alert(1)",
        "1x:evil",
        " //evil.example",
        "/\t/evil.example",
        "/a\r\nSet-Cookie: a=b",
        "/a//b",
        ".//evil.example",
        "/\x00",
        "/ü",
        "//[",
        "/" + "a" * 2000,
    ],
)
def test_a_form_never_leads_to_another_site(address):
    """Whatever browsers could read as another host's address leads to the folder's page."""
    assert safe_next(address) == "./"


async def test_logging_out_closes_the_session_s_sockets(served):
    """Those of the reader end with 1008; another reader's go on."""
    reader, other = Reader(served), Reader(served)
    await reader.log_in()
    await other.log_in()
    async with (
        reader.connect("/whoami") as one,
        reader.connect("/anyone") as two,
        other.connect("/whoami") as third,
    ):
        await third.recv()
        response = await reader.log_out()
        await asyncio.gather(one.wait_closed(), two.wait_closed())
        await third.send("on")

        assert await third.recv() == "heard on"
    assert [(ws.close_code, ws.close_reason) for ws in (one, two)] == [(1008, "logged out")] * 2
    assert (response.code, response.headers["Location"]) == (303, "./")
    assert reader.cookies["session"] == ""


async def test_after_logging_out_the_old_cookie_is_worth_nothing(reader):
    """Who kept a copy of it is a stranger."""
    await reader.log_in()
    copy = Reader(reader.served, dict(reader.cookies))
    await reader.log_out()

    with pytest.raises(InvalidStatus):
        await copy.connect("/whoami")


async def test_a_client_that_does_not_close_is_not_heard_any_more(reader):
    """What it sends after the logout, in place of answering the close, reaches no function."""
    await reader.log_in()
    stream, writer = await asyncio.open_connection("127.0.0.1", reader.served.port)
    writer.write(
        f"GET /remember HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Cookie: {reader.headers['Cookie']}\r\n\r\n".encode()
    )
    await stream.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x86\0\0\0\0apples")
    assert await stream.readexactly(6) == b"\x81\x04kept"
    (connection,) = reader.served.app.connections

    await reader.log_out()
    assert (await stream.readexactly(4))[2:] == (1008).to_bytes(2)
    writer.write(b"\x81\x85\0\0\0\0pears\x88\x80\0\0\0\0")
    await reader.served.app.connections.ended()
    writer.close()

    assert connection.session["basket"] == "apples"


async def test_a_handshake_that_was_under_way_at_the_logout_is_closed(reader):
    """Its function accepts too late: 1008 follows the 101."""
    await reader.log_in()
    bot = module_of(reader.served)
    connecting = asyncio.ensure_future(connected(reader, "/slow"))
    await bot["arrived"].wait()
    await reader.log_out()
    bot["go"].set()
    ws = await connecting
    await ws.wait_closed()

    assert (ws.close_code, ws.close_reason) == (1008, "logged out")
    assert "accepted" not in bot["heard"]


async def connected(reader: Reader, path: str) -> Any:
    return await reader.connect(path)


def module_of(served: Served) -> dict[str, Any]:
    """Return what the author's module holds."""
    rules = served.app.endpoint_rules
    endpoint = next(
        rule.target_kwargs["endpoint"] for rule in rules if rule.matcher.regex.pattern == "/slow$"
    )
    return endpoint.arguments["function"].__globals__


async def test_a_get_logs_nobody_out(reader):
    """An image or a link of another site can't: there is a button."""
    await reader.log_in()
    page = (await reader.get(LOGOUT)).body.decode()

    assert "logged in as demo" in page
    async with reader.connect("/whoami"):
        pass


async def test_the_login_page_says_who_is_logged_in_and_logs_out(reader):
    """It has the other page's button, which works here too."""
    await reader.log_in()
    page = (await reader.get(LOGIN)).body.decode()
    response = await reader.post(LOGIN, logout="yes")

    assert "logged in as demo" in page
    assert 'type="password"' not in page
    assert response.code == 303
    assert b"You are not logged in" in (await reader.get(LOGOUT)).body


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


@pytest.mark.parametrize("path", [LOGIN, LOGOUT])
async def test_the_pages_headers_allow_nothing_but_the_form(served, path):
    """No script, no frame around it, no other target, no copy in a cache."""
    response = await served.get(path)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_is_the_site_s_own(served):
    """It has the site's language, name and styles, by relative addresses."""
    page = (await served.get(LOGIN)).body.decode()

    assert '<html lang="fr" dir="ltr">' in page
    assert "<title>Log in · Members</title>" in page
    assert 'href="../_liveguide/login.css"' in page
    assert '<a class="site-title" href="../"><span>Members</span></a>' in page
    assert re.search(
        r'<label for="name">.*?<input id="name"[^>]*autocomplete="username"', page, re.S
    )
    assert re.search(
        r'<label for="password">.*?<input id="password"[^>]*autocomplete="current-password"',
        page,
        re.S,
    )


async def test_other_methods_are_not_allowed(served):
    """405, in one line of text."""
    response = await served.get(LOGIN, method="DELETE")

    assert (response.code, response.body) == (405, b"405 Method Not Allowed\n")


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
