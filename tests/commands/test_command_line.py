"""`liveguide` itself: its commands, and what it says to a slip of the pen."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from liveguide import __version__
from liveguide.commands import command_line, main


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["biuld"], "there is no command 'biuld'; did you mean 'build'?"),
        (["Serve"], "there is no command 'Serve'; did you mean 'serve'?"),
        (["x"], f"there is no command 'x'; there are {', '.join(command_line()[1])}"),
    ],
)
def test_a_wrong_command_is_answered_with_the_right_one(
    capsys: pytest.CaptureFixture[str], given: list[str], message: str
) -> None:
    """The likeliest is named, or else all; the exit status is 2."""
    with pytest.raises(SystemExit) as exit:
        main(given)

    assert exit.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"liveguide: error: {message}"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["serve", "--wach"], "there is no option '--wach'; did you mean '--watch'?"),
        (["build", "--outptu=x"], "there is no option '--outptu'; did you mean '--output'?"),
        (["check", "--qqqqqqq"], "there is no option '--qqqqqqq'; --help lists them"),
        (["serve", "guide", "site"], "there is one argument too many, 'site'"),
    ],
)
def test_a_wrong_option_is_answered_by_its_command(
    capsys: pytest.CaptureFixture[str], given: list[str], message: str
) -> None:
    """With the usage of the command, and the likeliest of its options."""
    with pytest.raises(SystemExit) as exit:
        main(given)

    told = capsys.readouterr().err.splitlines()
    assert exit.value.code == 2
    assert told[0].startswith(f"usage: liveguide {given[0]} ")
    assert told[-1] == f"liveguide {given[0]}: error: {message}"


def test_a_wrong_schema_is_answered_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    """As a wrong command is."""
    with pytest.raises(SystemExit):
        main(["schema", "setings"])

    assert capsys.readouterr().err.splitlines()[-1] == (
        "liveguide schema: error: argument NAME: there is no schema 'setings'; "
        "did you mean 'settings'?"
    )


def test_without_a_command_it_helps(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever types the name alone wants to know what there is; it did nothing, and says so."""
    assert main([]) == 2

    assert "commands:\n" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """It is the package's."""
    with pytest.raises(SystemExit) as exit:
        main(["--version"])

    assert exit.value.code == 0
    assert capsys.readouterr().out == f"liveguide {__version__}\n"


def test_the_help_has_a_line_for_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Each says what the command does."""
    with pytest.raises(SystemExit):
        main(["--help"])
    told = re.findall(r"^    (\w+)\s+\w+ \w+", capsys.readouterr().out, re.MULTILINE)

    assert told == list(command_line()[1])


@pytest.mark.parametrize("arguments", [["--help"], ["new", "--help"], ["serve", "--help"]])
def test_help_loads_no_renderer_and_no_server(arguments: list[str]) -> None:
    """It comes at once: the commands load Markdown and Tornado when they run."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('LOADED', *sys.modules))\n"
        "from liveguide.commands import main\n"
        f"main({arguments})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    loaded = done.stdout.partition("LOADED")[2].split()
    assert "liveguide.commands" in loaded
    assert not {"markdown", "pygments", "tornado", "playwright", "shtab"} & set(loaded)


def test_a_reader_who_has_enough_is_no_error() -> None:
    """What is piped into `head` ends without a traceback."""
    program = [sys.executable, "-m", "liveguide", "schema", "gramex"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_build_and_serve_are_the_two_scripts() -> None:
    """The commands take exactly the options of build.py and site_server.py."""
    for script, command in (("build.py", "build"), ("site_server.py", "serve")):
        helps = [
            subprocess.run(
                [sys.executable, *call, "--help"], capture_output=True, text=True, check=True
            ).stdout
            for call in ([script], ["-m", "liveguide", command])
        ]
        options = [
            [line.split()[0] for line in text.splitlines() if line.startswith("  --")]
            for text in helps
        ]

        assert options[0] == options[1] != []
