"""The command line of the checker: what it can't use, it says in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from benchmarks.programs import free_ports
from liveguide.commands import main

from .conftest import WriteTree

Run = Callable[..., tuple[int, str, str]]
GOOD: Mapping[str, str] = {"README.md": "# Home\n"}


@pytest.fixture(name="run")
def _run(
    write_tree: WriteTree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Return a function that checks a guide; it returns status, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(files: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
        write_tree(files)
        try:
            status = main(["check", *arguments])
        except SystemExit as exit:
            status = int(exit.code or 0)
        return status, *capsys.readouterr()

    return run


def test_a_guide_that_is_no_folder_is_wrong_usage(run: Run) -> None:
    """The folder is named."""
    status, out, err = run(GOOD, "no-such-guide")

    assert (status, out) == (2, "")
    assert err == (
        "liveguide check: no-such-guide is not a folder; "
        "name the folder that holds the pages, or make one with 'liveguide new NAME'\n"
    )


def test_a_server_that_is_not_there_is_wrong_usage(run: Run) -> None:
    """The address is named, and what may be done."""
    url = f"http://127.0.0.1:{free_ports(1)[0]}/docs"
    status, out, err = run(GOOD, "--url", url)

    assert (status, out) == (2, "")
    assert err == (
        f"liveguide check: no server answers at {url}/; start site_server.py, or leave out --url\n"
    )


@pytest.mark.parametrize(
    "url", ["localhost:8888", "ftp://localhost/", "http://", "http://a:b/", "http://a/?x", ""]
)
def test_an_address_that_is_none_is_wrong_usage(run: Run, url: str) -> None:
    """The message shows how one is written."""
    status, _, err = run(GOOD, "--url", url)

    assert status == 2
    assert f"{url!r} is not the address of a site; write it as http://localhost:8888/" in err


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_are_a_number(run: Run, jobs: str) -> None:
    """At least one page is checked at a time."""
    status, _, err = run(GOOD, "--jobs", jobs)

    assert status == 2
    assert f"{jobs!r} is not a whole number of 1 or more" in err


def test_a_site_that_is_not_built_is_wrong_usage(run: Run) -> None:
    """A site that is named is served as it is."""
    status, _, err = run(GOOD, "--site", "no-such-site")

    assert status == 2
    assert "there is no site in no-such-site; build it first, or leave out --site" in err


def test_site_and_url_exclude_each_other(run: Run) -> None:
    """One check is of one site."""
    status, _, err = run(GOOD, "--site", "site", "--url", "http://localhost/")

    assert status == 2
    assert "not allowed with" in err


def test_a_browser_that_is_not_there_is_wrong_usage(run: Run) -> None:
    """The path is named."""
    status, _, err = run(GOOD, "--browser", "/no/such/chromium")

    assert status == 2
    assert err == (
        "liveguide check: there is no browser at /no/such/chromium; "
        "name its program with --browser\n"
    )


def test_a_program_that_is_no_browser_is_wrong_usage(run: Run) -> None:
    """It does not start as a browser does."""
    status, _, err = run(GOOD, "--browser", sys.executable)

    assert status == 2
    assert f"the browser {sys.executable} does not start (" in err
    assert err.endswith("name another with --browser\n")
    assert err.count("\n") == 1


def test_without_playwright_the_command_says_how_to_install_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is optional: who only builds and serves needs no browser."""
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    status, _, err = run(GOOD)

    assert status == 2
    assert err == (
        "liveguide check: the check drives a browser by Playwright, which is not installed; "
        "run: pip install playwright\n"
    )


def test_a_guide_with_errors_is_not_checked(run: Run) -> None:
    """Its errors are told as a build tells them."""
    status, out, err = run({"README.md": "```js\n"})

    assert (status, out) == (1, "")
    assert err.splitlines()[0].startswith("guide/README.md:1: error: ")
    assert err.splitlines()[-1] == ("liveguide check: the guide has errors, so nothing was checked")


def test_settings_with_errors_stop_the_check(run: Run) -> None:
    """The file and the line are named."""
    status, _, err = run({**GOOD, "liveguide.yaml": "titel: x\n"})

    assert status == 1
    assert err.startswith("guide/liveguide.yaml:1: error: ")
