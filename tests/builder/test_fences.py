"""Fenced code: where it may stand, its options, included files, runnable snippets."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from textwrap import dedent

import pytest

from liveguide.builder.extensions.fence_lines import _OPEN as FENCE_OPEN
from liveguide.builder.extensions.snippets import snippet_script

from .conftest import Render, messages


def code_of(html: str) -> str:
    """Return the text of the one block of code in *html*."""
    (inside,) = re.findall(r"<pre><code[^>]*>(.*?)</code></pre>", html, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", inside))


def test_the_language_survives(render: Render) -> None:
    """The language stands on the code, in the words of the fence."""
    page = render("```js\nvar x = 1\n```\n")

    assert page.html == (
        '<figure class="code">'
        '<div class="highlight" tabindex="0"><pre><code class="language-js">'
        '<span class="k">var</span> x = <span class="m">1</span>\n'
        "</code></pre></div></figure>"
    )


def test_a_fence_without_a_language_is_plain_text(render: Render) -> None:
    """Without a language, code is escaped and not coloured."""
    page = render("```\nif a < b && c:\n```\n")

    assert 'class="language-text"' in page.html
    assert "<pre>" in page.html
    assert "if a &lt; b &amp;&amp; c:\n</code>" in page.html


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("```js\na\n  b\n```\n", "a\n  b\n"),
        ("~~~js\na\n```\nb\n~~~\n", "a\n```\nb\n"),
        ("````js\n```\na\n```\n````\n", "```\na\n```\n"),
        ("text\n```js\na\n```\ntext\n", "a\n"),
        ("- item\n\n  ```js\n  a\n    b\n  ```\n", "a\n  b\n"),
        ("- item\n\n    ```js\n    a\n\n      b\n    ```\n", "a\n\n  b\n"),
        ("- ```js\n  a\n  ```\n", "a\n"),
        ("1. one\n    - two\n\n        ```js\n        a\n        ```\n", "a\n"),
        ("> text\n>\n> ```js\n> a\n>\n>   b\n> ```\n", "a\n\n  b\n"),
        ("> - item\n>\n>     ```js\n>     a\n>     ```\n", "a\n"),
        ("::: div\n    ```js\n    a\n      b\n    ```\n", "a\n  b\n"),
        ("!!! note\n    ```js\n    a\n    ```\n", "a\n"),
        ("Term\n:   Definition\n\n    ```js\n    a\n    ```\n", "a\n"),
        ("Text[^1]\n\n[^1]: Note\n\n    ```js\n    a\n    ```\n", "a\n"),
        ("```js\n\ta\n```\n", "\ta\n"),
        ("- item\n\n  ```js\nab\n c\n  d\n   e\n  ```\n", "ab\nc\nd\n e\n"),
        ("```js\n\n\na\n\n```\n", "\n\na\n\n"),
        (
            "```js\n# Heading\n- item\n::: div\n<script>\n```\n",
            "# Heading\n- item\n::: div\n<script>\n",
        ),
    ],
)
def test_code_is_shown_to_the_letter(render: Render, source: str, code: str) -> None:
    """Wherever a fence stands, its code loses the indentation of that place and nothing else."""
    page = render(source)

    assert messages(page) == []
    assert code_of(page.html) == code
    assert "```" not in re.sub(r"<pre>.*?</pre>", "", page.html, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("source", "container"),
    [
        ("- item\n\n  ```js\n  a\n  ```\n", "li"),
        ("- ```js\n  a\n  ```\n", "li"),
        ("> text\n>\n> ```js\n> a\n> ```\n\nafter\n", "blockquote"),
        ("::: section\n    ```js\n    a\n    ```\n\nafter\n", "section"),
        ("Term\n:   Definition\n\n    ```js\n    a\n    ```\n", "dd"),
        ("Text[^1]\n\n[^1]: Note\n\n    ```js\n    a\n    ```\n\n    more\n", 'li id="fn:1"'),
        ("- item\n\n  ```js\n  a\n  ```\n\n  more\n", "li"),
    ],
)
def test_a_fence_stays_in_its_container(render: Render, source: str, container: str) -> None:
    """A fence in a list item, a quote, a block or a definition is inside that element."""
    page = render(source)

    inside = re.search(rf"<{container}>(.*)</{container.split()[0]}>", page.html, re.DOTALL)
    assert inside is not None
    assert "<figure" in inside[1]
    assert page.html.count("more") == inside[1].count("more")


def test_indented_code_shows_a_fence(render: Render) -> None:
    """A fence in code that is indented by four spaces is only shown."""
    page = render("text\n\n    ```js\n    new WebSocket('x')\n    ```\n\nafter\n")

    assert page.snippets == []
    assert code_of(page.html) == "```js\nnew WebSocket('x')\n```\n"


def test_inline_code_is_no_fence(render: Render) -> None:
    """Three backticks that close on their own line are inline code."""
    page = render("```x``` is inline\n")

    assert page.html == "<p><code>x</code> is inline</p>"


def test_a_fence_is_not_looked_for_in_a_script(render: Render) -> None:
    """Backticks and tildes within a raw script are the script's own."""
    script = "<script>\nlet s = `\n```js\n`\n\tlet t\n</script>"

    page = render(f"{script}\n\ntext\n")

    assert messages(page) == []
    assert script in page.html


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("Python", "Python"),
        ("{.python}", "python"),
        ('{.python title="x"}', "python"),
        ('python {title="x"}', "python"),
        ('title="x"', "text"),
        ("", "text"),
    ],
)
def test_info_strings(render: Render, info: str, language: str) -> None:
    """The language may stand bare, or as a class in braces; options may follow or stand alone."""
    page = render(f"```{info}\nx\n```\n")

    assert messages(page) == []
    assert f'class="language-{language}"' in page.html
    assert ("<figcaption><span>x</span></figcaption>" in page.html) == ("title" in info)


def test_a_title_is_escaped(render: Render) -> None:
    """The title is text, whatever it holds."""
    page = render("```js title='<b> & \"c\"'\nx\n```\n")

    assert "<figcaption><span>&lt;b&gt; &amp; &quot;c&quot;</span></figcaption>" in page.html


def test_line_numbers_and_highlighted_lines(render: Render) -> None:
    """Each line has its number, counted from the option's value; stressed lines count from 1."""
    page = render('```text linenums=10 hl_lines="1 3-4"\na\nb\nc\nd\n```\n')

    assert page.html.partition("<code")[2] == (
        ' class="language-text">'
        '<span class="line hll" data-line="10">a</span>\n'
        '<span class="line" data-line="11">b</span>\n'
        '<span class="line hll" data-line="12">c</span>\n'
        '<span class="line hll" data-line="13">d</span>\n'
        "</code></pre></div></figure>"
    )


def test_line_numbers_as_a_flag_begin_with_one(render: Render) -> None:
    """`linenums` without a value begins with 1."""
    page = render("```text linenums\na\n```\n")

    assert '<span class="line" data-line="1">a</span>' in page.html


def test_highlighted_lines_alone_have_no_numbers(render: Render) -> None:
    """`hl_lines` without `linenums` shows no numbers."""
    page = render("```text hl_lines=2\na\nb\n```\n")

    assert '<span class="line">a</span>\n<span class="line hll">b</span>' in page.html
    assert "data-line" not in page.html


FILES = {
    "ping.py": "import os\n# [start:open]\ndef open(h):\n    pass\n# [end:open]\n",
    "sub/deep.txt": "deep\n",
}


def test_a_file_is_shown_with_a_link_to_its_source(render: Render) -> None:
    """An included file brings its language, its name and a link to its source view."""
    page = render("```file=ping.py\n```\n", FILES)

    assert messages(page) == []
    assert code_of(page.html) == "import os\ndef open(h):\n    pass\n"
    assert '<code class="language-python">' in page.html
    assert (
        '<figcaption><span>ping.py</span> <a href="ping.py.source/">source</a></figcaption>'
    ) in page.html
    assert page.source_views == {"ping.py"}


def test_a_section_keeps_the_line_numbers_of_its_file(render: Render) -> None:
    """Line numbers of an included section are those of the file."""
    page = render("```python file=ping.py section=open linenums title=T\n```\n", FILES)

    assert 'data-line="3"' in page.html
    assert 'data-line="4"' in page.html
    assert "<span>T</span>" in page.html


@pytest.mark.parametrize("part", ["section=open", "lines=1-2"])
def test_a_part_of_a_file_does_not_publish_the_rest(render: Render, part: str) -> None:
    """Including a part makes no source view of the whole file."""
    page = render(f"```python file=ping.py {part}\n```\n", FILES)

    assert page.source_views == set()
    assert ".source" not in page.html


def test_a_file_counts_from_the_page(render: Render) -> None:
    """A page in a folder names files as seen from there."""
    page = render("```text file=deep.txt\n```\n", FILES, name="sub/page.md")

    assert code_of(page.html) == "deep\n"
    assert '<a href="deep.txt.source/">' in page.html


def test_a_file_outside_the_guide_needs_the_setting(render: Render, tmp_path: Path) -> None:
    """With its folder under `include`, a file outside the guide is shown, but not published."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/x.conf").write_text("listen 80;\n")

    page = render(
        "```nginx file=../deploy/x.conf\n```\n", {"liveguide.yaml": "include: [../deploy]\n"}
    )

    assert messages(page) == []
    assert code_of(page.html) == "listen 80;\n"
    assert page.included == {"../deploy/x.conf"}
    assert page.source_views == set()
    assert "source</a>" not in page.html


def test_a_websocket_snippet_runs(render: Render) -> None:
    """JavaScript that contains `new WebSocket` becomes a snippet with a script of its own."""
    page = render("text\n\n```js\nvar ws = new WebSocket('x')\n```\n")
    (snippet,) = page.snippets

    assert snippet.code == "var ws = new WebSocket('x')"
    assert snippet.line == 3
    assert re.fullmatch(r"_liveguide/snippets/page/1-[0-9a-f]{8}\.js", snippet.output)
    assert f'<live-snippet src="{snippet.output}" data-line="3"><figure class="code"' in page.html


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("README.md", "_liveguide/snippets/home/1-"),
        ("chat/README.md", "_liveguide/snippets/chat/1-"),
        ("chat/tips.md", "_liveguide/snippets/chat/tips/1-"),
    ],
)
def test_a_snippet_is_named_after_its_page(render: Render, name: str, output: str) -> None:
    """Snippets of different pages stand in different folders, and their pages find them."""
    page = render("```js\nnew WebSocket('x')\n```\n", name=name)
    (snippet,) = page.snippets

    assert snippet.output.startswith(output)
    assert f'src="{"../" * name.count("/")}{snippet.output}"' in page.html


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("```js\nvar x = 1\n```\n", 0),
        ("```js\nnew\tWebSocket('x')\n```\n", 1),
        ("```javascript\nnew WebSocket('x')\n```\n", 1),
        ("```JS\nnew WebSocket('x')\n```\n", 1),
        ("```js run=never\nnew WebSocket('x')\n```\n", 0),
        ("```js run=always\nvar x = 1\n```\n", 1),
        ("```python\nnew WebSocket('x')\n```\n", 0),
        ("```\nnew WebSocket('x')\n```\n", 0),
        ("```html\n<script>new WebSocket('x')</script>\n```\n", 0),
        ("- a\n\n  ```js\n  new WebSocket('x')\n  ```\n\n```js\nnew WebSocket('y')\n```\n", 2),
    ],
)
def test_which_fences_run(render: Render, source: str, count: int) -> None:
    """JavaScript with `new WebSocket` runs unless its fence says otherwise; nothing else does."""
    page = render(source)

    assert messages(page) == []
    assert len(page.snippets) == count
    assert page.html.count("<live-snippet ") == count


def test_the_script_of_a_snippet() -> None:
    """The script hands over a function; the code begins on its first line."""
    assert snippet_script("x() // one") == (
        "document.currentScript.snippet = async function (console, WebSocket) {x() // one\n}\n"
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "text\n\n```js\nvar x\n",
            "3: error: this fence is never closed; end it with a line of ```",
        ),
        ("~~~~\nvar x\n~~~\n", "1: error: this fence is never closed; end it with a line of ~~~~"),
        ("> ```\n> a\n\nb\n", "1: error: this fence is never closed; end it with a line of ```"),
        (
            '```js title="x\na\n```\n',
            "1: error: in this fence, 'title=\"x' can't be read; close the quote",
        ),
        (
            "```js titel=x\na\n```\n",
            "1: warning: a fence has no option 'titel'; did you mean 'title'?",
        ),
        (
            "```js zzz=x\na\n```\n",
            "1: warning: a fence has no option 'zzz'; the options are title, linenums, hl_lines, "
            "ins, del, wrap, file, lines, section, run, expect, chain, feature",
        ),
        (
            "```pyhton\na\n```\n",
            "1: warning: the language 'pyhton' is not known, so it is shown plain; "
            "did you mean 'python'?",
        ),
        (
            "```qqqqqq\na\n```\n",
            "1: warning: the language 'qqqqqq' is not known, so it is shown plain; "
            "leave it out, or write 'text'",
        ),
        (
            "```js hl_lines=a\na\n```\n",
            "1: error: hl_lines: 'a' is not a line; write hl_lines=\"2 4-6\"",
        ),
        (
            "```js linenums=a\na\n```\n",
            "1: error: linenums: 'a' is not a number; write linenums=1",
        ),
        (
            "```js run=maybe\na\n```\n",
            "1: error: run='maybe' is not known; write run=never, run=always or run=program",
        ),
        (
            "```python run=always\na\n```\n",
            "1: error: only JavaScript runs in the page; remove run=always",
        ),
        (
            "```js lines=1-2\na\n```\n",
            "1: error: 'lines' and 'section' are parts of a file; add file=NAME",
        ),
        (
            "```python file=ping.py\na\n```\n",
            "1: error: this fence has both file= and lines of its own; remove the lines",
        ),
        (
            "```python file=pong.py\n```\n",
            "1: error: there is no file 'pong.py' to include; did you mean 'ping.py'?",
        ),
        (
            "```python file=../secret.py\n```\n",
            "1: error: there is no file '../secret.py' to include; it is outside the guide: "
            "name its folder under 'include' in liveguide.yaml",
        ),
        (
            "```text file=/etc/hostname\n```\n",
            "1: error: there is no file '/etc/hostname' to include",
        ),
        (
            "```python file=ping.py section=opne\n```\n",
            "1: error: 'ping.py' can't be included: it has no section 'opne'; did you mean 'open'?",
        ),
        (
            "```python file=ping.py lines=1-99\n```\n",
            "1: error: 'ping.py' can't be included: "
            "lines='1-99' is outside the file, which has 5 lines",
        ),
    ],
)
def test_faults_of_a_fence(render: Render, tmp_path: Path, source: str, message: str) -> None:
    """Each fault names the line of the fence, the value and the fix."""
    (tmp_path / "secret.py").write_text("x")

    page = render(source, FILES)

    assert messages(page) == [f"guide/page.md:{message}"]


def test_lines_count_from_the_top_of_the_file(render: Render) -> None:
    """Front matter, raw HTML and other fences above do not shift a fence's line number."""
    page = render(
        dedent(
            """\
            ---
            title: T
            ...

            <pre>
            raw
            </pre>

            ```js
            a
            b
            ```

            - item

              ```js zzz
              c
              ```
            """
        )
    )

    assert [problem.line for problem in page.problems] == [16]


@pytest.mark.parametrize("start", [">  " * 200, "-    " * 200, "1.   " * 200, "> " * 3000])
def test_the_start_of_a_line_is_read_in_linear_time(start: str) -> None:
    """Spaces between markers, which can be shared out in many ways, cost no more than others."""
    assert FENCE_OPEN.match(start + "`x") is None


def test_new_and_gone_lines(render: Render) -> None:
    """`ins` and `del` make elements that say what happened to a line, numbers or not."""
    html = render('```text ins="1 3" del=2 hl_lines=3 linenums\na\nb\nc\nd\n```\n').html

    assert '<ins class="line" data-line="1">a</ins>\n' in html
    assert '<del class="line" data-line="2">b</del>\n' in html
    assert '<ins class="line hll" data-line="3">c</ins>\n' in html
    assert '<span class="line" data-line="4">d</span>\n' in html


@pytest.mark.parametrize("key", ["hl_lines", "ins", "del"])
@pytest.mark.parametrize("lines", ["3", "2-4", "0", "2-1"])
def test_lines_that_are_not_there_are_reported(render: Render, key: str, lines: str) -> None:
    """A line beyond the end of the code is a warning with the line of the fence."""
    page = render(f"\n```text {key}={lines}\na\nb\n```\n")

    assert messages(page) == [
        f"guide/page.md:2: warning: {key}: '{lines}' is outside the code, whose lines are 1 to 2"
    ]


def test_code_that_wraps(render: Render) -> None:
    """`wrap` is a flag."""
    assert '<figure class="code wrap"' in render("```text wrap\na\n```\n").html
    assert messages(render("```text wrap=1\na\n```\n")) == [
        "guide/page.md:1: warning: wrap is a flag; write it without a value"
    ]


def test_code_that_runs_has_no_deleted_lines(render: Render) -> None:
    """They would run."""
    page = render("```js del=1\nnew WebSocket(x)\n```\n")

    assert messages(page) == [
        "guide/page.md:1: error: del= marks lines that are gone, but this code runs; add run=never"
    ]


def test_a_session_tells_commands_from_what_they_print(render: Render) -> None:
    """Lines without a prompt are output, unless the command goes on there."""
    html = render("```console\n$ a \\\n  b\nprinted\n$ c\n```\n").html
    html += render("```pycon\n>>> for x in y:\n...     x\n1\n```\n").html

    printed = re.findall(r'<span class="line out">(\w+)</span>', html)
    assert printed == ["printed", "1"]
