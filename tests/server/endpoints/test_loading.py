"""Loading endpoints anew, when files have changed."""

from __future__ import annotations

import sys
from pathlib import Path

from liveguide.server.endpoint import Endpoint
from liveguide.server.endpoints.loading import Loaded, load_endpoints

from ..conftest import ECHO, routes

BOT = "open: {function: bot.open}"


def _load(guide: Path, last: Loaded | None = None, *changed: Path) -> Loaded:
    return load_endpoints(guide, guide.parent / "site", last, changed)


def _globals(loaded: Loaded, name: str) -> dict:
    for endpoint in loaded.endpoints:
        if isinstance(endpoint, Endpoint) and endpoint.route.name == name:
            return endpoint.callbacks["open"].function.__globals__
    raise KeyError(name)


def _kept(loaded: Loaded, last: Loaded) -> dict[str, bool]:
    return {e.route.name: loaded.is_same(e, last) for e in last.endpoints}


def _two_folders(write_tree) -> Path:
    return write_tree(
        {
            "a/gramex.yaml": routes(a=BOT),
            "a/bot.py": "count = []\ndef open(handler): pass\n",
            "b/gramex.yaml": routes(b=BOT),
            "b/bot.py": "from .inner import helper\ndef open(handler): pass\n",
            "b/inner/helper.py": "word = 'old'\n",
        }
    )


def test_a_changed_folder_is_loaded_anew_and_others_keep_their_state(write_tree):
    """The module of the other folder is the same object, with what it holds."""
    guide = _two_folders(write_tree)
    first = _load(guide)
    _globals(first, "a")["count"].append(1)
    (guide / "b/bot.py").write_text("new = True\ndef open(handler): pass\n")

    second = _load(guide, first, guide / "b/bot.py")

    assert _globals(second, "a") is _globals(first, "a")
    assert _globals(second, "b")["new"]
    assert _kept(second, first) == {"a": True, "b": False}


def test_a_module_in_a_folder_below_counts_where_it_was_loaded(write_tree):
    """What a module imports belongs to the folder of its gramex.yaml."""
    guide = _two_folders(write_tree)
    first = _load(guide)
    (guide / "b/inner/helper.py").write_text("word = 'new'\n")

    second = _load(guide, first, guide / "b/inner/helper.py")

    assert _globals(second, "b")["helper"].word == "new"
    assert _globals(first, "b")["helper"].word == "old"
    assert _kept(second, first) == {"a": True, "b": False}


def test_an_entry_that_only_moves_stays_the_same(write_tree):
    """Lines above an entry change neither it nor its modules; its messages name the new line."""
    guide = _two_folders(write_tree)
    first = _load(guide)
    (guide / "a/gramex.yaml").write_text("# a comment\n" + routes(a=BOT))

    second = _load(guide, first, guide / "a/gramex.yaml")

    assert _kept(second, first) == {"a": True, "b": True}
    assert [e.route.line for e in second.endpoints if e.route.name == "a"] == [3]


def test_an_entry_that_says_something_else_is_another(write_tree):
    """Its neighbours in the file are what they were."""
    guide = write_tree({"gramex.yaml": routes(one=ECHO, two=ECHO)})
    first = _load(guide)
    (guide / "gramex.yaml").write_text(routes(one=ECHO, two=f"{ECHO}\nping_interval: 5"))

    second = _load(guide, first, guide / "gramex.yaml")

    assert _kept(second, first) == {"one": True, "two": False}


def test_modules_that_nobody_serves_are_forgotten(write_tree):
    """After a reload the old package is not in sys.modules, and the shared one is."""
    guide = _two_folders(write_tree)
    first = _load(guide)
    second = _load(guide, first, guide / "b/bot.py")

    first.modules.forget(second.modules)

    assert _globals(first, "a")["__name__"] in sys.modules
    assert _globals(first, "b")["__name__"] not in sys.modules
    assert _globals(second, "b")["__name__"] in sys.modules


def test_a_module_that_failed_is_tried_again(write_tree):
    """The same file, mended, is loaded though the fault was elsewhere."""
    guide = write_tree(
        {
            "gramex.yaml": routes(a=BOT),
            "bot.py": "from .inner import broken\ndef open(handler): pass\n",
            "inner/broken.py": "def (:\n",
        }
    )
    first = _load(guide)
    (guide / "inner/broken.py").write_text("fine = True\n")

    second = _load(guide, first, guide / "inner/broken.py")

    assert first.failed
    assert [(p.line, p.message) for p in first.problems] == [
        (1, "this is not valid Python: invalid syntax")
    ]
    assert second.problems == []
