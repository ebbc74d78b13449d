"""The check of a guide, in a real browser against real servers: what passes and what fails."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from liveguide.checker.plan import plan_guide

from .conftest import GUIDE, ROOT, Server, ServeTree

pytestmark = pytest.mark.browser

WriteTree = Callable[[Mapping[str, str]], Path]

ENDPOINTS = """\
url:
  echo:
    pattern: /echo
    handler: WebSocketHandler
    kwargs:
      on_message:
        function: handler.write_message('echo ' + message)
  members:
    pattern: /members
    handler: WebSocketHandler
    kwargs:
      auth: true
"""


def _connect(name: str) -> str:
    return (
        f"const url = new URL('{name}', location.href)\n"
        "url.protocol = url.protocol.replace('http', 'ws')\n"
        "const ws = new WebSocket(url)"
    )


async def _check(*arguments: str | Path) -> tuple[int, list[str]]:
    """Run the command; return its exit status and the lines it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "liveguide", "check", *map(str, arguments)),
        cwd=ROOT,
        stdout=PIPE,
        stderr=STDOUT,
    )
    async with asyncio.timeout(150):
        out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode().splitlines()


async def _check_page(write_tree: WriteTree, page: str, **files: str) -> tuple[int, list[str]]:
    """Check a guide of one page; its lines without the guide's folder."""
    guide = write_tree({"page.md": page, "gramex.yaml": ENDPOINTS, **files})
    status, lines = await _check(guide)
    return status, [line.replace(f"{guide}/", "") for line in lines]


async def test_our_guide_passes_on_a_server_that_runs(guide_server: Server) -> None:
    """Every snippet, program and example is told with its line, then every feature: all passed."""
    status, lines = await _check("guide", "--url", guide_server.url.rstrip("/"))
    plan = plan_guide(GUIDE, ROOT / "site")
    pages, features = plan.pages, plan.features
    planned = [
        (f"guide/{Path(page.path).relative_to(GUIDE)}:{one.line}: ok", one.name)
        for page in pages
        for one in [*page.snippets, *page.programs, *page.examples]
    ]

    assert status == 0, lines
    assert [
        (line.startswith(place), f'"{name}"' in line)
        for line, (place, name) in zip(lines, planned, strict=False)
    ] == [(True, True)] * len(planned)
    assert features is not None
    table = lines[len(planned) : -2]
    assert [line.split()[0] for line in table] == list(features.rows)
    assert [line.split()[-1] for line in table] == ["ok"] * len(table)
    assert lines[-2] == f"{len(table)} features shown: all ok"
    assert lines[-1].endswith(f"checked on {len(pages)} pages: all passed")


async def test_a_broken_function_fails_with_page_line_expected_and_seen(
    write_tree: WriteTree,
) -> None:
    """One wrong letter in what a function says breaks what the page states."""
    code = _connect("bot") + "\nws.onopen = () => ws.send('hi')\nws.onmessage = console.log"
    files = {
        "gramex.yaml": ENDPOINTS.replace(
            "handler.write_message('echo ' + message)", "bot.on_message"
        ).replace("echo", "bot"),
        "bot.py": "def on_message(bot, message): bot.write_message('Got massage: ' + message)",
    }

    status, lines = await _check_page(
        write_tree, f'# Bot\n\n```js expect="Got message: hi" title="Bot"\n{code}\n```\n', **files
    )

    assert status == 1
    found = lines.index('page.md:3: FAILED  "Bot"')
    assert lines[found + 1] == "  expected  Got message: hi"
    assert lines[found + 2].startswith("  seen      ")
    assert "Got massage: hi" in lines[found + 2]
    assert lines[-1] == "1 snippet and 0 examples checked on 1 page: 1 failed"


async def test_what_is_stated_is_reached(write_tree: WriteTree) -> None:
    """A text that is contained and a block of output, each of a snippet of its own."""
    code = _connect("echo") + "\nws.onopen = () => ws.send('hi')\nws.onmessage = console.log"
    status, lines = await _check_page(
        write_tree,
        f'```js expect="echo hi" title="Echo"\n{code}\n```\n\n'
        "```js run=always title=\"Two lines\"\nconsole.log('one'); console.log('two 2')\n```\n\n"
        "```output\none\ntwo ...\n```\n",
    )

    assert lines == [
        'page.md:1: ok  "Echo" logged "echo hi"',
        'page.md:9: ok  "Two lines" logged "one" and 1 more line',
        "2 snippets and 0 examples checked on 1 page: all passed",
    ]
    assert status == 0


async def test_an_endpoint_that_refuses_fails(write_tree: WriteTree) -> None:
    """The state says that there was no connection."""
    status, lines = await _check_page(write_tree, f"```js\n{_connect('members')}\n```\n")

    assert status == 1
    assert lines[0].startswith("page.md:1: FAILED")
    assert lines[1].split() == ["expected", "a", "connection"]
    assert re.search(r"seen +(refused|could not connect)", lines[2])
    assert any("refused 401 auth '/members'" in line for line in lines)  # of the server's log


async def test_a_script_that_throws_fails_and_its_neighbour_passes(write_tree: WriteTree) -> None:
    """At once, later or not even parsed: each is told where it stands."""
    status, lines = await _check_page(
        write_tree,
        '```js run=always title="At once"\nnull.x\n```\n\n'
        '```js run=always title="Later"\nsetTimeout(() => later(), 300)\n```\n\n'
        '```js run=always title="Unparsed"\nthis is no code\n```\n\n'
        '```js run=always title="Fine"\nconsole.log(1)\n```\n',
    )

    assert status == 1
    assert [line for line in lines if line.startswith("page.md")] == [
        'page.md:1: FAILED  "At once"',
        'page.md:5: FAILED  "Later"',
        'page.md:9: FAILED  "Unparsed"',
        'page.md:13: ok  "Fine" ran and logged "1"',
    ]
    assert lines[1].split() == ["expected", "no", "uncaught", "error"]
    assert "TypeError" in lines[2]
    assert lines[-1] == "4 snippets and 0 examples checked on 1 page: 3 failed"


async def test_a_page_that_a_script_keeps_busy_fails(write_tree: WriteTree) -> None:
    """An endless loop holds up neither the check nor the other pages."""
    guide = write_tree(
        {
            "busy.md": "```js run=always\nsetTimeout(() => { for (;;); }, 200)\n```\n",
            "fine.md": "```js run=always\nconsole.log(1)\n```\n",
        }
    )
    status, lines = await _check(guide, "--jobs", "1")

    assert status == 1
    assert lines[0] == f"{guide}/busy.md: FAILED"
    assert lines[2] == "  seen      a script keeps it busy"
    assert any(line.startswith(f"{guide}/fine.md:1: ok") for line in lines)


async def test_an_uncaught_error_of_the_page_itself_fails(write_tree: WriteTree) -> None:
    """A page without snippets is opened too; a script beside it is told with file and line."""
    status, lines = await _check_page(
        write_tree, '<script src="own.js"></script>\n', **{"own.js": "\nnothing()\n"}
    )

    assert status == 1
    assert lines[0] == "page.md: FAILED"
    assert re.search(r"nothing is not defined \(http://.*/own\.js:2\)", lines[2])


async def test_what_the_security_policy_stops_fails_the_page(write_tree: WriteTree) -> None:
    """A request to another host is told with the directive that stopped it."""
    status, lines = await _check_page(
        write_tree,
        '<script src="own.js"></script>\n',
        **{"own.js": "fetch('http://example.org/').catch(() => {})\n"},
    )

    assert status == 1
    assert lines[0] == "page.md: FAILED"
    assert "the security policy stopped http://example.org/ (connect-src)" in lines[2]


async def test_demos_are_opened(write_tree: WriteTree) -> None:
    """They fail for a missing page, script or text, an error, and a socket that is refused."""
    cards = [
        ("fine.html", "Fine", ' expect="Good morning"'),
        ("silent.html", "Silent", ' expect="Good morning"'),
        ("broken.html", "Broken", ""),
        ("lacking.html", "Lacking", ""),
        ("lonely.html", "Lonely", ""),
        ("https://example.org/", "Elsewhere", ""),
    ]
    socket = _connect("nowhere")
    status, lines = await _check_page(
        write_tree,
        "\n".join(f"::: example href={href}{more}\n    {name}\n" for href, name, more in cards),
        **{
            "fine.html": "<!doctype html><p>Good <b>morning</b>, all",
            "silent.html": "<!doctype html><p hidden>Good morning</p><p>Good night</p>",
            "broken.html": "<!doctype html><script src='broken.js'></script>",
            "broken.js": "setTimeout(() => broken(), 100)\n",
            "lacking.html": "<!doctype html><script src='gone.js'></script>",
            "lonely.html": "<!doctype html><script src='lonely.js'></script>",
            "lonely.js": f"{socket}\n",
        },
    )
    told = [(line, lines[n + 1 : n + 3]) for n, line in enumerate(lines) if "example " in line]

    assert status == 1
    assert told[0][0] == 'page.md:1: ok  example "Fine" showed "Good morning"'
    assert told[1] == (
        'page.md:4: FAILED  example "Silent"',
        ["  expected  Good morning", "  seen      Good night"],
    )
    assert told[2][0] == 'page.md:7: FAILED  example "Broken"'
    assert "broken is not defined" in told[2][1][1]
    assert told[3][0] == 'page.md:10: FAILED  example "Lacking"'
    assert "/gone.js: 404" in told[3][1][1]
    assert told[4][0] == 'page.md:13: FAILED  example "Lonely"'
    assert "/nowhere: Error during WebSocket handshake" in told[4][1][1]
    assert told[5][0] == (
        'page.md:16: ok  example "Elsewhere" is on another site, and was not opened'
    )
    assert lines[-1] == "0 snippets and 6 examples checked on 1 page: 4 failed"


async def test_pages_and_demos_that_the_server_does_not_have_fail(
    serve_tree: ServeTree, write_tree: WriteTree
) -> None:
    """The guide has gone on since the site was built: a new page, another demo, other code."""
    server = await serve_tree(
        {
            "README.md": "::: example href=demo.html\n    Demo\n",
            "demo.html": "<p>Demo",
            "code.md": "```js run=always\nconsole.log(1)\n```\n",
        }
    )
    guide = write_tree(
        {
            "README.md": "::: example href=other.html\n    Demo\n",
            "other.html": "<p>Other",
            "code.md": "```js run=always\nconsole.log(2)\n```\n",
            "new.md": "# New\n",
        }
    )
    status, lines = await _check(guide, "--url", server.url)

    assert status == 1
    assert f"{guide}/new.md: FAILED" in lines
    assert lines.count("  seen      404 Not Found") == 2
    assert f"  expected  a demo at {server.url}other.html" in lines
    assert "  seen      a site built from other sources; build it again" in lines
    assert lines[-1] == "1 snippet and 1 example checked on 3 pages: 3 failed"


async def test_a_site_that_is_named_is_served_as_it_is(
    write_tree: WriteTree, tmp_path: Path
) -> None:
    """Nothing is built, or another folder would stand there."""
    page = "```js run=always expect=one title=\"One\"\nconsole.log('one')\n```\n"
    guide, site = write_tree({"page.md": page}), tmp_path / "built"
    command = [sys.executable, ROOT / "build.py", guide, "--output", site, "--quiet"]
    await asyncio.to_thread(subprocess.run, command, check=True)
    built = site.stat().st_ino

    status, lines = await _check(guide, "--site", site)

    assert status == 0, lines
    assert site.stat().st_ino == built


FEATURES = """\
sources:
  a: {title: The A, href: "https://a.example/"}
features:
  good: {source: a, text: "works"}
  bad: {source: a, text: "does not"}
  program: {source: a, text: "runs"}
  card: {source: a, text: "opens"}
"""

PROGRAM = """\
import asyncio, sys
from tornado.websocket import websocket_connect

async def main():
    connection = await websocket_connect(sys.argv[1] + 'echo')
    await connection.write_message('hi')
    print('Answer:', await connection.read_message())

asyncio.run(main())
"""


async def test_a_program_talks_to_the_server_that_is_checked(write_tree: WriteTree) -> None:
    """It gets the address of its page's folder, and what it prints is compared line by line."""
    status, lines = await _check_page(
        write_tree,
        "# P\n\n```python file=client.py run=program\n```\n\n```output\nAnswer: echo hi\n```\n\n"
        "```python file=client.py run=program title=Wrong\n```\n\n```output\nAnswer: ho\n```\n",
        **{"client.py": PROGRAM},
    )

    assert status == 1
    assert lines == [
        'page.md:3: ok  "client.py" printed "Answer: echo hi"',
        'page.md:10: FAILED  "Wrong"',
        "  expected  Answer: ho",
        "  seen      Answer: echo hi",
        "0 snippets, 2 programs and 0 examples checked on 1 page: 1 failed",
    ]


async def test_the_features_end_the_report(write_tree: WriteTree) -> None:
    """One line for each, with its page and its snippets; it is ok when all of them are."""
    works = "```js run=always expect=yes feature=good title=Works\nconsole.log('yes')\n```\n\n"
    fails = works.replace("good", "bad").replace("Works", "Fails").replace("log('yes')", "log(1)")
    status, lines = await _check_page(
        write_tree,
        f"{works}{works.replace('=good', '=bad')}{fails}"
        "```python file=client.py run=program feature=program\n```\n\n"
        "```output\nAnswer: echo hi\n```\n\n"
        "::: example href=demo.html feature=card\n    Demo\n",
        **{"client.py": PROGRAM, "demo.html": "<!doctype html><p>Hi", "features.yaml": FEATURES},
    )

    assert status == 1
    assert [" ".join(line.split()) for line in lines[-6:]] == [
        'good page.html "Works" ok',
        'bad page.html "Works", "Fails" FAILED',
        'program page.html "client.py" ok',
        'card page.html "Demo" ok',
        "4 features shown: 1 failed",
        "3 snippets, 1 program and 1 example checked on 1 page: 1 failed",
    ]


async def test_a_feature_that_nothing_shows_stops_the_check(write_tree: WriteTree) -> None:
    """The error names the line of the feature, and nothing is opened."""
    status, lines = await _check_page(write_tree, "# P\n", **{"features.yaml": FEATURES})

    assert status == 1
    assert lines[0].startswith("features.yaml:4: error: no snippet shows the feature 'good'; add")
    assert lines[-1].endswith("the guide has errors, so nothing was checked")
