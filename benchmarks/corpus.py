"""
Make a guide of any size, of the shape of a real one: seeded, so that every run has the same.

    python benchmarks/corpus.py FOLDER PAGES
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

PAGES_PER_FOLDER = 20
_WORDS = (
    "the a of to and in is that for with on as are this be by from or an at it which server "
    "client socket message handler browser connection frame origin page reader function close "
    "open ping reply broadcast chat room session cookie header upgrade proxy pattern route "
    "subprotocol reason code text binary queue timer callback event loop author example"
).split()
_CODE = {
    "python": (
        "def on_message(handler, message):\n    if message == {n}:\n"
        "        handler.write_message('Got ' + message)  # reply {n}\n    return None\n"
    ),
    "js": "const value{n} = [1, 2, {n}].map((x) => x * 2)\nconsole.log(`sum: ${{value{n}}}`)\n",
    "yaml": "url:\n  name{n}:\n    pattern: /name{n}\n    handler: WebSocketHandler\n",
    "html": '<form id="form{n}">\n  <input type="text" name="m{n}">\n</form>\n',
    "nginx": "location /{n} {{\n  proxy_pass http://127.0.0.1:{n};\n}}\n",
}


def make_corpus(folder: Path, pages: int, seed: int = 1) -> None:
    """Write a guide of *pages* pages into *folder*."""
    rng = random.Random(seed)
    for number in range(pages):
        section = folder / f"section{number // PAGES_PER_FOLDER:03}"
        section.mkdir(parents=True, exist_ok=True)
        name = "README.md" if number % PAGES_PER_FOLDER == 0 else f"page{number:05}.md"
        (section / name).write_text(_page(rng, number), encoding="utf-8")
    (folder / "demo.html").write_text("<!doctype html><title>Demo</title><p>Demo</p>\n")


def _page(rng: random.Random, number: int) -> str:
    sections = rng.choice((3, 4, 4, 5, 5, 6, 12))
    parts = [
        f"---\ntitle: Page {number}\ndesc: {_sentence(rng)}\ntype: guide\n---\n\n[TOC]\n",
        _paragraph(rng),
    ]
    for section in range(sections):
        parts.append(f"## Section {section} of {number}\n\n{_paragraph(rng)}\n\n{_paragraph(rng)}")
        parts += [_fence(rng) for _ in range(rng.choice((1, 1, 2, 2, 3)))]
        parts.append("\n".join(f"- {_sentence(rng)}" for _ in range(rng.randint(2, 5))))
    parts.append("| name | value |\n|------|-------|\n" + "| `a` | *b* |\n" * 4)
    parts.append(f"::: example href=../demo.html\n    {_sentence(rng)}")
    return "\n\n".join(parts) + "\n"


def _sentence(rng: random.Random) -> str:
    words = rng.choices(_WORDS, k=rng.randint(6, 16))
    return " ".join(words).capitalize() + "."


def _paragraph(rng: random.Random) -> str:
    sentences = [_sentence(rng) for _ in range(rng.randint(2, 5))]
    sentences.insert(1, rng.choice(("See `write_message`.", "A *close code*.", "[Up](README.md).")))
    return " ".join(sentences)


def _fence(rng: random.Random) -> str:
    language = rng.choice(list(_CODE))
    numbers = [rng.randint(1000, 9999) for _ in range(rng.randint(1, 4))]
    code = "\n".join(_CODE[language].format(n=number) for number in numbers)
    return f"```{language}\n{code}```"


if __name__ == "__main__":
    make_corpus(Path(sys.argv[1]), int(sys.argv[2]))
