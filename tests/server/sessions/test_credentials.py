"""Names and hashed passwords, as a gramex.yaml lists them."""

from __future__ import annotations

import time

import pytest

from liveguide.passwords import PasswordHash
from liveguide.server.sessions.credentials import Credentials, read_credentials
from liveguide.yamlfile import parse_yaml

GEHEIM = str(PasswordHash.of("geheim"))
RUN = "run python -m liveguide password"


def read(text: str) -> tuple[Credentials | None, list[str]]:
    """Return the credentials that a YAML text names, and what was reported, as `line: message`."""
    problems: list[str] = []
    mapping = parse_yaml(text, "gramex.yaml")
    credentials = read_credentials(
        mapping.get("credentials"),
        mapping.line_of("credentials"),
        lambda line, message: problems.append(f"{line}: {message}"),
    )
    return credentials, problems


async def test_the_right_password_makes_a_user_of_what_is_known():
    """The name becomes the id, the password stays behind."""
    credentials, problems = read(
        f"credentials:\n  demo:\n    password: {GEHEIM}\n    role: [reader, 7]\n    age: 3\n"
    )

    assert problems == []
    assert await credentials.user("demo", "geheim") == {
        "id": "demo",
        "role": ["reader", 7],
        "age": 3,
    }


async def test_a_hash_may_stand_behind_the_name():
    """As in Gramex, who has nothing but a password needs no mapping."""
    credentials, problems = read(f"credentials:\n  demo: {GEHEIM}\n")

    assert problems == []
    assert await credentials.user("demo", "geheim") == {"id": "demo"}


@pytest.mark.parametrize(
    ("name", "password"),
    [("demo", "Geheim"), ("demo", ""), ("Demo", "geheim"), ("", ""), ("nobody", "geheim")],
)
async def test_a_wrong_name_or_password_makes_nobody(name, password):
    """There is no user, and nothing says which of the two was wrong."""
    credentials, _ = read(f"credentials:\n  demo: {GEHEIM}\n")

    assert await credentials.user(name, password) is None


async def test_what_one_session_does_to_its_user_stays_there():
    """Each login gets values of its own."""
    credentials, _ = read(f"credentials:\n  demo: {{password: {GEHEIM}, role: [reader]}}\n")
    user = await credentials.user("demo", "geheim")
    user["role"].append("admin")

    assert (await credentials.user("demo", "geheim"))["role"] == ["reader"]


async def test_an_unknown_name_takes_as_long_as_a_known_one():
    """The time of an answer does not tell which names there are."""
    credentials, _ = read(f"credentials:\n  demo: {GEHEIM}\n")

    async def seconds(name: str) -> float:
        """Return the least processor time of some tries, which other programs don't disturb."""
        times = []
        for _ in range(4):
            start = time.process_time()
            await credentials.user(name, "wrong")
            times.append(time.process_time() - start)
        return min(times)

    known, unknown = await seconds("demo"), await seconds("nobody")

    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "credentials:",
            "1: 'credentials' must be a mapping of names to passwords, but it is empty; "
            "write 'demo: {password: ...}' below it",
        ),
        (
            "credentials: {}",
            "1: 'credentials' must be a mapping of names to passwords, but it is empty; "
            "write 'demo: {password: ...}' below it",
        ),
        (
            "credentials:\n  demo: {role: reader}",
            f"2: 'demo' has no password; {RUN} and add 'password: ...'",
        ),
        (
            "credentials:\n  demo:\n    role: reader\n    password: geheim",
            "4: the password of 'demo' is not a hash: it is not of the form "
            f"scrypt$N$R$P$SALT$HASH; {RUN}, which prints what belongs here",
        ),
        (
            "credentials:\n  demo: 1234",
            "2: the password of 'demo' must be text, but it is a number; "
            f"{RUN}, which prints what belongs here",
        ),
        (
            f"credentials:\n  demo:\n    id: x\n    password: {GEHEIM}",
            "3: the id of 'demo' is that name; remove 'id'",
        ),
    ],
)
def test_faulty_credentials_are_reported_on_their_line(text, problem):
    """Each message says how to mend it, and shows no password."""
    assert read(text)[1] == [problem]
