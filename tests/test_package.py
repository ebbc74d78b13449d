"""The wheel: what is in it, and that it works where nothing else of the repository is."""

from __future__ import annotations

import asyncio
import subprocess
import zipfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from pathlib import Path

import pytest
import websockets
from installing import ROOT, clean_environment, install

import liveguide

pytestmark = pytest.mark.long

GUIDE = {
    "README.md": "# Home\n\n```js expect=HELLO\nnew WebSocket('shout')\n```\n",
    "gramex.yaml": (
        "url:\n  shout:\n    pattern: /shout\n    handler: WebSocketHandler\n    kwargs:\n"
        "      on_message:\n        function: loud.shout\n"
    ),
    "loud.py": "def shout(handler, message):\n    handler.write_message(message.upper())\n",
}


@pytest.fixture(name="programs", scope="module")
def _programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of a virtual environment with the wheel in it."""
    return install(wheel, tmp_path_factory.mktemp("environment"))


@pytest.fixture(name="here")
def _here(tmp_path: Path) -> Path:
    """Return a folder with a small guide and nothing else."""
    for name, text in GUIDE.items():
        path = tmp_path / "guide" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def run(programs: Path, here: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment in a folder."""
    return subprocess.run(
        [programs / command[0], *command[1:]],
        cwd=here,
        env=clean_environment(programs),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@asynccontextmanager
async def serving(programs: Path, here: Path, *options: str) -> AsyncIterator[str]:
    """Serve the guide there; give the address."""
    process = await asyncio.create_subprocess_exec(
        *(programs / "liveguide", "serve", "--port", "0", *options),
        cwd=here,
        env=clean_environment(programs),
        stdout=PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while not (line := (await process.stdout.readline()).decode()).startswith("Serving "):
                assert line, "the server has ended"
        yield line.split()[1]
    finally:
        process.terminate()
        await process.communicate()


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    """Templates, front end, starter files and the rest travel with the code, and nothing else."""
    folder = ROOT / "liveguide"
    files = {path.relative_to(ROOT).as_posix() for path in folder.rglob("*") if path.is_file()}

    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert packed == {name for name in files if "__pycache__" not in name}
    assert {"liveguide/py.typed", "liveguide/starter/topic/demo.html"} < packed


def test_what_the_wheel_says_of_itself(wheel: Path) -> None:
    """The version is the package's, the licence travels along, and only our guide needs NLTK."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = message_from_bytes(archive.read(name))
        licences = [name for name in archive.namelist() if name.endswith("/LICENSE")]
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]

    assert metadata["Version"] == liveguide.__version__
    assert metadata["License-Expression"] == "MIT"
    assert len(licences) == 1
    assert any(line.startswith("tornado") for line in needed)
    assert not any(line.startswith(("nltk", "blinker", "playwright")) for line in needed)


def test_the_installed_package_is_the_one_that_runs(programs: Path, here: Path) -> None:
    """Nothing of the repository is found from elsewhere; the tests below would not notice."""
    done = run(programs, here, "python", "-c", "import liveguide; print(liveguide.__file__)")

    assert Path(done.stdout.strip()).is_relative_to(programs.parent)
    assert run(programs, here, "liveguide", "--version").stdout == (
        f"liveguide {liveguide.__version__}\n"
    )


def test_it_builds_a_guide_of_one_s_own(programs: Path, here: Path) -> None:
    """The site is the one that the repository builds, byte for byte."""
    done = run(programs, here, "liveguide", "build", "--strict")
    assert (done.returncode, done.stderr) == (0, "")

    subprocess.run(
        [programs / "python", ROOT / "build.py", "--output", "other", "--quiet"],
        cwd=here,
        env=clean_environment(programs),
        check=True,
        timeout=60,
    )

    site = tree(here / "site")
    assert "index.html" in site
    assert tree(here / "other") == site


async def test_it_serves_a_guide_of_one_s_own(programs: Path, here: Path) -> None:
    """The site is built first, and a socket talks to the guide's function."""
    async with (
        serving(programs, here) as url,
        asyncio.timeout(60),
        websockets.connect(url.replace("http", "ws") + "shout", proxy=None) as ws,
    ):
        await ws.send("hello")

        assert await ws.recv() == "HELLO"
    assert (here / "site/index.html").is_file()


def test_a_guide_has_templates_and_styles_of_its_own(programs: Path, here: Path) -> None:
    """Those in `_theme` stand for the installed ones, which the others still come from."""
    theme = here / "guide/_theme"
    (theme / "templates").mkdir(parents=True)
    (theme / "templates/_header.html").write_text("<header>Ours: {{ site.title }}</header>\n")
    (theme / "styles.css").write_text(":root { --measure: 31rem; }\n")

    done = run(programs, here, "liveguide", "build", "--strict")

    assert (done.returncode, done.stderr) == (0, "")
    page = (here / "site/index.html").read_text()
    assert "<header>Ours: Guide</header>" in page
    assert "<live-snippet" in page
    styles = [text for name, text in tree(here / "site").items() if name.endswith(".css")]
    assert any(b"--measure:31rem" in text for text in styles)
    assert not (here / "site/_theme").exists()


def test_a_fault_in_a_template_of_one_s_own_is_named(programs: Path, here: Path) -> None:
    """With the file of the guide, and its line."""
    template = here / "guide/_theme/templates/_header.html"
    template.parent.mkdir(parents=True)
    template.write_text("<header>\n{{ site.titel }}\n{% if %}\n</header>\n")

    done = run(programs, here, "liveguide", "build")

    assert done.returncode == 1
    assert done.stderr.startswith("guide/_theme/templates/_header.html:3: error: the template ")
    assert "Traceback" not in done.stderr


def test_every_command_runs(programs: Path, here: Path) -> None:
    """Each finds what it needs in the package."""
    for command in (["schema", "gramex"], ["completion", "fish"], ["new", "topic"]):
        done = run(programs, here, "liveguide", *command)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout
    assert (here / "guide/topic/gramex.yaml").is_file()


@pytest.mark.parametrize("command", ["build", "serve", "check"])
def test_without_a_guide_it_says_so(programs: Path, tmp_path: Path, command: str) -> None:
    """One sentence, no traceback, nothing made."""
    done = run(programs, tmp_path, "liveguide", command)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"liveguide {command}: guide is not a folder; "
        "name the folder that holds the pages, or make one with 'liveguide new NAME'\n"
    )
    assert list(tmp_path.iterdir()) == []
