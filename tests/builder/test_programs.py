"""Python programs on a page: what they must print is shown, and held by the check."""

from __future__ import annotations

import pytest

from .conftest import Render, messages

FILES = {"client.py": "# [start:a]\nprint('x')\n# [end:a]\n", "a.js": "x\n"}
PROGRAM = "```python file=client.py run=program\n```\n\n"
OUTPUT = "```output\nx\n```\n"


def test_a_program_stands_with_its_output(render: Render) -> None:
    """The page says that it is one, and shows what it prints, with nothing to load for it."""
    page = render(f"# P\n\n{PROGRAM}{OUTPUT}\nAfter\n", FILES)

    assert messages(page) == []
    before, _, after = page.html.partition('<div class="program" data-line="3">')
    program, _, rest = after.partition("</figure></div>")
    assert before != page.html
    assert "A program. The tests run it: <code>python client.py ADDRESS</code>" in program
    assert "<span>client.py</span>" in program
    assert "<span>Output</span>" in program
    assert "<p>After</p>" in rest
    assert page.snippets == []


@pytest.mark.parametrize(
    ("fence", "output", "name", "expected"),
    [
        ("file=client.py", "```output", "client.py", {"match": "exact", "order": "strict"}),
        (
            "file=client.py title='The client'",
            "```output order=any match=pattern",
            "The client",
            {"match": "pattern", "order": "any"},
        ),
        ("file=client.py section=a", "```output", "client.py", {"match": "exact"}),
    ],
)
def test_what_a_program_states_is_noted(
    render: Render, fence: str, output: str, name: str, expected: dict[str, str]
) -> None:
    """Its line, its name, its whole file and its output, by the rules of a snippet's."""
    page = render(f"```python {fence} run=program\n```\n{output}\nx\n\ny\n```\n", FILES)

    assert messages(page) == []
    (program,) = page.programs
    assert (program.line, program.name, program.path.name) == (1, name, "client.py")
    assert program.expected.items() >= {"lines": ["x", "y"], **expected}.items()


def test_the_language_may_follow_from_the_file(render: Render) -> None:
    """A fence that names a Python file only is Python."""
    page = render(f"``` file=client.py run=program\n```\n{OUTPUT}", FILES)

    assert messages(page) == []
    assert len(page.programs) == 1


def test_a_program_may_show_features(render: Render) -> None:
    """Its element has the id that a table links to."""
    features = (
        "sources:\n  a: {title: A, href: 'https://a.example/'}\n"
        "features:\n  one: {source: a, text: t}\n"
    )
    source = PROGRAM.replace("run=", "feature=one run=") + OUTPUT
    page = render(source, {**FILES, "features.yaml": features})

    assert messages(page) == []
    assert 'id="feature-one"' in page.html
    assert [(s.kind, s.name, s.id) for s in page.shown] == [("program", "client.py", "feature-one")]
    assert page.programs[0].features == ("one",)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            PROGRAM,
            "1: error: this program states no output; "
            "let a fence of the language 'output' follow it",
        ),
        (
            f"{PROGRAM}Words\n\n{PROGRAM}{OUTPUT}",
            "1: error: this program states no output; "
            "let a fence of the language 'output' follow it",
        ),
        (
            "```python run=program\nprint('x')\n```\n",
            "1: error: run=program runs a file, and this fence has none; add file=NAME.py",
        ),
        (
            "```js file=a.js run=program\n```\n",
            "1: error: run=program is for Python; in JavaScript, write run=always",
        ),
        (
            "```python file=clint.py run=program\n```\n",
            "1: error: there is no file 'clint.py' to include; did you mean 'client.py'?",
        ),
        (
            "```python file=client.py run=program expect=x\n```\n",
            "1: error: a program has no expect=; "
            "state what it prints in an 'output' fence below it",
        ),
        (
            "```python file=client.py run=program chain=x\n```\n",
            "1: error: a program has no chain=; state what it prints in an 'output' fence below it",
        ),
        (
            f"{PROGRAM}```output match=pattern\n(x\n```\n",
            "1: error: the output of this program: '(x' is no regular expression "
            "(missing ), unterminated subpattern at position 0)",
        ),
        (
            f"{PROGRAM}```output\n\n```\n",
            "4: error: this output is empty; write what the snippet must log",
        ),
    ],
)
def test_faults_of_a_program(render: Render, source: str, message: str) -> None:
    """Each names the line of the fence, and the likely fix."""
    page = render(source, FILES)

    assert f"guide/page.md:{message}" in messages(page)
