"""The command line: exit statuses, what is printed where, progress at a terminal."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder.cli import main
from liveguide.builder.output import WORK_FOLDER, staged

from .conftest import Files, tree

Write = Callable[[Files], Path]
Run = Callable[..., tuple[int, list[str], list[str]]]

GOOD: Files = {
    "README.md": "# Home\n\n::: example href=demo.html\n    Demo\n\n"
    "```js\nnew WebSocket('x')\n```\n\n```js run=always\nx()\n```\n",
    "demo.html": "<p>",
    "two.md": "# Two\n",
}


@pytest.fixture(name="run")
def _run(
    write_tree: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Return a function that runs the command on a guide; it returns status, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(files: Files, *arguments: str) -> tuple[int, list[str], list[str]]:
        write_tree(files)
        try:
            status = main(arguments)
        except SystemExit as exit:
            status = int(exit.code or 0)
        out, err = capsys.readouterr()
        return status, out.splitlines(), err.splitlines()

    return run


def test_the_last_line_counts(run: Run) -> None:
    """A good build exits with 0 and says on one line what it did."""
    status, out, err = run(GOOD)

    assert (status, err) == (0, [])
    assert len(out) == 1
    assert re.fullmatch(
        r"Built 2 pages, 1 example, 2 snippets, 0 warnings in \d+\.\d\d s into site", out[0]
    )


def test_the_last_line_counts_what_is_stated(run: Run) -> None:
    """It says how many of the snippets state what must come of them, where any do."""
    fence = "```js{}\nnew WebSocket('x')\n```\n\n"
    _, out, _ = run({"README.md": "# Home\n\n" + fence.format("") + fence.format(" expect=a")})

    assert out[0].startswith(
        "Built 1 page, 0 examples, 2 snippets, 1 with stated output, 0 warnings in "
    )


def test_the_public_address_may_be_given(run: Run) -> None:
    """With `--url` the codes lead to that address, whatever the settings say."""
    settings = {"liveguide.yaml": "url: https://docs.example.org/\n"}
    status, _, err = run({**GOOD, **settings}, "--url", "http://192.0.2.1:8888")
    page = Path("site/index.html").read_text()

    assert (status, err) == (0, [])
    assert 'href="http://192.0.2.1:8888/demo.html"' in page
    assert "docs.example.org" not in page


def test_a_public_address_that_is_none(run: Run) -> None:
    """Such an address is a wrong command line, and nothing is built."""
    status, _, err = run(GOOD, "--url", "docs.example.org")

    assert status == 2
    assert err[-1] == (
        "build.py: error: argument --url: 'docs.example.org' is not a site's address; "
        "write it as https://docs.example.org/"
    )
    assert not Path("site").exists()


def test_warnings_are_counted_and_allowed(run: Run) -> None:
    """A warning is told on standard error, and the site is written."""
    status, out, err = run({"README.md": "# Home\n\n[x](no.md)\n"})

    assert status == 0
    assert err == ["guide/README.md:3: warning: the link 'no.md' is broken: there is no such file"]
    assert out[0].startswith("Built 1 page, 0 examples, 0 snippets, 1 warning in ")
    assert Path("site/index.html").is_file()


def test_strict_turns_a_warning_into_a_failure(run: Run) -> None:
    """With `--strict` a broken link is exit status 1, and no site is written."""
    status, out, err = run({"README.md": "# Home\n\n[x](no.md)\n"}, "--strict")

    assert (status, len(err)) == (1, 1)
    assert re.fullmatch(
        r"Not built: 0 errors in 1 page, 0 examples, 0 snippets, 1 warning after \d+\.\d\d s; "
        r"site is as it was",
        out[0],
    )
    assert not Path("site").exists()


def test_all_problems_are_told_together(run: Run) -> None:
    """Errors and warnings of all pages come sorted by file and line; the old site stays."""
    run({"README.md": "# Home\n"})
    before = Path("site/index.html").read_bytes()

    status, out, err = run(
        {
            "b/README.md": "[x](no.md)\n\n```js\n",
            "b/page.md": "::: example\n    Label\n\n\n\n\n\n\n\n[x](a.md)\n[y](#z)\n",
            "a.md": "---\ntitle: 1\n---\n",
            "c.md": b"\xff",
            "d.html": "<b onclick='x'>",
        }
    )

    assert status == 1
    assert [line.partition(" ")[0] for line in err] == [
        "guide/a.md:2:1:",
        "guide/b/README.md:1:",
        "guide/b/README.md:3:",
        "guide/b/page.md:1:",
        "guide/b/page.md:10:",
        "guide/b/page.md:11:",
        "guide/c.md:1:",
        "guide/d.html:1:",
    ]
    assert out[0].startswith("Not built: 4 errors in 5 pages, ")
    assert Path("site/index.html").read_bytes() == before


def test_quiet_says_nothing_but_problems(run: Run) -> None:
    """With `--quiet` there is no last line."""
    assert run(GOOD, "--quiet") == (0, [], [])

    status, out, err = run({"README.md": "[x](no.md)\n"}, "--quiet")

    assert (status, out, len(err)) == (0, [], 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["nowhere"],
            "build.py: nowhere is not a folder; "
            "name the folder that holds the pages, or make one with 'liveguide new NAME'",
        ),
        (
            ["guide/README.md"],
            "build.py: guide/README.md is not a folder; "
            "name the folder that holds the pages, or make one with 'liveguide new NAME'",
        ),
        (
            ["--output", "guide"],
            "build.py: the output guide holds the guide guide, which would be lost; "
            "name another folder",
        ),
        (
            ["--jobs", "0"],
            "build.py: error: argument --jobs: '0' is not a whole number of 1 or more",
        ),
        (
            ["--jobs", "two"],
            "build.py: error: argument --jobs: 'two' is not a whole number of 1 or more",
        ),
        (["--nonsense"], "build.py: error: unrecognized arguments: --nonsense"),
    ],
)
def test_a_wrong_command_line(run: Run, arguments: list[str], message: str) -> None:
    """What can't be used as asked is exit status 2 and one sentence."""
    status, out, err = run(GOOD, *arguments)

    assert (status, out) == (2, [])
    assert err[-1] == message


def test_wrong_settings(run: Run) -> None:
    """A fault in the settings is an error like one in a page."""
    status, out, err = run({**GOOD, "liveguide.yaml": "titel: T\n"})

    assert status == 1
    assert "1 error" in out[0]
    assert err == [
        "guide/liveguide.yaml:1: error: there is no setting 'titel'; did you mean 'title'?"
    ]


def test_another_build_at_work(run: Run, write_tree: Write) -> None:
    """A site that another build is writing is exit status 75 (EX_TEMPFAIL of sysexits.h)."""
    with staged(Path("site")):
        status, out, err = run(GOOD)

    assert (status, out) == (75, [])
    assert err == ["build.py: another build is writing site; wait until it ends"]


def test_a_folder_that_can_not_be_written(run: Run) -> None:
    """A file where the output's folder should be is exit status 1 and one sentence."""
    Path("file").touch()

    status, out, err = run(GOOD, "--output", "file/site")

    assert (status, out) == (1, [])
    assert err[0].startswith("build.py: the site can't be written: Not a directory (")


def test_help_is_worth_reading(run: Run) -> None:
    """`--help` says what is built, what each option does, what each status means, and examples."""
    status, out, err = run(GOOD, "--help")
    text = "\n".join(out)

    assert (status, err) == (0, [])
    assert " ".join(text.split()).startswith(
        "usage: build.py [-h] [--output SITE] [--drafts] [--strict] [--jobs N] [--url ADDRESS] "
        "[--quiet] [GUIDE] "
    )
    for words in (
        "Build a static site from a folder of Markdown pages.",
        "the folder that holds the pages (default: guide)",
        "the folder to write (default: site)",
        "let a warning, such as a broken link, fail the build",
        "exit status:",
        " 75  another build is writing the same site",
        "python build.py docs --output public",
    ):
        assert words in text


def at_a_terminal(*arguments: str) -> str:
    """Build anew, with a terminal for standard error; return what appears there."""
    shutil.rmtree(WORK_FOLDER)  # with what is kept of the build before
    shutil.rmtree("site")
    master, slave = pty.openpty()
    try:
        subprocess.run(
            [sys.executable, "-m", "liveguide.builder", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=slave,
            check=True,
            timeout=60,
        )
    finally:
        os.close(slave)
    with open(master, "rb", closefd=True) as terminal:
        shown = b""
        try:
            while part := os.read(terminal.fileno(), 4096):
                shown += part
        except OSError:  # EIO: how Linux says that nobody has the other end any more
            pass
    return shown.decode()


def test_progress_at_a_terminal_only(run: Run) -> None:
    """A person sees how far the build is, and the line is gone in the end; a pipe sees nothing."""
    assert run(GOOD)[2] == []

    shown = at_a_terminal()

    assert "\r\x1b[KRendering pages 2/2" in shown
    assert shown.endswith("\r\x1b[K")


def test_no_progress_when_quiet(run: Run) -> None:
    """`--quiet` holds at a terminal too."""
    run(GOOD)

    assert at_a_terminal("--quiet") == ""


def test_ctrl_c_leaves_the_old_site(run: Run) -> None:
    """An interrupted build says in one sentence that nothing has changed."""
    run({"README.md": "# Home\n"})
    before = tree(Path("site"))
    os.mkfifo("pipe")
    Path("guide/_theme/templates").mkdir(parents=True)
    Path("guide/_theme/templates/page.html").write_text("{{ open('pipe').read() }}")
    build = subprocess.Popen(
        [sys.executable, "-m", "liveguide.builder"], stderr=subprocess.PIPE, text=True
    )
    pipe = os.open("pipe", os.O_WRONLY)  # waits until the build fills the template

    build.send_signal(signal.SIGINT)

    assert build.communicate(timeout=60)[1] == "build.py: stopped; the old site is as it was\n"
    os.close(pipe)
    assert build.returncode == 130
    assert tree(Path("site")) == before


def test_the_script_and_the_module_are_the_same(run: Run) -> None:
    """`build.py` only hands over, and passes on the exit status."""
    run(GOOD)
    script = Path(__file__).parents[2] / "build.py"

    for command in ([str(script)], ["-m", "liveguide.builder"]):
        done = subprocess.run(
            [sys.executable, *command, "nowhere"], capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 2
        assert done.stderr.startswith(b"build.py: nowhere is not a folder")
