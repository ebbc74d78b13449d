"""Finding and loading what stands beside a gramex.yaml."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading

import pytest

from liveguide.errors import SourceError
from liveguide.server.endpoints import modules as loading
from liveguide.server.endpoints.modules import AuthorModules


def test_two_folders_may_have_modules_of_one_name(write_tree):
    """Each folder's module is its own, and neither is the installed one."""
    guide = write_tree({"a/json.py": "x = 'a'", "b/json.py": "x = 'b'"})
    modules = AuthorModules()

    assert modules.find(guide / "a", "json").x == "a"
    assert modules.find(guide / "b", "json").x == "b"
    assert modules.find(guide, "json").dumps(1) == "1"


def test_a_module_is_loaded_once(write_tree):
    """All routes of a folder share one module, and so its state."""
    guide = write_tree({"chat.py": "room = []"})
    modules = AuthorModules()

    assert modules.find(guide, "chat") is modules.find(guide, "chat")
    assert modules.find(guide, "chat") is not AuthorModules().find(guide, "chat")


def test_a_module_may_import_its_neighbours(write_tree):
    """`from . import other` works, and the import path is left alone."""
    guide = write_tree(
        {
            "a/chat.py": "from . import other\nfrom .deep import thing",
            "a/other.py": "x = 1",
            "a/deep/thing.py": "y = 2",
        }
    )
    path = sys.path.copy()

    chat = AuthorModules().find(guide / "a", "chat")

    assert (chat.other.x, chat.thing.y) == (1, 2)
    assert path == sys.path
    assert not list(guide.rglob("__pycache__"))


def test_a_package_beside_the_file_is_a_module_too(write_tree):
    """A folder with or without __init__.py can be named, unless something installed is."""
    guide = write_tree(
        {"bots/eliza.py": "x = 1", "email/data.txt": "", "full/__init__.py": "y = 2"}
    )
    modules = AuthorModules()
    bots = modules.find(guide, "bots")

    assert modules.submodule(bots, "eliza", guide).x == 1
    assert modules.submodule(bots, "other", guide) is None
    assert modules.find(guide, "full").y == 2
    assert hasattr(modules.find(guide, "email"), "message_from_string")


def test_an_unknown_module_is_none(write_tree):
    """What is neither beside the file nor installed is not there."""
    assert AuthorModules().find(write_tree({}), "no_such_module") is None


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\ndef open(handler:\n  pass", 2, "this is not valid Python: '(' was never closed"),
        (
            "\nx = y",
            2,
            "the module 'chat' can't be imported: NameError: name 'y' is not defined",
        ),
        ("def f():\n  1/0\nf()", 2, "the module 'chat' can't be imported: ZeroDivisionError: "
         "division by zero"),
        (
            "import no_such_thing",
            1,
            "the module 'chat' can't be imported: ModuleNotFoundError: "
            "No module named 'no_such_thing'; is 'no_such_thing' installed?",
        ),
        (
            "import other",
            1,
            "the module 'chat' can't be imported: ModuleNotFoundError: No module named 'other'; "
            "write 'from . import other' for a module in the same folder",
        ),
        ("raise SystemExit", 1, "the module 'chat' can't be imported: SystemExit"),
        ("raise GeneratorExit", 1, "the module 'chat' can't be imported: GeneratorExit"),
        (
            "import asyncio\nraise asyncio.CancelledError",
            2,
            "the module 'chat' can't be imported: CancelledError",
        ),
    ],
)  # fmt: skip
def test_a_module_that_fails_names_its_own_line(write_tree, source, line, message):
    """The place of the error is in the author's module, however often it is asked for."""
    guide = write_tree({"chat.py": source, "other.py": ""})
    modules = AuthorModules()

    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            modules.find(guide, "chat")
        assert str(caught.value) == f"{guide}/chat.py:{line}: error: {message}"


def test_an_interrupt_is_the_author_s_where_ctrl_c_raises_none(write_tree):
    """While the server serves, `raise KeyboardInterrupt` is a fault like others; before, a stop."""
    guide = write_tree({"chat.py": "raise KeyboardInterrupt"})
    with pytest.raises(KeyboardInterrupt):
        AuthorModules().find(guide, "chat")
    before = signal.signal(signal.SIGINT, lambda *_: None)

    try:
        with pytest.raises(SourceError) as caught:
            AuthorModules().find(guide, "chat")
    finally:
        signal.signal(signal.SIGINT, before)

    assert str(caught.value).startswith(f"{guide}/chat.py:1: error: ")


def test_the_fault_of_a_neighbour_is_the_neighbour_s(write_tree):
    """An import that fails further down names the module where it fails."""
    guide = write_tree({"chat.py": "from . import other", "other.py": "\n\n1/0"})

    with pytest.raises(SourceError) as caught:
        AuthorModules().find(guide, "chat")

    assert str(caught.value).startswith(f"{guide}/other.py:3: error: ")


@pytest.mark.parametrize(
    "endless", ["while True:\n    x = 1", "import select\nselect.select([], [], [])"]
)
def test_an_import_that_does_not_end_is_given_up(write_tree, monkeypatch, endless):
    """Whether it computes or waits, the server goes on, and says where that was."""
    monkeypatch.setattr(loading, "SECONDS_PER_IMPORT", 0.2)
    guide = write_tree({"chat.py": f"x = 0\n{endless}\n"})

    with pytest.raises(SourceError) as caught:
        AuthorModules().find(guide, "chat")

    place, _, message = str(caught.value).partition(": error: ")
    assert place in (f"{guide}/chat.py:2", f"{guide}/chat.py:3")
    assert message == ("importing 'chat' takes more than 0.2 s; do what takes long in a function")


@pytest.mark.parametrize(
    ("endless", "places"),
    [
        ("while True:\n    x = 1", ["chat.py:2", "chat.py:3"]),
        ("import os\nos.read(os.pipe()[0], 1)", ["gramex.yaml"]),  # nothing ends what is in C
    ],
    ids=["computes", "waits"],
)
async def test_an_import_in_a_thread_is_given_up_too(write_tree, monkeypatch, endless, places):
    """As at a reload, which has no signals to end it."""
    monkeypatch.setattr(loading, "SECONDS_PER_IMPORT", 0.2)
    guide = write_tree({"chat.py": f"x = 0\n{endless}\n"})

    with pytest.raises(SourceError) as caught:
        await asyncio.to_thread(AuthorModules().find, guide, "chat")

    place, _, message = str(caught.value).partition(": error: ")
    assert place in [f"{guide}/{name}" for name in places]
    assert message == ("importing 'chat' takes more than 0.2 s; do what takes long in a function")
    running = [thread.name for thread in threading.enumerate()]
    assert any("chat" in name for name in running) == (places == ["gramex.yaml"])
