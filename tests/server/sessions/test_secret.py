"""The key that cookies are signed with, as a file."""

from __future__ import annotations

import os

import pytest

from liveguide.errors import UsageError
from liveguide.server.sessions.secret import load_older_secrets, load_secret


def test_the_secret_is_made_once_for_its_owner_only(tmp_path):
    """The first start writes 32 random bytes with mode 0600; later ones read them."""
    secret = load_secret(tmp_path / ".liveguide")

    assert len(secret) == 32
    assert secret == load_secret(tmp_path / ".liveguide")
    assert (tmp_path / ".liveguide/secret").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in (tmp_path / ".liveguide").iterdir()] == ["secret"]


def test_a_secret_that_others_may_read_is_refused(tmp_path):
    """A secret with an open mode stops the start with the command that mends it."""
    load_secret(tmp_path)
    path = tmp_path / "secret"
    path.chmod(0o640)

    with pytest.raises(UsageError) as caught:
        load_secret(tmp_path)

    assert str(caught.value) == (
        f"{path} may be read by others (mode 0640); delete it, or run: chmod 600 {path}"
    )


def test_a_short_secret_is_refused(tmp_path):
    """A secret of fewer than 32 bytes stops the start."""
    path = tmp_path / "secret"
    path.write_bytes(b"secret")
    path.chmod(0o600)

    with pytest.raises(UsageError) as caught:
        load_secret(tmp_path)

    assert str(caught.value) == (f"{path} holds 6 bytes, but a secret has at least 32; delete it")


@pytest.mark.parametrize(
    "secret",
    [b"\0" * 32, b"a" * 64, b"0123" * 16, b"please-change-me-0123456789abcdef", b"My Secret " * 4],
)
def test_a_secret_that_can_be_guessed_is_refused(tmp_path, secret):
    """Repetition, and what stands in examples, stop the start."""
    path = tmp_path / "secret"
    path.write_bytes(secret)
    path.chmod(0o600)

    with pytest.raises(UsageError) as caught:
        load_secret(tmp_path)

    assert str(caught.value) == (
        f"{path} holds what can be guessed; delete it, and a random one is made"
    )


def test_a_random_secret_in_hexadecimal_is_accepted(tmp_path):
    """As `openssl rand -hex 32` prints it."""
    path = tmp_path / "secret"
    path.write_text("f3a1c09b5d7e2846aa01f9c3b7d5e8240c6b1f7e93d2a85b4e7f0d1c2b3a4958\n")
    path.chmod(0o600)

    assert len(load_secret(tmp_path)) == 65


def test_the_older_secret_is_checked_like_the_present_one(tmp_path):
    """Without one there is none; one that others may read is refused."""
    assert load_older_secrets(tmp_path) == []
    secret = load_secret(tmp_path)
    (tmp_path / "secret").rename(tmp_path / "secret.old")
    assert load_older_secrets(tmp_path) == [secret]
    assert load_secret(tmp_path) != secret

    (tmp_path / "secret.old").chmod(0o644)
    with pytest.raises(UsageError, match="may be read by others"):
        load_older_secrets(tmp_path)


def test_a_secret_that_can_t_be_read_is_refused(tmp_path):
    """Something unreadable in the secret's place stops the start."""
    path = tmp_path / "secret"
    path.mkdir()

    with pytest.raises(UsageError) as caught:
        load_secret(tmp_path)

    assert str(caught.value) == (
        f"{path} can't be read (Is a directory); make it readable for the server, or delete it"
    )


def test_where_nothing_can_be_written_the_secret_lives_in_memory(tmp_path, caplog):
    """A read-only place costs a warning, not the start."""
    (tmp_path / "file").touch()

    one, other = load_secret(tmp_path / "file"), load_secret(tmp_path / "file")

    assert len(one) == 32
    assert one != other
    assert "can't be written" in caplog.text
    assert os.listdir(tmp_path) == ["file"]
