"""Runnable fences: what they must log, and chains."""

from __future__ import annotations

import hashlib
import html
import json
import re
from typing import Any

import pytest

from liveguide.builder.extensions.snippets import snippet_script

from .conftest import Build, Render, messages

SOCKET = "const ws = new WebSocket(url)"


def expectations(text: str) -> list[dict[str, Any]]:
    """Return what each snippet of a page must log, as the front end reads it."""
    found = re.findall(r'<live-snippet[^>]* data-expect="([^"]*)"', text)
    return [json.loads(html.unescape(stated)) for stated in found]


def test_expect_states_a_text(render: Render) -> None:
    """The option becomes what some logged line must contain."""
    page = render(f"```js expect=\"Got <it> & 'more'\"\n{SOCKET}\n```\n")

    assert messages(page) == []
    assert expectations(page.html) == [
        {"lines": ["Got <it> & 'more'"], "match": "contains", "order": "strict"}
    ]
    assert page.snippets[0].stated


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", {"match": "exact", "order": "strict"}),
        (" order=any", {"match": "exact", "order": "any"}),
        (" match=pattern", {"match": "pattern", "order": "strict"}),
        (" order=any match=pattern", {"match": "pattern", "order": "any"}),
    ],
)
def test_an_output_block_states_the_lines(
    render: Render, options: str, expected: dict[str, str]
) -> None:
    """Each line that is not blank must be logged, as the block's options say."""
    page = render(f"```js\n{SOCKET}\n```\n\n```output{options}\none\n\ntwo ...\n```\n")

    assert messages(page) == []
    assert expectations(page.html) == [{"lines": ["one", "two ..."], **expected}]


def test_the_output_block_stands_inside_its_snippet(render: Render) -> None:
    """Readers see below the code what must come of it; the block is nowhere else."""
    page = render(f"```js\n{SOCKET}\n```\n\n```output\none\n```\n\nAfter\n")
    snippet = re.search(r"<live-snippet.*?</live-snippet>", page.html, re.DOTALL)

    assert snippet is not None
    assert "Expected output" in snippet[0]
    assert page.html.count("expected") == 1
    assert "<p>After</p>" in page.html.replace(snippet[0], "")


def test_an_output_block_may_stand_in_a_list(render: Render) -> None:
    """Indented with its snippet, the block still belongs to it."""
    page = render(
        f"- Item\n\n    ```js\n    {SOCKET}\n    ```\n\n    ```output\n    one\n    ```\n"
    )

    assert messages(page) == []
    assert [stated["lines"] for stated in expectations(page.html)] == [["one"]]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "```output\none\n```\n",
            "1: warning: this output belongs to no snippet: no runnable fence is directly before "
            "it; call its language 'text'",
        ),
        (
            f"```js\n{SOCKET}\n```\n\nWords\n\n```output\none\n```\n",
            "7: warning: this output belongs to no snippet: no runnable fence is directly before "
            "it; call its language 'text'",
        ),
        (
            f"```js expect=a\n{SOCKET}\n```\n```output\nb\n```\n",
            "4: error: the snippet before this output states what it must log already, on line 1; "
            "keep one of the two",
        ),
        (
            f"```js\n{SOCKET}\n```\n```output\n\n```\n",
            "4: error: this output is empty; write what the snippet must log",
        ),
        (
            f"```js\n{SOCKET}\n```\n```output order=anyy\na\n```\n",
            "4: error: order='anyy' is not known; did you mean 'any'?",
        ),
        (
            f"```js\n{SOCKET}\n```\n```output match\na\n```\n",
            "4: error: match='' is not known; write exact or pattern",
        ),
        (
            f'```js expect=""\n{SOCKET}\n```\n',
            '1: error: expect= states no text; write expect="what must be logged"',
        ),
        (
            "```js expect=a\nconsole.log('a')\n```\n",
            "1: error: expect= is for a fence that runs; add run=always, or remove it",
        ),
        (
            "```python expect=a\nprint('a')\n```\n",
            "1: error: expect= is for a fence that runs; add run=always, or remove it",
        ),
        (
            f"```js order=any\n{SOCKET}\n```\n",
            "1: warning: a fence has no option 'order'; it is an option of an 'output' fence",
        ),
    ],
)
def test_faults_of_what_is_expected(render: Render, source: str, message: str) -> None:
    """Each names the line of its fence and the way out."""
    assert messages(render(source)) == [f"guide/page.md:{message}"]


def test_a_chain_runs_as_one_program_under_its_last_fence(build: Build) -> None:
    """One script holds the code of all its fences, in order."""
    built = build(
        {
            "README.md": "# Home\n\n```js chain=talk\nconst url = 1\n```\n\nWords\n\n"
            f"```js chain=talk expect=x\n{SOCKET}\n```\n"
        }
    )
    page = built.text()
    src = re.search(r'<live-snippet src="([^"]*)"', page)

    assert built.messages == []
    assert page.count("<live-snippet") == 1
    assert src is not None
    assert built.text(src[1]) == snippet_script(f"const url = 1\n{SOCKET}")
    # Browsers keep it for a year, so its name says what is in it.
    assert f"-{hashlib.sha256(built.text(src[1]).encode()).hexdigest()[:8]}.js" in src[1]
    assert 'data-parts="3:1 9:1"' in page
    assert page.index('<div class="chained" data-chain="talk">') < page.index("<live-snippet")


def test_two_chains_and_a_snippet_keep_apart(render: Render) -> None:
    """Fences of two chains may alternate, and others between them run by themselves."""
    page = render(
        "".join(
            f"```js{options}\nnew WebSocket({n})\n```\n\n"
            for n, options in enumerate([" chain=a", " chain=b", "", " chain=a", " chain=b"])
        )
    )

    assert messages(page) == []
    assert [snippet.code for snippet in page.snippets] == [
        "new WebSocket(2)",
        "new WebSocket(0)\nnew WebSocket(3)",
        "new WebSocket(1)\nnew WebSocket(4)",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            f"```js chain=a\n{SOCKET}\n```\n",
            "1: warning: the chain 'a' has one fence only; name it in another, or remove it",
        ),
        (
            f"```js chain=a expect=x\nlet a\n```\n```js chain=a\n{SOCKET}\n```\n",
            "1: error: only the last fence of a chain can state what must be logged; "
            "move it to line 4",
        ),
        (
            "```js chain=a\nlet a\n```\n```js chain=a\nlet b\n```\n",
            "4: warning: the chain 'a' opens no WebSocket, so it does not run; add run=always",
        ),
        (
            "```python chain=a\nx\n```\n",
            "1: error: only JavaScript runs in the page; remove chain=",
        ),
        (
            "```js chain=a run=never\nx\n```\n",
            "1: error: a fence of a chain can't be run=never; remove one of the two",
        ),
        (
            "```js chain\nx\n```\n",
            "1: error: chain= has no name; write the same one in each fence of it",
        ),
    ],
)
def test_faults_of_a_chain(render: Render, source: str, message: str) -> None:
    """Each names the line of its fence and the way out."""
    assert messages(render(source)) == [f"guide/page.md:{message}"]


def test_a_snippet_without_a_socket_says_so(render: Render) -> None:
    """Styles keep less room for one that only logs."""
    page = render(f"```js run=always\nconsole.log(1)\n```\n\n```js\n{SOCKET}\n```\n")
    first, second = re.findall(r"<live-snippet[^>]*>", page.html)

    assert 'class="no-socket"' in first
    assert "no-socket" not in second


def test_the_page_tells_how_many_snippets_are_tested(build: Build) -> None:
    """A page that states what must come of its snippets says so; others say nothing."""
    fence = f"```js\n{SOCKET}\n```\n\n"
    built = build(
        {
            "README.md": f"# Home\n\n{fence}{fence}```output\na\n```\n",
            "all.md": f"# All\n\n{fence}```output\na\n```\n",
            "none.md": f"# None\n\n{fence}",
        }
    )

    assert built.messages == []
    assert "1 of 2 snippets on this page state" in built.text()
    assert (
        "Every snippet on this page states what must come of it. The command liveguide check "
        "holds them to that;" in built.text("all.html")
    )
    assert 'class="tested"' not in built.text("none.html")
    assert (built.report.snippets, built.report.stated) == (4, 2)
