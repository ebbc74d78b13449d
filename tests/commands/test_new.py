"""`liveguide new`: what it makes, and that it makes all of it or nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import websockets
from schemas.checking import faults

from liveguide.builder.site import build_site
from liveguide.checker.serving import serving
from liveguide.commands import main
from liveguide.server.endpoints.routes import read_files

TOPIC = {
    "README.md",
    "counter.py",
    "demo.css",
    "demo.html",
    "demo.js",
    "gramex.yaml",
    "greeting.py",
}


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(name="here", autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_in_an_empty_folder_it_makes_a_guide(capsys: pytest.CaptureFixture[str]) -> None:
    """The first topic brings home page, settings and schemas, and it says what next."""
    assert main(["new", "chat-room"]) == 0

    assert set(tree(Path("guide"))) == {
        "README.md",
        "liveguide.yaml",
        ".schemas/settings.json",
        ".schemas/frontmatter.json",
        ".schemas/gramex.json",
        *(f"chat-room/{name}" for name in TOPIC),
    }
    assert capsys.readouterr().out.splitlines() == [
        "Made guide/README.md",
        "Made guide/liveguide.yaml",
        "Made guide/.schemas with frontmatter.json, gramex.json, settings.json",
        f"Made guide/chat-room with {', '.join(sorted(TOPIC))}",
        "",
        "Read it     liveguide serve --watch     and open http://127.0.0.1:8888/chat-room/",
        "Edit it     guide/chat-room/README.md",
        "Check it    liveguide check",
    ]


@pytest.mark.parametrize("name", ["chat-room", "2024", "yes", "Null", "a", "x" * 80])
def test_what_it_makes_is_without_fault(here: Path, name: str) -> None:
    """It builds with --strict, its routes load, and the schemas find no fault in it."""
    assert main(["new", name]) == 0

    report = build_site(Path("guide"), Path("site"), strict=True)
    files = read_files(Path("guide"), Path("site"))

    assert (report.pages, report.snippets, report.examples) == (2, 1, 1)
    assert [*report.problems, *files.problems] == []
    assert [route.pattern for route in files.routes] == [
        f"/{name.replace('-', '[-]')}/greet".replace("[-]", "\\-"),
        f"/{name.replace('-', '[-]')}/counter".replace("[-]", "\\-"),
    ]
    for kind, path in (("settings", "liveguide.yaml"), ("gramex", f"{name}/gramex.yaml")):
        assert faults(kind, Path("guide", path).read_text()) == []


def test_it_says_what_yamlurl_is() -> None:
    """The comment has the address as patterns need it, without a slash."""
    main(["new", "chat-room"])

    assert "stands for its address, `chat-room`." in Path("guide/chat-room/gramex.yaml").read_text()


async def test_its_endpoints_answer(here: Path) -> None:
    """The function greets, and the counter is everybody's."""
    main(["new", "chat-room"])
    build_site(Path("guide"), Path("site"), strict=True)

    async with serving(Path("guide"), Path("site")) as (url, _), asyncio.timeout(60):
        base = url.replace("http", "ws") + "chat-room/"
        async with websockets.connect(base + "greet", proxy=None) as ws:
            await ws.send("world")
            assert await ws.recv() == "Hello, world!"
        async with (
            websockets.connect(base + "counter", proxy=None) as one,
            websockets.connect(base + "counter", proxy=None) as other,
        ):
            assert [await one.recv(), await other.recv()] == ["0", "0"]
            await one.send("press")
            assert [await one.recv(), await other.recv()] == ["1", "1"]


def test_a_second_topic_leaves_what_is_there() -> None:
    """Only its folder is new; two topics don't get into each other's way."""
    main(["new", "one"])
    Path("guide/README.md").write_text("# Mine\n")
    before = tree(Path("guide"))

    assert main(["new", "two"]) == 0

    after = tree(Path("guide"))
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {f"two/{name}" for name in TOPIC}
    assert build_site(Path("guide"), Path("site"), strict=True).problems == []
    assert read_files(Path("guide"), Path("site")).problems == []


def test_another_guide(capsys: pytest.CaptureFixture[str]) -> None:
    """--guide names it, folders above it are made too, and what it says next names it as well."""
    assert main(["new", "one", "--guide", "our/docs"]) == 0

    assert Path("our/docs/one/README.md").is_file()
    assert "liveguide serve our/docs --watch     and open" in capsys.readouterr().out


def test_a_guide_of_dot_files_is_empty() -> None:
    """A fresh clone holds `.git`, and yet there is no home page."""
    Path("guide/.git").mkdir(parents=True)

    assert main(["new", "one"]) == 0

    assert Path("guide/README.md").is_file()


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("Chat Room!", "chat-room"),
        ("../up", "up"),
        ("a/b", "a-b"),
        ("-x-", "x"),
        ("a--b", "a-b"),
        ("_theme", "theme"),
        ("größe", "gr-e"),
        ("", "my-topic"),
        (".", "my-topic"),
        ("x" * 81, "x" * 80),
        ("new\nline", "new-line"),
    ],
)
def test_a_name_that_can_not_be_used(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, likely: str
) -> None:
    """It is answered with one that can be, and nothing is made."""
    assert main(["new", f"--guide={here / 'guide'}", "--", name]) == 2

    assert capsys.readouterr().err == (
        f"liveguide new: {name!r} can't be the name of a topic; use letters, digits and dashes, "
        f"80 at most, as in {likely!r}\n"
    )
    assert list(here.iterdir()) == []


def test_a_name_that_is_taken(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By a folder, a file or a dangling link: nothing is written."""
    main(["new", "one"])
    Path("guide/file").touch()
    Path("guide/link").symlink_to("nowhere")
    before = tree(here)
    capsys.readouterr()

    for name in ("one", "file", "link"):
        assert main(["new", name]) == 2
        assert capsys.readouterr().err == (
            f"liveguide new: guide/{name} is there already; choose another name, or edit it\n"
        )
    assert tree(here) == before


def test_a_guide_that_is_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named."""
    Path("guide").touch()

    assert main(["new", "one"]) == 2

    assert capsys.readouterr().err == (
        "liveguide new: guide is not a folder; name another with --guide\n"
    )


@pytest.mark.parametrize("has_guide", [False, True])
def test_a_failure_leaves_nothing_half_made(here: Path, has_guide: bool) -> None:
    """On a full disk the folder is as it was, and one sentence says why."""
    if has_guide:
        Path("guide").mkdir()
        Path("guide/README.md").write_text("# Mine\n")
    before = sorted(here.rglob("*"))
    code = (
        "import resource, signal, sys\n"
        "from liveguide.commands import main\n"
        "import liveguide.schemas, liveguide.starting\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))\n"
        "sys.exit(main(['new', 'one']))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("liveguide new: guide can't be written: File too large")
    assert sorted(here.rglob("*")) == before


def test_a_guide_that_is_a_link_to_nowhere(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named as what it is."""
    Path("guide").symlink_to("nowhere")

    assert main(["new", "one"]) == 2

    assert capsys.readouterr().err == (
        "liveguide new: guide is a link that leads nowhere; name another with --guide\n"
    )
