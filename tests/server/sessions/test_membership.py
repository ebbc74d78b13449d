"""What `auth:` asks of a user."""

from __future__ import annotations

import pytest

from liveguide.server.sessions.membership import Membership, parse_auth
from liveguide.yamlfile import parse_yaml


def parsed(text: str) -> tuple[Membership | None, list[str]]:
    """Return what `auth:` means, and what was reported, as `line severity: message`."""
    problems: list[str] = []
    mapping = parse_yaml(text, "gramex.yaml")
    membership = parse_auth(
        mapping["auth"],
        mapping.line_of("auth"),
        lambda line, message, severity: problems.append(f"{line} {severity}: {message}"),
    )
    return membership, problems


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("auth: true", {}),
        ("auth: {id: alpha}", {"id": {"alpha"}}),
        ("auth: {id: [alpha, beta], level: 7}", {"id": {"alpha", "beta"}, "level": {"7"}}),
        ("auth: {membership: {role: [admin]}}", {"role": {"admin"}}),
    ],
)
def test_auth_names_the_values_that_a_user_may_have(text, allowed):
    """True, a mapping, and one below `membership` are understood."""
    assert parsed(text) == (Membership({k: frozenset(v) for k, v in allowed.items()}), [])


def test_auth_may_be_off():
    """False asks for nobody."""
    assert parsed("auth: false") == (None, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "auth:",
            "1 error: 'auth' must be true, false or a mapping such as {role: [admin]}, "
            "but it is empty",
        ),
        (
            "auth:\n  membership: [admin]",
            "2 error: 'membership' must be a mapping such as {role: [admin]}, but it is a list",
        ),
        ("auth: {}", "1 error: 'auth' asks nothing of the user; write 'auth: true'"),
        (
            "auth:\n  role: []",
            "2 error: 'role' lists no value, so nobody could connect; list at least one",
        ),
        (
            "auth:\n  role:\n    - admin\n    - [editor]",
            "4 error: a value of 'role' must be text, but it is a list",
        ),
        (
            "auth:\n  membership: {role: a}\n  id: b",
            "3 error: 'id' stands beside 'membership'; indent it below",
        ),
        (
            "auth:\n  membership: {role: a}\n  condition: x",
            "3 error: 'condition' of 'auth' is not offered here; use 'on_request'",
        ),
        (
            "auth:\n  login_url: /login",
            "2 warning: 'login_url' of 'auth' is Gramex's and is skipped here",
        ),
    ],
)
def test_a_faulty_auth_is_reported_on_its_line(text, problem):
    """Each message says what is wrong, and what to write."""
    assert parsed(text)[1] == [problem]


@pytest.mark.parametrize(
    ("user", "refusal"),
    [
        (None, (401, "log in to connect")),
        ({}, (401, "log in to connect")),
        ({"id": "alpha", "role": "admin"}, None),
        ({"id": "alpha", "role": ["reader", "admin"]}, None),
        ({"id": "alpha", "role": "reader"}, (403, "your 'role' is not one that may connect")),
        ({"id": "alpha", "role": []}, (403, "your 'role' is not one that may connect")),
        ({"id": "alpha", "role": None}, (403, "your 'role' is not one that may connect")),
        ({"id": "alpha"}, (403, "your 'role' is not one that may connect")),
        ({"id": "gamma", "role": "admin"}, (403, "your 'id' is not one that may connect")),
        ("alpha", (403, "your 'id' is not one that may connect")),
    ],
)
def test_every_key_must_match(user, refusal):
    """401 where there is no user, 403 naming the first key that does not match."""
    membership = Membership({"id": frozenset({"alpha"}), "role": frozenset({"admin"})})

    assert membership.refusal(user) == refusal


def test_values_are_compared_as_texts():
    """A number in the YAML is the same as its digits."""
    assert Membership({"id": frozenset({"7"})}).refusal({"id": 7}) is None


def test_a_user_of_any_kind_will_do_where_nothing_is_asked():
    """What an author's class makes of a user need not be a mapping."""
    assert Membership().refusal("alpha") is None
