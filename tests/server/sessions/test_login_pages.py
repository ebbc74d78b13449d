"""The pages on which readers log in and out, and where they lead."""

from __future__ import annotations

import re

import pytest

from liveguide.server.sessions.login import safe_next

from .reader import LOGIN, LOGOUT
from .reader import _reader as _reader
from .reader import _served as _served


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


async def test_the_login_page_says_who_is_logged_in_and_logs_out(reader):
    """It has the other page's button, which works here too."""
    await reader.log_in()
    page = (await reader.get(LOGIN)).body.decode()
    response = await reader.post(LOGIN, logout="yes")

    assert "logged in as demo" in page
    assert 'type="password"' not in page
    assert response.code == 303
    assert b"You are not logged in" in (await reader.get(LOGOUT)).body


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
