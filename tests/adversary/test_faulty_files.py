"""Files of configuration and front matter that are wrong in every way we could think of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from liveguide.builder.cli import main as build
from liveguide.server.cli import main as serve

WriteTree = Callable[[Mapping[str, str | bytes]], Path]

DEEP = "[" * 1_000
DIGITS = "9" * 5_000
BOMB = "b0: &b0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 9)
)

YAML = [
    # What stands in the file, the line that is named, and words of the fix.
    ("title: a\ntitle: b\n", 2, "remove one"),
    ("title:\n\ta: b\n", 2, "indent with spaces"),
    ("title: a\ndescription: b\0\n", 2, "remove it"),
    ("title: é\n\n\x07", 3, "remove it"),
    ("title: a\n".encode("utf-16"), 1, "save the file as UTF-8"),
    (b"title: a\ndescription: \xe9\n", 2, "save the file as UTF-8"),
    (f"title: {DEEP}", 1, "flatten it"),
    ("".join(" " * n + "a:\n" for n in range(300)), 65, "flatten it"),
    (f"title: a\nb: {DIGITS}\n", 2, "quote it"),
    (BOMB, 1, "use fewer aliases"),
    ("title: &a [*a]\n", 1, "flatten it"),
    ("title: *a\n", 1, "quote a value"),
    ("title: !a b\n", 1, "quote a value"),
    ("title: !!binary x\n", 1, "take '!!binary' out"),
    ("title: a\n---\ntitle: b\n", 2, "take the line '---' out"),
    ("%YAML 9.9\n---\ntitle: a\n", 1, "take the line out"),
    ('title: "\\ud800"\n', 1, "write the character itself"),
    ("title: 'a\n", 2, "close the quote"),
    ("title: [a\n", 2, "close the list"),
    ("title: {a: b\n", 2, "close the mapping"),
    ("title: a: b\n", 1, "quote a value"),
    ("title: a\n b: c\n", 2, "quote a value"),
    ("title: @a\n", 1, "quote a value"),
    ("1: a\n", 1, "quote it"),
    ("no: a\n", 1, "quote it"),
    ("? [a]\n: b\n", 1, "quote it"),
    ("<<: 3\n", 1, "name a mapping"),
    ("title: 2026-13-01\n", 1, "quote it"),
]
SETTINGS = [
    *YAML,
    ("titel: a\n", 1, "did you mean 'title'?"),
    ("title: no\n", 1, "put it in quotes"),
    ("title: 1.10\n", 1, "put it in quotes"),
    ("title: 12:30:45\n", 1, "put it in quotes"),
    ("title: 2026-01-31\n", 1, "put it in quotes"),
    ("title: [a]\n", 1, "must be text"),
    ('title: "a\\x07"\n', 1, "remove it"),
    ("- a\n", 1, "settings are a mapping"),
    ("hello\n", 1, "settings are a mapping"),
    ("language: german\n", 1, "write it as 'de'"),
    ("accent: red\n", 1, "write it as"),
    ("repository: javascript:alert(1)\n", 1, "write it as"),
    ("edit: https://a.example/{file}\n", 1, "use {branch} and {path}"),
    ("url: ftp://a.example\n", 1, "write it as"),
    ("trusted_proxies: [300.1.1.1]\n", 1, "write it as"),
    ("trusted_proxies: 127.0.0.1\n", 1, "must be a list"),
    ("hosts: ['a b']\n", 1, "write it without a port"),
    ("navigation: {a: b}\n", 1, "is a list of pages"),
    ("title: a\nnavigation:\n  - a: b\n    c: d\n", 3, "an entry of the navigation is"),
    ("include: [3]\n", 1, "must be a list of texts"),
]
ENTRY = "url:\n  a:\n    pattern: /a\n    handler: WebSocketHandler\n    kwargs:\n"
ROUTES = [
    *YAML,
    ("urls: {}\n", 1, "did you mean 'url'?"),
    ("url: [a]\n", 1, "must be a mapping"),
    ("hello\n", 1, "is a mapping with 'url:'"),
    ("url:\n  a:\n    handler: WebSocketHandler\n", 2, "add 'pattern:"),
    ("url:\n  a:\n    pattern: /a\n", 2, "add 'handler: WebSocketHandler'"),
    ("url:\n  a:\n    pattern: /a\n    handler: WebsocketHandler\n", 4, "did you mean"),
    ("url:\n  a:\n    pattern: a\n    handler: WebSocketHandler\n", 3, "write '/a'"),
    ("url:\n  a:\n    pattern: /a(\n    handler: WebSocketHandler\n", 3, "missing )"),
    (f"{ENTRY}      on_mesage: {{function: handler.close()}}\n", 6, "did you mean"),
    (f"{ENTRY}      on_message:\n        functoin: handler.close()\n", 7, "did you mean"),
    (f"{ENTRY}      on_message:\n        function: handler.close(\n", 7, "was never closed"),
    (f"{ENTRY}      on_message:\n        function: nowhere.f\n", 7, "no module nowhere.py"),
    (f"{ENTRY}      max_message_size: big\n", 6, "must be a number of bytes"),
    (f"{ENTRY}      ping_interval: -1\n", 6, "goes from 0 to 3600"),
    (f"{ENTRY}      origins: ['http://a b']\n", 6, "remove the spaces"),
]
FRONT_MATTER = [
    ("title: a\ntitle: b\n", 3, "remove one"),
    ("titel: a\n", 2, "did you mean 'title'?"),
    ("title: no\n", 2, "put it in quotes"),
    ("desc: 12:30:45\n", 2, "put it in quotes"),
    ("order: first\n", 2, "must be a whole number"),
    ("order: 1.10\n", 2, "must be a whole number"),
    ("nav: 'no'\n", 2, "must be true or false"),
    ("draft: yes please\n", 2, "must be true or false"),
    ("- a\n", 2, "lines of 'key: value'"),
    ("title:\n\ta: 1\n", 3, "indent with spaces"),
    ("title: a\ndesc: b\0\n", 3, "remove it"),
    ('title: "a\\x07"\n', 2, "remove it"),
    ('extra: {a: "b\\x07"}\n', 2, "remove it"),
    ('extra: {a: [{"b\\x07": 1}]}\n', 2, "remove it"),
    ("extra: 3\n", 2, "must be a mapping"),
    (f"title: {DEEP}\n", 2, "flatten it"),
    (f"order: {DIGITS}\n", 2, "quote it"),
    ("lang: german\n", 2, "write it as 'de'"),
    ("icon: nowhere.png\n", 2, "there is no such file"),
    ("unsafe-eval: always\n", 2, "must be true or false"),
]
FEATURES = [
    *YAML,
    ("hello\n", 1, "features are a mapping"),
    ("nonsense: {}\n", 1, "its keys are"),
    ("features:\n  a:\n    nonsense: b\n", 2, "add it"),
]
FILES = {
    "liveguide.yaml": SETTINGS,
    "gramex.yaml": ROUTES,
    "page.md": [(f"---\n{text}---\n\n# A\n", line, fix) for text, line, fix in FRONT_MATTER],
    "features.yaml": FEATURES,
}
CASES = [(name, *case) for name, cases in FILES.items() for case in cases]


@pytest.mark.parametrize(("name", "text", "line", "fix"), CASES)
def test_a_faulty_file(
    write_tree: WriteTree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    text: str | bytes,
    line: int,
    fix: str,
) -> None:
    """It ends a strict build with 1, a start with 2, and names the file, the line and the fix."""
    write_tree({"README.md": "# Home\n", name: text})
    monkeypatch.chdir(tmp_path)
    Path("site").mkdir()
    Path("site/.liveguide.json").write_text("{}")

    if name == "gramex.yaml":
        status = serve(["guide", "--no-build", "--port", "0"])
    else:
        status = build(["guide", "--strict", "--jobs", "1", "--quiet"])
    told = capsys.readouterr().err

    assert status == (2 if name == "gramex.yaml" else 1)
    assert any(fix in one for one in told.splitlines() if one.startswith(f"guide/{name}:{line}:"))
    assert "Traceback" not in told


def test_wrong_settings_do_not_hide_what_is_wrong_in_pages(
    write_tree: WriteTree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both are told at once, unless the file of settings can't be read at all."""
    write_tree({"liveguide.yaml": "titel: a\n", "page.md": "---\norder: first\n---\n"})
    monkeypatch.chdir(tmp_path)

    assert build(["guide", "--quiet"]) == 1
    places = [line.split(": ")[0] for line in capsys.readouterr().err.splitlines()]
    assert places == ["guide/liveguide.yaml:1", "guide/page.md:2:1"]


def test_a_control_character_in_a_page(
    write_tree: WriteTree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """HTML forbids it, so it is told with its line, counted from the top of the file."""
    write_tree({"page.md": "---\ntitle: T\n---\n\na\n\nb\x00c\n"})
    monkeypatch.chdir(tmp_path)

    assert build(["guide", "--quiet", "--strict"]) == 1
    assert capsys.readouterr().err == (
        "guide/page.md:7: warning: it has the character U+0000, which no page can hold; remove it\n"
    )
