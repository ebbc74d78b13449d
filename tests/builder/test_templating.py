"""Templates: what is escaped, what a guide puts in their place, and what is said of wrong ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder import templating
from liveguide.builder.templating import Templates
from liveguide.errors import SourceError, SourceErrors

from .conftest import Build, Files


def test_values_are_escaped(tmp_path: Path) -> None:
    """A value is text wherever it is put in, unless the template says `raw`."""
    (tmp_path / "x.html").write_text('<b title="{{ a }}">{{ a }}</b>{% raw a %}')

    assert Templates(tmp_path).fill("x.html", a='<i> & "q"') == (
        '<b title="&lt;i&gt; &amp; &quot;q&quot;">&lt;i&gt; &amp; &quot;q&quot;</b><i> & "q"'
    )


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        (
            "a\n{{ titel }}",
            2,
            "can't be filled: name 'titel' is not defined; did you mean 'title'?",
        ),
        ("\n\n{{ 1 / 0 }}", 3, "can't be filled: division by zero"),
        ("{% if %}", 1, "can't be read: Missing {% end %} block for if"),
        ("{{ title }}\n{{ title( }}", 2, "can't be read: '(' was never closed"),
        ("\n{{ title", 2, "can't be read: Missing end expression }}"),
    ],
)
def test_a_template_that_is_wrong(tmp_path: Path, template: str, line: int, message: str) -> None:
    """The error names the template, the line, and what is wrong with it."""
    (tmp_path / "x.html").write_text(template)

    with pytest.raises(SourceError) as caught:
        Templates(tmp_path).fill("x.html", title="T")

    assert str(caught.value) == f"{tmp_path}/x.html:{line}: error: the template {message}"


@pytest.mark.parametrize("fault", ["{{ missing }}", "{{ a b }}", "{{ a( }}", "{% if %}"])
def test_the_error_names_the_part_that_is_wrong(tmp_path: Path, fault: str) -> None:
    """In a template that extends and includes others, it is the one with the fault."""
    (tmp_path / "base.html").write_text("<p>\n{% include 'part.html' %}\n{% block b %}{% end %}")
    (tmp_path / "part.html").write_text(f"\n\n{fault}")
    (tmp_path / "x.html").write_text("{% extends 'base.html' %}{% block b %}x{% end %}")

    with pytest.raises(SourceError) as caught:
        Templates(tmp_path).fill("x.html")

    assert str(caught.value).startswith(f"{tmp_path}/part.html:3: error: ")


def test_a_part_is_a_template_as_well(tmp_path: Path) -> None:
    """One that others include can be filled by itself, before and after them."""
    (tmp_path / "part.html").write_text("<p>{{ a }}</p>")
    (tmp_path / "x.html").write_text("{% include 'part.html' %}<hr>{% include 'part.html' %}")
    templates = Templates(tmp_path)

    filled = [templates.fill(name, a=1) for name in ("x.html", "part.html", "x.html")]

    assert filled == ["<p>1</p><hr><p>1</p>", "<p>1</p>", "<p>1</p><hr><p>1</p>"]


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    """The error is that of the template which extends or includes it."""
    (tmp_path / "x.html").write_text("\n{% extends 'bse.html' %}")

    with pytest.raises(SourceError) as caught:
        Templates(tmp_path).fill("x.html")

    assert str(caught.value) == (
        f"{tmp_path}/x.html:2: error: there is no template 'bse.html'; did you mean 'base.html'?"
    )


def test_an_attribute_that_is_not_there(tmp_path: Path) -> None:
    """What it has instead is named."""
    (tmp_path / "x.html").write_text("{{ path.parnt }}")

    with pytest.raises(SourceError, match=r"x\.html:1: .* did you mean 'parent'\?"):
        Templates(tmp_path).fill("x.html", path=tmp_path)


def test_a_template_that_is_not_text(tmp_path: Path) -> None:
    """Templates are UTF-8, as pages are."""
    (tmp_path / "x.html").write_bytes(b"a\n\xff")

    with pytest.raises(SourceError, match=r"x\.html:2: error: byte 0xff is not UTF-8"):
        Templates(tmp_path).fill("x.html")


def test_files_that_change_nothing(build: Build) -> None:
    """A file of `_theme` that nothing uses is a warning; one that a template includes is none."""
    built = build(
        {
            "README.md": "# Home\n",
            "_theme/style.css": "",
            "_theme/templates/pgae.html": "",
            "_theme/templates/_toc.html": "{% include 'mine.html' %}",
            "_theme/templates/mine.html": "",
        }
    )

    assert built.messages == [
        "guide/_theme/style.css: warning: nothing of _theme/ is used but styles.css and "
        "templates/; did you mean 'styles.css'?",
        "guide/_theme/templates/pgae.html: warning: no template of ours has this name, and none "
        "of yours includes it; did you mean 'page.html'?",
    ]


def test_a_file_in_the_place_of_the_templates(build: Build) -> None:
    """It is a warning: nothing of it is used."""
    built = build({"README.md": "# Home\n", "_theme/templates": "{{ content }}"})

    assert built.messages == [
        "guide/_theme/templates: warning: this is a file; templates stand in a folder"
    ]


@pytest.mark.parametrize("name", ["styles.css", "templates/page.html"])
def test_a_pipe_in_the_place_of_a_theme_s_file(
    build: Build, write_tree: Callable[[Files], Path], name: str
) -> None:
    """It is named as an error, and nobody waits until something comes out of it."""
    pipe = write_tree({f"_theme/{name}": ""}) / "_theme" / name
    pipe.unlink()
    os.mkfifo(pipe)

    with pytest.raises(SourceErrors, match=rf"^guide/_theme/{name}: error: this is a pipe"):
        build({"README.md": "# Home\n"})


def test_a_guide_puts_templates_and_styles_in_place_of_ours(build: Build) -> None:
    """Files in `_theme` stand for ours of the same name, and are not published."""
    built = build(
        {
            "README.md": "---\nextra: {status: new}\n---\n# Home\n",
            "_theme/templates/_header.html": "<header>{{ page and page.extra['status'] }}</header>",
            "_theme/styles.css": ":root { --measure: 30rem; }",
        }
    )

    assert "<header>new</header>" in built.text()
    assert "@layer site{:root{--measure:30rem}}" in built.text("_liveguide/front/styles/page.css")
    assert not any(path.startswith("_theme") for path in built.tree())


def test_a_guide_puts_the_template_of_examples_in_place_of_ours(build: Build) -> None:
    """Pages with examples are rendered anew when it changes, and what is wrong with it is told."""
    page = "::: example href=demo.html\nDemo\n:::\n"
    template = "<b>{{ example.title }}</b>{% include 'more.html' %}"
    files = {"README.md": f"# Home\n\n{page}", "a.md": f"# A\n\n{page}", "demo.html": "<p>Hi"}
    own = {"_theme/templates/_example.html": template, "_theme/templates/more.html": "1"}

    assert 'class="example"' in build(files).text()
    assert "<b>Demo</b>1" in build({**files, **own}).text()
    assert "<b>Demo</b>2" in build({"_theme/templates/more.html": "2"}).text()
    wrong = "{% include 'more.html' %}\n{{ exampel }}"
    assert build({"_theme/templates/_example.html": wrong}).messages == [
        "guide/_theme/templates/_example.html:2: error: the template can't be filled: name "
        "'exampel' is not defined; did you mean 'example'?"
    ]


def test_a_template_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up, and the line is one of what goes on for ever."""
    monkeypatch.setattr(templating, "SECONDS_PER_TEMPLATE", 0.2)
    (tmp_path / "page.html").write_text("<p>\n{% while True %}\n{% end %}\n")

    with pytest.raises(SourceError) as caught:
        Templates(tmp_path).fill("page.html")

    message = "error: the template takes more than 0.2 s to fill; end it"
    assert str(caught.value) in {f"{tmp_path}/page.html:{line}: {message}" for line in (2, 3)}


def test_templates_leave_the_rest_of_tornado_as_it_is() -> None:
    """Whoever loads all of it in the same process has its event loop, exceptions and logs."""
    code = (
        "import liveguide.builder.templating, asyncio, tornado.ioloop, tornado.log, tornado.util\n"
        "assert tornado.log.app_log is tornado.template.app_log\n"
        "assert callable(tornado.log.enable_pretty_logging)\n"
        "assert tornado.util.TimeoutError is asyncio.TimeoutError\n"
        "tornado.ioloop.IOLoop.current()\n"
    )

    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
