"""Whom an author's class lets in, and what it agrees on with them."""

from __future__ import annotations

import json

import pytest

from .classes import EVIL, a_class, module_of, refusal

CHOOSE = (
    "def select_subprotocol(self, subprotocols):\n"
    "    events.append(subprotocols)\n"
    "    return 'chat' if 'chat' in subprotocols else None\n"
    "def open(self): self.write_message(str(self.selected_subprotocol))"
)


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["soap", "chat"], "chat"), (["soap"], None), (None, None)]
)
async def test_select_subprotocol_chooses_or_does_not(serve, offered, chosen):
    """It is asked once, with an empty list where none was offered; `None` ends nothing."""
    served = await serve(a_class(CHOOSE))

    async with served.connect("/it", subprotocols=offered) as ws:
        assert ws.subprotocol == chosen
        assert await ws.recv() == str(chosen)
    assert module_of(served)["events"] == [offered or []]


async def test_a_subprotocol_that_was_not_offered_is_a_500(serve, caplog):
    """It is the author's fault, not the client's."""
    served = await serve(a_class("def select_subprotocol(self, offered): return 'soap'"))

    assert (await refusal(served, subprotocols=["chat"]))[0] == 500
    assert "select_subprotocol chose 'soap', but the client offered ['chat']" in caplog.text


OPEN = "def open(self): self.write_message(self.session['id'])"
ALLOW = f"{OPEN}\ndef check_origin(self, origin):\n    events.append(origin)\n    return True"
DENY = ALLOW.replace("True", "False")


async def test_a_page_of_another_host_is_refused(serve):
    """`check_origin` is Tornado's, unless it is overridden: 403, with a reason."""
    served = await serve(a_class(OPEN))

    for origin in [EVIL, "null", f"http://127.0.0.1:{served.port + 1}"]:
        status, body = await refusal(served, origin=origin)
        assert status == 403
        assert body == {"error": f"the origin {origin!r} may not connect to {served.url}"}
    async with served.connect("/it", origin=served.url) as ws:
        assert len(await ws.recv()) == 41


async def test_who_sends_no_origin_is_let_in(serve):
    """A program is no browser; `check_origin` is not asked."""
    served = await serve(a_class(DENY))

    async with served.connect("/it") as ws:
        assert len(await ws.recv()) == 41
    assert module_of(served)["events"] == []


async def test_check_origin_may_let_in_other_hosts(serve):
    """It gets the origin; and is not asked about the site's own pages (Tornado 6.6)."""
    served = await serve(a_class(ALLOW))

    for origin in [served.url, EVIL]:
        async with served.connect("/it", origin=origin) as ws:
            await ws.recv()
    assert module_of(served)["events"] == [EVIL]


async def test_a_page_that_check_origin_lets_in_is_a_stranger(serve):
    """It has neither its reader's session nor their cookies, and is given none."""
    body = ALLOW.replace("self.session['id']", "{**self.session, 'cookies': len(self.cookies)}")
    served = await serve(a_class(body))
    async with served.connect("/it") as ws:
        own = json.loads(await ws.recv())
        cookie = ws.response.headers["Set-Cookie"].split(";")[0]

    headers = {"Cookie": cookie}
    async with served.connect("/it", origin=EVIL, additional_headers=headers) as ws:
        foreign = json.loads(await ws.recv())
        assert "Set-Cookie" not in ws.response.headers

    assert own["id"] != foreign["id"]
    assert foreign["cookies"] == 0


@pytest.mark.parametrize("body", [ALLOW, DENY])
async def test_origins_decide_over_check_origin(serve, body):
    """What YAML lists is let in, what it does not list is refused; the class is not asked."""
    served = await serve(a_class(body, "origins: [good.example]"))

    async with served.connect("/it", origin="https://good.example") as ws:
        assert len(await ws.recv()) == 41
    assert (await refusal(served, origin=EVIL))[0] == 403
    assert module_of(served)["events"] == []


async def test_compression_is_the_class_s_choice(serve):
    """`get_compression_options` returns a dict, and both ends compress."""
    body = (
        "def get_compression_options(self): return {}\n"
        "def on_message(self, message): self.write_message(message)"
    )
    served = await serve(a_class(body))

    async with served.connect("/it", compression="deflate") as ws:
        assert "permessage-deflate" in ws.response.headers["Sec-WebSocket-Extensions"]
        await ws.send("hello " * 100)
        assert await ws.recv() == "hello " * 100


async def test_a_plain_request_gets_no_page(serve):
    """426 with a reason; POST is 405."""
    served = await serve(a_class(OPEN))

    answer = await served.get("/it")
    assert answer.code == 426
    assert "this is a WebSocket" in json.loads(answer.body)["error"]
    assert (await served.get("/it", method="POST", body="")).code == 405


@pytest.mark.parametrize("kind", ["", "async "])
async def test_the_author_s_prepare_is_called(serve, kind):
    """Before the handshake is answered, so it may set a header, or refuse."""
    body = (
        f"{kind}def prepare(self):\n"
        "    if 'no' in self.args:\n"
        "        from tornado.web import HTTPError\n"
        "        raise HTTPError(402, reason='Pay first')\n"
        "    self.set_header('X-Mood', 'good')"
    )
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert ws.response.headers["X-Mood"] == "good"
    assert await refusal(served, "/it?no=1") == (402, {"error": "Pay first"})


async def test_a_user_is_who_the_class_says(serve):
    """`get_current_user` of the class comes first, and `auth` asks it."""
    body = (
        "def get_current_user(self):\n"
        "    return {'id': self.args['as'][0]} if 'as' in self.args else None\n"
        "def open(self): self.write_message(self.current_user['id'])"
    )
    served = await serve(a_class(body, "auth: true"))

    async with served.connect("/it?as=ada") as ws:
        assert await ws.recv() == "ada"
    assert (await refusal(served))[0] == 401
