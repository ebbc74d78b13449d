"""Sessions, their cookies and the key that signs them."""

from __future__ import annotations

import gc
import threading
import time

import pytest
from tornado.web import create_signed_value

from liveguide.server.sessions.cookies import cookie_name
from liveguide.server.sessions.session import Session
from liveguide.server.sessions.sessions import Sessions

SECRET = b"s" * 32
DAY = 24 * 60 * 60


def signed(age: float, begun: float = 0, name: str = "session", secret: bytes = SECRET) -> str:
    """Return a cookie made *age* seconds ago, for a session begun *begun* seconds ago."""
    session_id = f"mine.{int(time.time() - max(age, begun)):x}"
    return create_signed_value(secret, name, session_id, clock=lambda: time.time() - age).decode()


def test_a_first_visit_gets_an_id_and_a_cookie():
    """Without a cookie there is a new session with a random id, and a cookie to set."""
    one, cookie = Sessions(SECRET).open("session", None)
    other, _ = Sessions(SECRET).open("session", None)

    assert len(one["id"]) >= 32
    assert one["id"] != other["id"]
    assert cookie is not None


def test_a_cookie_is_signed_as_tornado_does():
    """Whoever reads Tornado's signed cookies with the same key reads ours."""
    session, cookie = Sessions(SECRET, clock=lambda: 1_700_000_000.9).open("session", None)

    tornados = create_signed_value(SECRET, "session", session["id"], clock=lambda: 1_700_000_000)
    assert cookie == tornados.decode()


def test_the_cookie_leads_back_to_the_same_dict():
    """A session is shared by all that bring its cookie, and the cookie is not set again."""
    sessions = Sessions(SECRET)
    first, cookie = sessions.open("session", None)
    first["seen"] = 1

    second, again = sessions.open("session", cookie)

    assert first is second
    assert again is None


def test_the_id_survives_a_restart():
    """A process that does not know the session keeps its id."""
    first, cookie = Sessions(SECRET).open("session", None)

    second, _ = Sessions(SECRET).open("session", cookie)

    assert first["id"] == second["id"]


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x",
        "2|1:0|",
        "\x00",
        signed(2 * DAY),  # not used for a day
        signed(0, begun=8 * DAY),  # used, but begun too long ago
        signed(0, name="__Host-session"),
        signed(0, secret=b"t" * 32),
        create_signed_value(SECRET, "session", "mine").decode(),  # of which nobody knows the age
        create_signed_value(SECRET, "session", "mine.x").decode(),
    ],
)
def test_a_cookie_that_is_not_ours_or_too_old_is_worth_nothing(cookie):
    """A forged, foreign or expired cookie leads to a new session."""
    session, new = Sessions(SECRET).open("session", cookie)

    assert not session["id"].startswith("mine")
    assert new is not None


def test_a_cookie_of_another_secret_is_worth_nothing():
    """A cookie that another key signed leads to a new session."""
    _, cookie = Sessions(b"t" * 32).open("session", None)

    assert Sessions(SECRET).open("session", cookie)[1] is not None


def test_a_cookie_older_than_an_hour_is_renewed():
    """The session goes on, its day without use begins again, and its seven days do not."""
    session, new = Sessions(SECRET).open("session", signed(DAY / 2, begun=6 * DAY))

    assert session["id"].startswith("mine.")
    assert new is not None
    assert Sessions(SECRET).open("session", new) == (session, None)
    assert Sessions(SECRET).open("session", signed(DAY / 30))[1] is None
    later = Sessions(SECRET, clock=lambda: time.time() + 1.1 * DAY)
    assert later.open("session", new)[0]["id"] != session["id"]


def test_what_is_used_without_its_cookie_does_not_end():
    """A reader whose open connection speaks comes back with a cookie from before."""
    sessions = Sessions(SECRET)
    held = signed(0)
    first, _ = sessions.open("session", held)
    sessions._clock = lambda: time.time() + 2 * DAY
    assert sessions.open("session", held)[0] is first
    first.used = time.monotonic() - 2 * DAY
    assert sessions.open("session", held)[0] is not first


def test_how_long_a_session_lasts_is_a_setting():
    """Both its time without use and its whole time."""
    sessions = Sessions(SECRET)
    sessions.use(100, 10)
    session, _ = sessions.open("session", None)
    assert 9 < sessions.time_left(session) <= 10

    session.begun -= 95
    assert 4 < sessions.time_left(session) <= 5
    session.begun -= 5
    assert sessions.time_left(session) <= 0


def test_an_older_secret_is_believed_and_not_used():
    """After a rotation readers stay who they are, and get a cookie that the new key signed."""
    cookie = signed(0, secret=b"t" * 32)

    session, new = Sessions(SECRET, older=[b"t" * 32]).open("session", cookie)

    assert session["id"].startswith("mine.")
    assert Sessions(SECRET).open("session", new)[0]["id"] == session["id"]


def test_only_the_recent_sessions_and_those_in_use_are_kept():
    """Memory is bounded, but a session that a connection holds is never lost."""
    sessions = Sessions(SECRET, most=10)
    held, cookie = sessions.open("session", None)
    lost_cookie = sessions.open("session", None)[1]
    sessions.open("session", lost_cookie)[0]["seen"] = True

    for _ in range(20):
        sessions.open("session", None)
    gc.collect()

    assert sessions.open("session", cookie)[0] is held
    assert "seen" not in sessions.open("session", lost_cookie)[0]


def test_a_renewed_session_keeps_what_it_knew_under_a_new_id():
    """The new cookie leads to it, the old one to a new and empty session."""
    sessions = Sessions(SECRET)
    old, planted = sessions.open("session", None)
    old["seen"] = 1

    new, cookie = sessions.renew("session", old)
    stranger, other = sessions.open("session", planted)

    assert new == {"id": new["id"], "seen": 1}
    assert sessions.open("session", cookie) == (new, None)
    assert len({old["id"], new["id"], stranger["id"]}) == 3
    assert stranger == {"id": stranger["id"]}
    assert other is not None


def test_a_renewed_session_shares_nothing_with_the_old_one():
    """Who still has a connection in the old session sees nothing of what the new one does."""
    sessions = Sessions(SECRET)
    old, _ = sessions.open("session", None)
    old.update(basket=["apples"], lock=threading.Lock())

    new, _ = sessions.renew("session", old)
    new["basket"].append("pears")

    assert new == {"id": new["id"], "basket": ["apples", "pears"]}
    assert old["basket"] == ["apples"]


def test_an_ended_session_has_no_user_and_its_cookie_leads_nowhere():
    """It knows that it has ended, and who comes with its cookie begins anew."""
    sessions = Sessions(SECRET)
    session, cookie = sessions.renew("session", sessions.open("session", None)[0])
    session["user"] = {"id": "demo"}

    sessions.end(session)
    next_session, _ = sessions.open("session", cookie)

    assert session.ended
    assert "user" not in session
    assert next_session["id"] != session["id"]
    assert not next_session.ended


def test_strangers_do_not_make_the_server_forget_who_is_logged_in():
    """Renewed sessions have a bound of their own."""
    sessions = Sessions(SECRET, most=10)
    session, cookie = sessions.renew("session", sessions.open("session", None)[0])
    session["user"] = {"id": "demo"}
    del session

    for _ in range(50):
        sessions.open("session", None)
        sessions.open("session", cookie)
    gc.collect()

    assert sessions.open("session", cookie)[0]["user"] == {"id": "demo"}


def test_renewed_sessions_are_bounded_too():
    """The one that was used least recently goes."""
    sessions = Sessions(SECRET, most=10)
    first = sessions.renew("session", sessions.open("session", None)[0])
    first[0]["user"] = "demo"
    cookie = first[1]
    del first

    for _ in range(20):
        sessions.renew("session", sessions.open("session", None)[0])
    gc.collect()

    assert "user" not in sessions.open("session", cookie)[0]
    assert len(sessions._gone) == 10


def test_a_form_s_token_belongs_to_one_session():
    """It is the same each time, differs between sessions and keys, and survives a restart."""
    one, other = Session("one", 0), Session("other", 0)

    assert Sessions(SECRET).token(one) == Sessions(SECRET).token(one)
    assert Sessions(SECRET).token(one) != Sessions(SECRET).token(other)
    assert Sessions(SECRET).token(one) != Sessions(b"t" * 32).token(one)


def test_the_cookie_has_the_host_prefix_behind_tls():
    """The name binds the cookie to this host where the browser can enforce it."""
    assert cookie_name(secure=False) == "session"
    assert cookie_name(secure=True) == "__Host-session"
