"""Hashed passwords, and the command that makes them."""

from __future__ import annotations

import base64
import os
import pty
import re
import subprocess
import sys

import pytest

from liveguide.passwords import PasswordHash

COMMAND = [sys.executable, "-m", "liveguide", "password"]
SALT = base64.b64encode(bytes(16)).decode()
DIGEST = base64.b64encode(bytes(32)).decode()


def test_a_hash_knows_its_password():
    """It verifies that password and no other, also after it was written and read."""
    made = PasswordHash.of("correct horse")

    read = PasswordHash.parse(str(made))

    assert read == made
    assert read.verify("correct horse")
    assert not read.verify("correct  horse")
    assert not read.verify("")


def test_the_same_password_makes_another_hash_each_time():
    """The salt is random, so that equal passwords don't show."""
    one, other = PasswordHash.of("same"), PasswordHash.of("same")

    assert one.salt != other.salt
    assert one.digest != other.digest


def test_a_hash_names_its_costs():
    """The line begins with the scheme, and scrypt's N, r and p."""
    assert str(PasswordHash.of("x")).startswith("scrypt$16384$8$1$")


def test_an_accent_counts_as_the_same_however_a_keyboard_writes_it():
    """Composed and decomposed letters are one password."""
    assert PasswordHash.of("caf\u00e9").verify("cafe\u0301")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("demo", "it is not of the form scrypt$N$R$P$SALT$HASH"),
        ("", "it is not of the form scrypt$N$R$P$SALT$HASH"),
        (f"bcrypt$16384$8$1${SALT}${DIGEST}", "it is not of the form scrypt$N$R$P$SALT$HASH"),
        (f"scrypt$16384$8$1${SALT}", "it is not of the form scrypt$N$R$P$SALT$HASH"),
        (f"scrypt$1024$8$1${SALT}${DIGEST}", "its costs, 1024, 8 and 1, are not those"),
        (f"scrypt$16383$8$1${SALT}${DIGEST}", "its costs, 16383, 8 and 1, are not those"),
        (f"scrypt$x$8$1${SALT}${DIGEST}", "its costs, 0, 8 and 1, are not those"),
        (f"scrypt$-16384$8$1${SALT}${DIGEST}", "its costs, 0, 8 and 1, are not those"),
        (f"scrypt$16384$8$99${SALT}${DIGEST}", "its costs, 16384, 8 and 99, are not those"),
        (f"scrypt$4194304$8$1${SALT}${DIGEST}", "its costs, 4194304, 8 and 1, ask for more"),
        (f"scrypt$65536$32$1${SALT}${DIGEST}", "its costs, 65536, 32 and 1, ask for more"),
        (f"scrypt$16384$8$1${SALT}$!{DIGEST}", "its salt or its hash is not base64"),
        (f"scrypt$16384$8$1$ü${DIGEST}", "its salt or its hash is not base64"),
        (f"scrypt$16384$8$1${SALT}$QUJD", "its salt or its hash is cut short, or too long"),
    ],
)
def test_what_is_no_sound_hash_is_refused(text, message):
    """Each fault is named, and none costs the server its memory."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        PasswordHash.parse(text)


def test_the_command_hashes_the_line_that_is_piped_in():
    """It prints the hash and nothing else."""
    done = subprocess.run(COMMAND, input="grüße\n", capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert PasswordHash.parse(done.stdout.strip()).verify("grüße")


@pytest.mark.parametrize(("given", "count"), [("", 0), ("\n", 1), ("one\ntwo\n", 2)])
def test_the_command_asks_for_one_line(given, count):
    """Nothing, an empty line or two lines are no password."""
    done = subprocess.run(COMMAND, input=given, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"password: pipe in one line, the password; there were {count}\n"


def asked(*answers: str) -> tuple[int, str]:
    """Run the command at a terminal, and answer each time it asks."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(COMMAND[0], COMMAND)
    shown = b""
    for answer in answers:
        before = len(shown)
        while b": " not in shown[before:]:
            shown += os.read(terminal, 1024)
        os.write(terminal, f"{answer}\n".encode())
    try:
        while part := os.read(terminal, 1024):
            shown += part
    except OSError:  # a terminal's way to say that the program has ended
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


def test_at_a_terminal_the_command_asks_twice_and_shows_nothing():
    """The password is not echoed; the last line is its hash."""
    status, shown = asked("geheim", "geheim")

    assert status == 0
    assert "geheim" not in shown
    assert PasswordHash.parse(shown.split()[-1]).verify("geheim")


def test_two_different_answers_make_no_hash():
    """A slip of the finger is found."""
    status, shown = asked("geheim", "geheom")

    assert status == 2
    assert shown.split("\r\n")[-2] == "password: the two are not the same; try again"
