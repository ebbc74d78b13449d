"""The output appears in one step, whatever happens to the build that writes it."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder import output
from liveguide.builder.output import WORK_FOLDER, check_output, in_site, staged
from liveguide.errors import OutputBusy, UsageError

from .conftest import Files, tree

BUILD = [sys.executable, "-m", "liveguide.builder", "--quiet"]


@pytest.fixture(name="guide")
def _guide(
    write_tree: Callable[[Files], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return a guide of eight pages, in the working directory."""
    monkeypatch.chdir(tmp_path)
    return write_tree({f"page{n}.md": f"# Page {n}\n\nOld.\n" for n in range(8)})


def change(guide: Path, word: str) -> None:
    """Write a word into every page."""
    for path in guide.glob("*.md"):
        path.write_text(f"# {path.stem}\n\n{word}.\n")


def words(site: Path) -> set[str]:
    """Return which words the pages of a site hold."""
    pages = [path.read_text() for path in site.glob("page*.html")]
    return {word for word in ("Old", "New") if any(f"<p>{word}.</p>" in page for page in pages)}


def test_the_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    """What was staged is the site; what was there is gone, and nothing temporary is left."""
    site = tmp_path / "site"
    for name in ("one", "two"):
        with staged(site) as staging:
            (staging / name).write_text(name)

    assert tree(site) == {"two": b"two"}
    assert os.listdir(tmp_path / WORK_FOLDER) == ["site.lock"]


def test_the_folder_has_the_usual_mode(tmp_path: Path) -> None:
    """A web server that runs as somebody else may read the site."""
    before = os.umask(0o022)
    try:
        with staged(tmp_path / "site"):
            pass
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "site").stat().st_mode) == 0o755


def test_an_exception_leaves_the_old_site(tmp_path: Path) -> None:
    """A failure within the block changes nothing, and leaves nothing behind."""
    site = tmp_path / "site"
    with staged(site) as staging:
        (staging / "old").touch()

    def fail() -> None:
        with staged(site) as staging:
            (staging / "new").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert tree(site) == {"old": b""}
    assert os.listdir(tmp_path / WORK_FOLDER) == ["site.lock"]


def test_without_the_exchange_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two folders can't be exchanged in one step, two renames do, and are undone."""
    monkeypatch.setattr(output, "_exchange", lambda one, other: False)
    site = tmp_path / "site"
    for name in ("one", "two"):
        with staged(site) as staging:
            (staging / name).touch()

    assert tree(site) == {"two": b""}

    def lose() -> None:
        with staged(site) as staging:
            os.rename(staging, tmp_path / "taken away")

    with pytest.raises(FileNotFoundError):
        lose()

    assert tree(site) == {"two": b""}


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """Nobody makes a build empty a file elsewhere."""
    (tmp_path / WORK_FOLDER).mkdir()
    (tmp_path / "victim").write_text("Mine.")
    (tmp_path / WORK_FOLDER / "site.lock").symlink_to(tmp_path / "victim")

    with pytest.raises(OSError, match="symbolic links"), staged(tmp_path / "site"):
        pass

    assert (tmp_path / "victim").read_text() == "Mine."


def test_a_work_folder_that_is_a_link_is_refused(guide: Path, tmp_path: Path) -> None:
    """It could lead to a folder of somebody else."""
    (tmp_path / "theirs").mkdir()
    Path(WORK_FOLDER).symlink_to(tmp_path / "theirs")

    done = subprocess.run(BUILD, capture_output=True, text=True, check=False, timeout=60)

    message = f"{tmp_path / WORK_FOLDER} is no folder, but a file or a link; delete it"
    assert (done.returncode, done.stderr) == (2, f"build.py: {message}\n")
    assert tree(tmp_path / "theirs") == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_work_folder_of_another_user_is_refused(guide: Path, tmp_path: Path) -> None:
    """Whoever has made it in a folder for all, such as `/tmp`, could change what is built."""
    Path(WORK_FOLDER).mkdir()
    os.chown(WORK_FOLDER, 65534, 65534)

    with pytest.raises(UsageError) as caught:
        check_output(guide, Path("site"))

    fault = "is another user's, who could change the site; delete it"
    assert str(caught.value) == f"{tmp_path / WORK_FOLDER} {fault}"


def test_only_one_build_at_a_time(tmp_path: Path) -> None:
    """A second build of the same site is told so; one of another site is not disturbed."""
    with staged(tmp_path / "site") as staging:
        (staging / "first").touch()
        with pytest.raises(OutputBusy) as caught, staged(tmp_path / "site"):
            pass
        with staged(tmp_path / "site.2") as other:
            (other / "x").touch()
            with staged(tmp_path / "site.2.3"):
                pass

    assert str(caught.value) == "another build is writing site; wait until it ends"
    assert tree(tmp_path / "site") == {"first": b""}
    assert tree(tmp_path / "site.2") == {"x": b""}


def test_a_site_whose_name_begins_alike_is_left_alone(tmp_path: Path) -> None:
    """Cleaning up after a killed build does not touch a build of `site.2` that goes on."""
    with staged(tmp_path / "site.2") as staging:
        with staged(tmp_path / "site"):
            pass
        (staging / "x").touch()

    assert tree(tmp_path / "site.2") == {"x": b""}


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path) -> None:
    """The next build removes the staging folders of builds that were killed."""
    work = tmp_path / WORK_FOLDER
    (work / "site.abcd_123.tmp").mkdir(parents=True)
    (work / "site.abcd_123.old.tmp").mkdir()

    with staged(tmp_path / "site"):
        pass

    assert os.listdir(work) == ["site.lock"]


@pytest.mark.parametrize(
    ("site", "message"),
    [
        (".", "the output . holds the guide guide, which would be lost; name another folder"),
        (
            "guide",
            "the output guide holds the guide guide, which would be lost; name another folder",
        ),
        ("guide/page1.md", "the output guide/page1.md is a file; name a folder"),
        (
            "mine",
            "the output mine holds files that no build wrote, and they would be lost; "
            "name a new or an empty folder",
        ),
    ],
)
def test_an_output_that_would_destroy_something(guide: Path, site: str, message: str) -> None:
    """A folder that holds the guide or anything that no build wrote is refused."""
    Path("mine").mkdir()
    Path("mine/thesis.txt").touch()

    with pytest.raises(UsageError) as caught:
        check_output(Path("guide"), Path(site))

    assert str(caught.value) == message


@pytest.mark.parametrize("site", ["new", "a/b/new", "empty", "guide/site", "../elsewhere"])
def test_an_output_that_is_fine(guide: Path, site: str) -> None:
    """A folder that is new or empty may be written, inside the guide as well."""
    Path("empty").mkdir()

    check_output(Path("guide"), Path(site))


KILLED = """\
import itertools, os, signal, sys
from liveguide.builder.cli import main

def build(last):
    # In a process that kills itself at its last step on the disk; return how many, or -9.
    steps = itertools.count(1)
    def count(event, _):
        if event == "open" or event.startswith(("os.", "shutil.", "fcntl.", "ctypes.")):
            if next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)
    if (child := os.fork()) == 0:
        sys.addaudithook(count)
        main(["--quiet", "--jobs", "1"])
        done = next(steps)
        with open("steps", "w") as file:
            file.write(str(done))
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status or int(open("steps").read())

for line in sys.stdin:
    print(build(int(line)), flush=True)
"""


@pytest.mark.long
def test_a_build_killed_at_any_moment_leaves_a_whole_site(guide: Path) -> None:
    """After SIGKILL before any step on the disk the site is the old or the new one, never a mix."""
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert killed.stdin is not None
    assert killed.stdout is not None

    def build(last: int) -> int:
        """Build until that step begins, or to the end; return the number of steps, or -9."""
        print(last, file=killed.stdin, flush=True)
        return int(killed.stdout.readline())

    change(guide, "Old")
    build(0)
    old = tree(Path("site"))
    assert words(Path("site")) == {"Old"}
    change(guide, "New")
    steps, new = build(0), tree(Path("site"))
    change(guide, "Old")
    build(0)
    change(guide, "New")
    found = []
    for last in range(1, steps, steps // 16):
        for left in Path(WORK_FOLDER).glob("*.tmp"):
            shutil.rmtree(left)  # which would take more steps
        assert build(last) == -signal.SIGKILL
        found.append(tree(Path("site")))
        assert found[-1] in (old, new)

    killed.communicate(timeout=60)
    assert found[0] == old
    assert found[-1] == new
    subprocess.run(BUILD, check=True, timeout=60)
    assert tree(Path("site")) == new
    assert sorted(os.listdir(WORK_FOLDER)) == ["cache", "site.lock"]


def test_a_killed_build_leaves_no_process(guide: Path) -> None:
    """The processes that render end with the build that started them."""
    templates = guide / "_theme/templates"
    templates.mkdir(parents=True)
    (templates / "_example.html").write_text("{{ open(example.title).read() }}")
    for name in ("one", "two"):
        os.mkfifo(name)
        (guide / f"{name}.md").write_text(f"::: example href=page1.html\n    {name}\n")
    build = subprocess.Popen(
        [sys.executable, "-m", "liveguide.builder", "--jobs", "2"], stderr=subprocess.PIPE
    )
    # Opening a pipe waits until a process that renders its page opens it too, to read.
    pipes = [os.open(name, os.O_WRONLY) for name in ("one", "two")]

    build.kill()

    _, errors = build.communicate(timeout=60)  # returns when the last of them is gone
    for pipe in pipes:
        os.close(pipe)
    assert errors == b""


@pytest.mark.long
@pytest.mark.parametrize("limit", [0, 500, 5_000])
def test_a_full_disk_leaves_the_old_site(guide: Path, limit: int) -> None:
    """A build that can't write, at its first file or later, says so and changes nothing."""
    subprocess.run(BUILD, check=True, timeout=60)
    old = tree(Path("site"))
    change(guide, "New")
    shutil.rmtree(f"{WORK_FOLDER}/cache")
    code = (
        "import resource, sys; from liveguide.builder.cli import main; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); "
        "sys.exit(main(['--jobs', '1']))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert done.stderr.startswith("build.py: the site can't be written: File too large")
    assert tree(Path("site")) == old
    assert sorted(os.listdir(WORK_FOLDER)) == ["cache", "site.lock"]


DISK = """\
mount -t tmpfs -o size=50m tmpfs disk || exit 99
"$@" --output disk/site || exit 98
cp -r disk/site before
echo More. >> guide/page1.md
{}
"$@" --output disk/site
status=$?
diff -r before disk/site || exit 97
exit $status
"""
FULL = "cat /dev/zero > disk/filler 2> /dev/null; truncate -s -16384 disk/filler"
READ_ONLY = "mount -o remount,ro disk || exit 99"


@pytest.mark.long
@pytest.mark.parametrize(
    ("turned", "why"),
    [(FULL, "No space left on device"), (READ_ONLY, "Read-only file system")],
    ids=["full", "read-only"],
)
def test_a_disk_that_takes_nothing_more_leaves_the_old_site(
    guide: Path, turned: str, why: str
) -> None:
    """The same on a real disk, with room for 16 KiB or none, where one can be mounted."""
    Path("disk").mkdir()

    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", DISK.format(turned), "sh", *BUILD],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    if "unshare:" in done.stderr or done.returncode == 99:
        pytest.skip("this system lets nobody mount a disk to fill; the size of files was limited")
    assert done.returncode == 1
    assert done.stderr.startswith(f"build.py: the site can't be written: {why}")


def test_a_link_that_leads_to_itself_is_refused(guide: Path) -> None:
    """An output that is no folder, because it leads round in a circle, is named."""
    Path("loop").symlink_to("loop")
    done = subprocess.run(
        [*BUILD, "--output", "loop"], capture_output=True, text=True, check=False, timeout=60
    )

    message = "build.py: the output loop is a link that leads nowhere; name a folder\n"
    assert (done.returncode, done.stderr) == (2, message)


def test_a_file_that_is_being_written_is_named_as_in_the_site() -> None:
    """No message tells of the folder in which a site is made."""
    assert in_site("/a/.liveguide/site.abcd1234.tmp/x/y", Path("site")) == "site/x/y"
    assert in_site("/a/guide/x", Path("site")) == "/a/guide/x"


@pytest.mark.long
def test_two_builds_at_once_do_not_mix(guide: Path) -> None:
    """Of builds that meet, one exits with 75; the site is one whole one in the end."""
    subprocess.run(BUILD, check=True, timeout=60)
    change(guide, "New")
    with staged(Path("site")) as staging:
        (staging / "theirs").touch()
        second = subprocess.run(BUILD, capture_output=True, text=True, check=False, timeout=60)

    assert second.returncode == 75
    assert second.stderr == "build.py: another build is writing site; wait until it ends\n"
    assert tree(Path("site")) == {"theirs": b""}


@pytest.mark.long
def test_many_builds_at_once(guide: Path) -> None:
    """Each of several builds writes the whole site or none of it."""
    builds = [subprocess.Popen(BUILD, stderr=subprocess.DEVNULL) for _ in range(8)]
    statuses = {build.wait(60) for build in builds}

    assert statuses <= {0, 75}
    assert 0 in statuses
    subprocess.run([*BUILD, "--output", "other"], check=True, timeout=60)
    assert tree(Path("site")) == tree(Path("other"))
