"""Each page as Markdown: what it holds, what it leaves out, and where its links lead."""

from __future__ import annotations

import pytest
import yaml

from ..conftest import Build

URL = "https://docs.example.org/guide/"
TOUR = {
    "README.md": "# Home\n",
    "intro.md": "# Intro\n",
    "logo.png": b"x",
    "bot.py": "def open(handler):\n    pass\n\n# [start:end]\ndef bye():\n    pass\n# [end:end]\n",
    "chat/README.md": "# Chat\n",
}


def body(text: str) -> str:
    """Return a page's Markdown below its front matter."""
    return text.split("---\n\n", 1)[1]


def test_a_page_stands_beside_its_html(build: Build) -> None:
    """The address is the page's with .md; a folder's page is index.md in it."""
    built = build(TOUR, strict=True)

    assert {"index.md", "intro.md", "chat/index.md"} <= set(built.tree())


def test_front_matter_is_what_readers_see(build: Build) -> None:
    """Title and description stay; other keys are the author's own."""
    page = '---\ntitle: "A: \\"B\\" <i>"\ndesc: Über uns\norder: 3\n---\nText.\n'
    built = build({"README.md": "# Home\n", "a.md": page}, strict=True)

    _, front, rest = built.text("a.md").split("---\n", 2)

    assert yaml.safe_load(front) == {"title": 'A: "B" <i>', "description": "Über uns"}
    assert rest == '\n# A: "B" <i>\n\nText.\n'


def test_a_description_comes_from_the_first_paragraph(build: Build) -> None:
    """Who writes no `desc` is described by what they wrote first, with the address where known."""
    built = build({**TOUR, "a.md": "# A\n\nOne *two*.\n"}, url=URL)

    front = yaml.safe_load(built.text("a.md").split("---\n")[1])

    assert front == {"title": "A", "description": "One two.", "url": URL + "a.html"}


def test_what_a_fence_includes_stands_in_the_fence(build: Build) -> None:
    """The text needs no other file, and only what the page shows of it is there."""
    page = '# A\n\n```python file=bot.py section=end title="The end"\n```\n\n'
    page += "- ```py file=bot.py\n  ```\n"
    built = build({**TOUR, "a.md": page}, strict=True)

    text = body(built.text("a.md"))

    assert '```python title="The end"\ndef bye():\n    pass\n```\n' in text
    assert '- ```py title="bot.py"\n  def open(handler):\n      pass\n' in text
    assert "start:end" not in text


def test_a_fence_is_longer_than_any_in_what_it_includes(build: Build) -> None:
    """Markdown shown in Markdown closes nothing."""
    files = {**TOUR, "part.txt": "```js\nx\n```\n", "a.md": "```text file=part.txt\n```\n"}

    text = body(build(files, strict=True).text("a.md"))

    assert text.endswith('````text title="part.txt"\n```js\nx\n```\n````\n')


def test_a_quoted_fence_stays_quoted(build: Build) -> None:
    """Every line of it keeps the quote's mark."""
    files = {**TOUR, "a.md": "> ```python file=bot.py section=end\n> ```\n"}

    text = body(build(files, strict=True).text("a.md"))

    assert '> ```python title="bot.py"\n> def bye():\n>     pass\n> ```\n' in text


LINKS = """# A

[home](README.md), [chat](chat/ "Chat"), [intro](<intro.md#x>), ![logo](logo.png),
`[code](README.md)`, [out](https://example.org/README.md), [source](bot.py.source),
[here](#a), <a href="README.md">raw</a>, [ref]

[ref]: chat/README.md

```text
[fence](README.md)
```
"""


def test_links_lead_to_markdown(build: Build) -> None:
    """Without an address links are relative; those to pages lead to their Markdown."""
    page = "[home](../README.md), [chat](../chat/ 'Chat'), [intro](<../intro.md#x>), [here](#a)\n"
    page += "![logo](../logo.png), [out](https://a.org/README.md), [source](../bot.py.source)\n"
    page += '<a href="../README.md">raw</a> [ref]\n\n[ref]: ../chat/README.md\n\n# A\n'
    built = build({**TOUR, "intro.md": "# Intro\n\n## X\n", "sub/a.md": page}, strict=True)

    expected = "[home](../index.md), [chat](../chat/index.md 'Chat'), [intro](<../intro.md#x>), "
    expected += "[here](#a)\n![logo](../logo.png), [out](https://a.org/README.md), "
    expected += "[source](../bot.py.source/)\n"
    expected += '<a href="../index.md">raw</a> [ref]\n\n[ref]: ../chat/index.md\n\n# A\n'
    assert built.text("sub/a.md").endswith("\n\n" + expected)


def test_links_are_absolute_where_the_sites_address_is_known(build: Build) -> None:
    """The text may be carried anywhere."""
    text = build({**TOUR, "intro.md": "# Intro\n\n## X\n", "a.md": LINKS}, url=URL).text("a.md")

    assert f"[home]({URL}index.md)" in text
    assert f"![logo]({URL}logo.png)" in text
    assert f"[ref]: {URL}chat/index.md" in text


def test_links_in_code_stay_as_they_are(build: Build) -> None:
    """What is only shown is not followed."""
    text = build({**TOUR, "intro.md": "# Intro\n\n## X\n", "a.md": LINKS}, url=URL).text("a.md")

    assert "`[code](README.md)`" in text
    assert "[fence](README.md)" in text


@pytest.mark.parametrize(
    "comment",
    [
        *("[//]: # (secret)", "[comment]: <> (secret)", "[x]: # 'secret'"),
        *("> [//]: # (secret)", "> > [//]: # (secret)", "- A\n\n    [//]: # (secret)"),
        *("- [//]: # (secret)", "[//]: #\n(secret)", "[//]:\n  #\n  'secret'"),
        "[//]:\n<> (secret)",
    ],
)
def test_an_authors_comments_are_left_out(build: Build, comment: str) -> None:
    """What the page does not show, its Markdown does not tell."""
    built = build({"README.md": f"# Home\n\nText.\n\n{comment}\n"})

    assert "secret" not in built.text("index.html")
    assert "secret" not in built.text("index.md")


def test_a_list_of_contents_is_left_out(build: Build) -> None:
    """`[TOC]` means nothing elsewhere."""
    assert "[TOC]" not in build({"README.md": "[TOC]\n\n# A\n"}).text("index.md")


def test_a_folder_of_the_same_name_wins(build: Build) -> None:
    """The guide's own files keep their addresses; such a page has no Markdown, and names none."""
    built = build({"README.md": "# A\n", "index.md/data.json": "{}"}, strict=True)

    assert built.text("index.md/data.json") == "{}"
    assert "text/markdown" not in built.text("index.html")


def test_a_title_of_several_lines_is_one_heading(build: Build) -> None:
    """Line ends of YAML's texts are spaces in a title."""
    built = build({"README.md": "# Home\n", "a.md": "---\ntitle: |\n  One\n  two\n---\nText.\n"})

    assert built.text("a.md").endswith("---\n\n# One two\n\nText.\n")


def test_a_backslash_in_a_title_escapes_nothing_in_the_list_of_pages(build: Build) -> None:
    """The label of a link ends where the title ends."""
    built = build({"README.md": "# Home\n", "a.md": "---\ntitle: 'C:\\'\n---\nText.\n"}, url=URL)

    assert f"- [C:\\\\]({URL}a.md)" in built.text("llms.txt")
