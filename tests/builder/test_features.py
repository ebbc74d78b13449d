"""What a guide promises to show: the file, the names on fences, and the table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from liveguide.builder.features import read_features
from liveguide.builder.freshness import is_current

from .conftest import Build, Render, messages, tree

SOCKET = "new WebSocket('x')"
ROW = '    source: a\n    text: "`open` *opens*"\n'
FEATURES = (
    f"sources:\n  a:\n    title: The A's\n    href: https://a.example/\nfeatures:\n  one:\n{ROW}"
)
TWO = f"{FEATURES}  two:\n{ROW}"
SHOWN = f"```js feature=one title=First\n{SOCKET}\n```\n"
TABLE = "::: features source=a\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "1: error: features are a mapping, but this is a list"),
        ("source: {}\n", "1: error: this file has no key 'source'; did you mean 'sources'?"),
        ("sources: []\n", "1: error: 'sources' must be a mapping, but it is a list; name each"),
        ("sources:\n  A b:\n", "2: error: 'A b' is no name for a source; use small letters,"),
        ("sources:\n  a: x\n", "2: error: the source 'a' must be a mapping, but it is text; its"),
        ("sources:\n  a:\n    href: https://a\n", "2: error: 'a' has no 'title'; add it"),
        (
            "sources:\n  a:\n    title: A\n    href: a.html\n",
            "4: error: 'a.html' is no address; write it as https://docs.example.org/",
        ),
        (
            "sources:\n  a:\n    title: A\n    href: https://[a\n",
            "4: error: 'https://[a' is no address; write it as https://docs.example.org/",
        ),
        (f"{FEATURES}    tset: x\n", "9: error: the feature 'one' has no key 'tset'; did you mean"),
        (
            FEATURES.replace("source: a\n", "source: ab\n"),
            "7: error: there is no source 'ab'; did you mean 'a'?",
        ),
        (
            FEATURES.replace("source: a\n", "source: zzz\n"),
            "7: error: there is no source 'zzz'; add it under 'sources' in guide/features.yaml",
        ),
        (FEATURES.replace("source: a\n", "source: 5\n"), "7: error: 'source' of 'one' must be tex"),
        (f"{FEATURES}  two:\n    source: a\n", "9: error: 'two' has no 'text'; add it"),
        (FEATURES + "  two:\n    source: a\n    text: ''\n", "11: error: 'text' of 'two' is empty"),
        (f"{FEATURES}    test: a.py\n", "9: error: 'test' of 'one' is 'a.py', which names no test"),
        (
            f"{FEATURES}    test:\n      - a.py::b\n      - 5\n",
            "11: error: 'test' of 'one' is a nu",
        ),
        ("a: [\n", "2:1: error: this is not valid YAML"),
    ],
)
def test_faults_of_the_file(build: Build, text: str, message: str) -> None:
    """Each names its line, the value and the likely fix; the site is not built."""
    built = build({"README.md": "# Home\n", "features.yaml": text})

    assert [m for m in built.messages if m.startswith(f"guide/features.yaml:{message}")]
    assert not built.report.written


def test_what_the_file_says_is_read(write_tree) -> None:
    """A test or several, and a text of several lines, which becomes one."""
    text = (
        f"{FEATURES}    test: a.py::b\n" + "  two:\n    source: a\n    text: >\n      x\n      y\n"
    )
    guide = write_tree({"features.yaml": f"{text}    test: [a.py::b, c.py::d]\n"})

    features, problems = read_features(guide)

    assert problems == []
    assert features is not None
    assert features.sources["a"].title == "The A's"
    assert [(f.id, f.text, f.tests, f.line) for f in features.of("a")] == [
        ("one", "`open` *opens*", ("a.py::b",), 6),
        ("two", "x y", ("a.py::b", "c.py::d"), 10),
    ]


def test_an_empty_file_and_none_are_fine(write_tree) -> None:
    """The file is optional."""
    guide = write_tree({"README.md": ""})

    assert read_features(guide) == (None, [])
    features, problems = read_features(write_tree({"features.yaml": ""}))
    assert features is not None
    assert (features.rows, problems) == ({}, [])


def test_a_link_that_leads_nowhere_is_not_passed_over(write_tree) -> None:
    """A guide that promises something is not built as one that promises nothing."""
    guide = write_tree({"README.md": ""})
    (guide / "features.yaml").symlink_to("nowhere")

    (problem,) = read_features(guide)[1]

    assert problem.message == "it can't be read: No such file or directory"


def test_a_row_that_nothing_shows_is_an_error(build: Build) -> None:
    """It stands where the feature does, and says what to write."""
    built = build({"README.md": SHOWN, "features.yaml": TWO})

    assert built.messages == [
        "guide/features.yaml:9: error: no snippet shows the feature 'two'; "
        "add feature=two to a fence that runs, or to an example"
    ]
    assert not built.report.written


def test_a_broken_file_is_not_followed_by_what_follows_from_it(build: Build) -> None:
    """Names that the file could not give are not reported as well."""
    built = build({"README.md": f"{SHOWN}\n{TABLE}", "features.yaml": "a: [\n"})

    assert [m.split(":")[0] for m in built.messages] == ["guide/features.yaml"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            f"```js feature=oen\n{SOCKET}\n```\n",
            "1: error: there is no feature 'oen'; did you mean 'one'?",
        ),
        (
            f'```js feature="one zzz"\n{SOCKET}\n```\n',
            "1: error: there is no feature 'zzz'; add it to features.yaml",
        ),
        (
            f"```js feature\n{SOCKET}\n```\n",
            "1: error: feature= names nothing; write an id of features.yaml",
        ),
        (
            "```js feature=one\nx\n```\n",
            "1: error: feature= is for a fence that runs; add run=always, or remove it",
        ),
        (
            "```python feature=one\nx\n```\n",
            "1: error: feature= is for a fence that runs; add run=always, or remove it",
        ),
        (
            f"```js\n{SOCKET}\n```\n```output feature=one\nx\n```\n",
            "4: error: feature= is for the fence that runs; move it to the one above",
        ),
        (
            "::: example href=demo.html feature=oen\n    Demo\n",
            "1: error: there is no feature 'oen'; did you mean 'one'?",
        ),
        (
            "::: example href=https://b.example/ feature=one\n    Demo\n",
            "1: error: feature= is for a demo of this site, which can be tried; remove it",
        ),
        (
            "::: features source=b\n",
            "1: error: there is no source 'b'; add it to features.yaml",
        ),
        (
            "::: features\n",
            "1: error: this table names no source; name one of features.yaml, as in source=ID",
        ),
        (
            "::: features source=a id=x\n",
            "1: error: the block 'features' has no attribute 'id'; it has source",
        ),
        (
            "::: features source=a\n    Words\n",
            "1: error: a 'features' block has no content; leave a blank line below it",
        ),
    ],
)
def test_faults_on_a_page(render: Render, source: str, message: str) -> None:
    """Each names the line of the fence, the card or the block, and the likely fix."""
    page = render(source, {"features.yaml": FEATURES, "demo.html": "<p>"})

    assert messages(page) == [f"guide/page.md:{message}"]


@pytest.mark.parametrize("source", [SHOWN, "::: example href=demo.html feature=one\n    Demo\n"])
def test_without_the_file_a_name_is_an_error(render: Render, source: str) -> None:
    """The message says which file is missing, and where."""
    page = render(source, {"demo.html": "<p>"})

    assert messages(page) == [
        "guide/page.md:1: error: feature='one' names nothing, because the guide has no "
        "features.yaml; add one at its top, or remove feature="
    ]


def test_without_the_file_there_is_no_table(render: Render) -> None:
    """The block says which file it would be made of."""
    page = render(TABLE)

    assert messages(page) == [
        "guide/page.md:1: error: the guide has no features.yaml to make this table of; "
        "add one at its top"
    ]


def test_a_source_without_features_has_no_table(render: Render) -> None:
    """An empty table would promise nothing."""
    page = render(TABLE, {"features.yaml": FEATURES.partition("features:")[0]})

    assert messages(page) == [
        "guide/page.md:1: error: the source 'a' has no features; add some to features.yaml"
    ]


def test_ids_are_of_the_feature_and_never_twice(render: Render) -> None:
    """What shows a feature can be linked to, the first as the feature is called."""
    card = "::: example href=demo.html feature=one\n    Demo\n"
    files = {"features.yaml": TWO, "demo.html": "<p>"}
    page = render(f"{SHOWN}\n{SHOWN}\n{card}\n{SHOWN.replace('one', 'two')}", files)

    assert messages(page) == []
    assert re.findall(r'<live-snippet [^>]*id="([^"]*)"', page.html) == [
        "feature-one",
        "feature-one-2",
        "feature-two",
    ]
    assert '<aside class="example" id="feature-one-3" data-features="one"' in page.html
    assert {"feature-one", "feature-one-2", "feature-one-3", "feature-two"} <= page.ids


def test_a_chain_shows_what_its_parts_show(render: Render) -> None:
    """The names of all its fences stand on the one snippet that runs."""
    page = render(
        "```js chain=c feature=one\nlet a\n```\n\n"
        f'```js chain=c feature="two one" title=Last\n{SOCKET}\n```\n',
        {"features.yaml": TWO},
    )

    assert messages(page) == []
    assert [(shown.name, shown.features) for shown in page.shown] == [("Last", ("one", "two"))]


def test_the_table_names_pages_and_snippets(build: Build) -> None:
    """It has a caption and headings for rows and columns, and its links lead to the snippets."""
    built = build(
        {
            "README.md": f"# Home\n\n{TABLE}\nAfter\n",
            "x/README.md": f"# Page & X\n\n{SHOWN}",
            "x/y.md": "# Y\n\n::: example href=demo.html feature=one\n    A **demo**\n",
            "x/demo.html": "<p>",
            "features.yaml": FEATURES,
        }
    )

    assert built.messages == []
    page = built.text()
    table = re.search(r"<live-features>.*</live-features>", page, re.DOTALL)
    assert table is not None
    assert '<a href="https://a.example/">The A&rsquo;s</a></caption>' in table[0]
    assert re.findall(r'<th scope="col">(\w+)', table[0]) == [
        "Feature",
        "Page",
        "Snippet",
        "Test",
        "Result",
    ]
    assert '<th scope="row"><code>open</code> <em>opens</em></th>' in table[0]
    assert '<td><a href="x/">Page &amp; X</a><br><a href="x/y.html">Y</a></td>' in table[0]
    assert (
        '<td><a href="x/#feature-one" data-kind="snippet">First</a><br>'
        '<a href="x/y.html#feature-one" data-kind="example" data-demo="x/demo.html">A demo</a></td>'
    ) in table[0]
    assert '<span role="status">not tried yet</span>' in table[0]
    assert "<p>After</p>" in page.replace(table[0], "")
    assert 'data-script="main.js"' in page


def test_the_table_names_the_tests(build: Build) -> None:
    """In words, for their names are sentences; a feature without any is held by the check."""
    tests = "[tests/a.py::test_it_opens, tests/b.py::test_the_reader_s_page_can_t_fail]"
    shown = SHOWN.replace("feature=one", 'feature="one two"')
    built = build(
        {
            "README.md": f"# Home\n\n{TABLE}\n{shown}",
            "features.yaml": f"{TWO}    test: {tests}\n",
        }
    )

    assert built.messages == []
    cells = re.findall(r'<td class="feature-test">(.*?)</td>', built.text(), re.DOTALL)
    assert [re.sub(r"<br ?/?>\s*", "", cell) for cell in cells] == [
        "the check of its page",
        '<span title="tests/a.py::test_it_opens">it opens</span>'
        '<span title="tests/b.py::test_the_reader_s_page_can_t_fail">'
        "the reader&rsquo;s page can&rsquo;t fail</span>",
    ]


def test_a_table_is_the_same_from_several_processes(build: Build) -> None:
    """Pages are rendered apart; what shows a feature is gathered in the order of the guide."""
    files = {f"p{n}.md": f"# P{n}\n\n{SHOWN}\n{TABLE}" for n in range(6)}
    one = build({**files, "features.yaml": FEATURES}, jobs=1)
    again = build({}, "again", jobs=3)

    assert one.messages == []
    assert one.text("p3.html").count('data-kind="snippet"') == 6
    assert one.tree() == again.tree()


def test_the_file_is_never_published(build: Build) -> None:
    """It is the guide's own; one in a folder is a file like any other."""
    files = {"README.md": SHOWN, "features.yaml": FEATURES, "x/features.yaml": "y"}
    built = build(files)

    assert built.report.written
    assert "features.yaml" not in built.tree()
    assert built.text("x/features.yaml") == "y"


def test_a_changed_file_makes_the_site_stale(build: Build) -> None:
    """A server that starts on it builds it anew."""
    built = build({"README.md": f"{SHOWN}\n{TABLE}", "features.yaml": FEATURES})
    before = tree(built.site)
    assert is_current(Path("guide"), built.site)

    Path("guide/features.yaml").write_text(FEATURES.replace("*opens*", "closes"))

    assert not is_current(Path("guide"), built.site)
    assert tree(built.site) == before
