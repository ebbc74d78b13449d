"""The real script in a process of its own: what it prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
import signal
import socket

import pytest
import websockets
from tornado.httpclient import AsyncHTTPClient
from websockets.exceptions import ConnectionClosed

from .conftest import address, ended, handshake, routes

pytestmark = pytest.mark.long


async def test_it_serves_the_guide_and_the_site_of_the_working_directory(guide, start):
    """By default guide/ and site/ are served, and the printed address is the real one."""
    process = await start("--port", "0", "--no-build")

    url = await address(process)

    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/")
    assert not url.endswith((":0/", ":8888/"))
    assert (await AsyncHTTPClient().fetch(url)).body == b"<h1>Home</h1>"
    async with websockets.connect(url.replace("http", "ws") + "echo", proxy=None) as ws:
        await ws.send("hello")
        assert await ws.recv() == "hello"


async def test_an_ipv6_address_is_printed_in_brackets(guide, start):
    """The printed address can be opened as it is."""
    url = await address(await start("--port", "0", "--address", "::1", "--no-build"))

    assert url.startswith("http://[::1]:")


async def test_a_page_is_told_what_its_functions_print_and_log(write_tree, tmp_path, start):
    """A page's trace has the lines, the real output too; a record that is no text harms nobody."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/.liveguide.json").write_text("{}")
    bot = """\
import logging

def on_message(handler, message):
    logging.info('%d is no number', message)
    logging.info('heard %s', message)
    print('said', message)
    handler.write_message('done')
"""
    functions = "on_message: {function: bot.on_message}"
    write_tree({"gramex.yaml": routes(bot=functions), "bot.py": bot})
    process = await start("--port", "0", "--no-build")
    url = await address(process)
    ws_url = url.replace("http", "ws")

    async with websockets.connect(
        ws_url + "_liveguide/trace", origin=url.rstrip("/"), proxy=None
    ) as trace:
        key = json.loads(await trace.recv())["key"]
        async with websockets.connect(f"{ws_url}bot?_liveguide={key}.1", proxy=None) as ws:
            await ws.send("hello")
            assert await ws.recv() == "done"
        told = []
        while not told or told[-1]["type"] != "close":
            told.append(json.loads(await trace.recv()))
    process.send_signal(signal.SIGTERM)
    status, out, err = await ended(process)

    lines = [(record["text"], record["level"]) for record in told if record["type"] == "line"]
    assert lines == [("heard hello", "info"), ("said hello", "print")]
    assert (status, out) == (0, "said hello\n")
    assert "INFO heard hello" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_it_in_order(guide, start, number):
    """Open sockets get 1012, and the exit status is 0, without a traceback."""
    process = await start("--port", "0", "--no-build")
    url = await address(process)

    async with websockets.connect(url.replace("http", "ws") + "echo", proxy=None) as ws:
        process.send_signal(number)
        with pytest.raises(ConnectionClosed):
            await ws.recv()

    assert ws.close_code == 1012
    assert await ended(process) == (0, "", "")


async def test_a_stop_with_an_author_s_function_at_work_has_no_traceback(guide, start):
    """A callback that never ends is cut by a second Ctrl-C."""
    (guide / "gramex.yaml").write_text(routes(slow="open: {function: slow.open}"))
    (guide / "slow.py").write_text(
        "import asyncio\nasync def open(handler):\n"
        "    print('asleep')\n    await asyncio.sleep(3600)\n"
    )
    process = await start("--port", "0", "--no-build")
    url = await address(process)

    reader, writer = await handshake(int(url.split(":")[2].strip("/")), "/slow")
    assert await process.stdout.readline() == b"asleep\n"
    process.send_signal(signal.SIGINT)
    assert (await reader.read(4))[2:] == (1012).to_bytes(2)
    process.send_signal(signal.SIGINT)
    await reader.read()
    writer.close()
    await writer.wait_closed()

    status, _, err = await ended(process)
    assert (status, "Traceback" in err) == (0, False)


async def test_what_an_author_prints_appears_at_once(guide, start):
    """Prints are not held back, even where the output is a pipe."""
    (guide / "gramex.yaml").write_text(
        routes(bot="on_message:\n  function: \"print('heard', message)\"")
    )
    process = await start("--port", "0", "--no-build")
    url = await address(process)

    async with websockets.connect(url.replace("http", "ws") + "bot", proxy=None) as ws:
        await ws.send("hello")
        line = await asyncio.wait_for(process.stdout.readline(), 60)

    assert line == b"heard hello\n"


async def test_what_functions_leave_behind_does_not_pile_up(guide, start):
    """Objects that hold each other are looked for before there are thousands of them."""
    (guide / "gramex.yaml").write_text(routes(bot="on_message: {function: bot.leave}"))
    (guide / "bot.py").write_text(
        "class Left:\n    alive = most = 0\n    def __init__(self):\n        self.me = self\n"
        "        Left.alive += 1\n        Left.most = max(Left.most, Left.alive)\n"
        "    def __del__(self):\n        Left.alive -= 1\n"
        "def leave(handler, message):\n    for _ in range(20000):\n        Left()\n"
        "    handler.write_message(str(Left.most))\n"
    )
    process = await start("--port", "0", "--no-build")
    url = await address(process)

    async with websockets.connect(url.replace("http", "ws") + "bot", proxy=None) as ws:
        await ws.send("leave them")
        assert int(await ws.recv()) <= 6000


async def test_errors_are_logged_and_nothing_else(guide, start):
    """A 404 is one line, without its query; what went well is none."""
    process = await start("--port", "0", "--no-build")
    url = await address(process)
    for path in ["", "nope%0aforged?token=secret", "_liveguide/status.json"]:
        await AsyncHTTPClient().fetch(url + path, raise_error=False)
    process.terminate()

    _, _, err = await ended(process)

    assert len(err.splitlines()) == 1
    assert err.endswith(" WARNING refused 404 missing '/nope%0aforged' from 127.0.0.1\n")


async def test_a_port_in_use_is_one_sentence(guide, start):
    """Exit status 1, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = await ended(await start("--port", str(port), "--no-build"))

    assert result == (
        1,
        "",
        f"site_server: port {port} is in use on 127.0.0.1; "
        "choose another with --port (0: a free one)\n",
    )


async def test_an_address_that_is_not_here_is_one_sentence(guide, start):
    """Exit status 1 for an address of another computer."""
    status, out, err = await ended(
        await start("--port", "0", "--address", "192.0.2.1", "--no-build")
    )

    assert (status, out) == (1, "")
    assert err == (
        "site_server: the address 192.0.2.1 is not available (Cannot assign requested address); "
        "choose another with --address\n"
    )


async def test_bad_configuration_is_shown_whole(guide, start):
    """Every fault of settings and routes, sorted, on standard error, and exit status 2."""
    (guide / "gramex.yaml").write_text(routes(bot="open: {function: bot.open}\non_mesage: {}"))
    (guide / "liveguide.yaml").write_text("titel: x\n")

    result = await ended(await start("--no-build"))

    assert result == (
        2,
        "",
        "guide/gramex.yaml:7: error: the kwargs of 'bot' have an unknown key 'on_mesage'; "
        "did you mean 'on_message'?\n"
        "guide/liveguide.yaml:1: error: there is no setting 'titel'; did you mean 'title'?\n",
    )


async def test_warnings_are_shown_and_stop_a_strict_start(guide, start):
    """What is skipped is said on standard error; with --strict that is the end."""
    (guide / "gramex.yaml").write_text("log: {}")
    warning = "guide/gramex.yaml:1: warning: the section 'log' is Gramex's and is skipped here\n"

    process = await start("--port", "0", "--no-build")
    await address(process)
    process.terminate()

    assert await ended(process) == (0, "", warning)
    assert await ended(await start("--port", "0", "--no-build", "--strict")) == (2, "", warning)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            ["--no-build", "--site", "nowhere"],
            1,
            "site_server: there is no site in nowhere; leave out --no-build, or build it first",
        ),
        (
            ["--no-build", "--site", "guide"],
            2,
            "site_server: the site guide holds the guide guide, whose sources it would serve; "
            "name the folder of the built site",
        ),
        (
            ["nowhere"],
            2,
            "site_server: nowhere is not a folder; "
            "name the folder that holds the pages, or make one with 'liveguide new NAME'",
        ),
        (
            ["--port", "http"],
            2,
            "site_server.py: error: argument --port: 'http' is not a port; "
            "write a number up to 65535",
        ),
        (
            ["--trusted-proxy", "nginx"],
            2,
            "site_server.py: error: argument --trusted-proxy: 'nginx' is not an address or a "
            "network; write it as 127.0.0.1 or 10.0.0.0/8",
        ),
    ],
)
async def test_a_command_that_can_t_be_followed_says_why(guide, start, arguments, status, message):
    """One sentence names what is wrong."""
    code, out, err = await ended(await start(*arguments))

    assert (code, out, err.splitlines()[-1]) == (status, "", message)


async def test_a_secret_that_others_may_read_stops_the_start(guide, start, tmp_path):
    """The secret is beside the site, and its mode is checked."""
    process = await start("--port", "0", "--no-build")
    await address(process)
    process.terminate()
    await ended(process)
    secret = tmp_path / ".liveguide/secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    secret.chmod(0o644)

    status, _, err = await ended(await start("--no-build"))

    assert status == 2
    assert err.startswith(f"site_server: {secret} may be read by others (mode 0644); delete it")


async def test_the_server_s_process_loads_neither_markdown_nor_pygments(guide, start):
    """What only a build needs stays out of the memory of the process that serves."""
    (guide / "gramex.yaml").write_text(
        routes(loaded="open:\n  function: handler.write_message(' '.join(sys.modules))")
    )
    url = await address(await start("--port", "0", "--no-build"))

    async with websockets.connect(url.replace("http", "ws") + "loaded", proxy=None) as ws:
        loaded = {name.partition(".")[0] for name in (await ws.recv()).split()}

    assert "tornado" in loaded
    assert not loaded & {"markdown", "pygments", "nltk", "blinker"}


BUILDING = """
import sys
from liveguide.server.cli import main

current, status = sys.argv[1] == 'current', int(sys.argv[2])

def build(guide, site):
    print('building', site, 'from', guide)
    return status

sys.exit(main(sys.argv[3:], is_current=lambda guide, site: current, build=build))
"""


async def test_a_current_site_is_served_as_it_is(guide, start):
    """Nothing is built when nothing has changed."""
    process = await start("current", "0", "--port", "0", script=BUILDING)

    assert (await address(process)).startswith("http://")


async def test_an_old_site_is_built_first(guide, start):
    """The build comes before the server listens."""
    process = await start("old", "0", "--port", "0", script=BUILDING)

    assert await process.stdout.readline() == b"building site from guide\n"
    assert (await address(process)).startswith("http://")


@pytest.mark.parametrize("mode", [[], ["--no-build"], ["--watch"]])
@pytest.mark.parametrize("site", ["guide", "."])
async def test_a_site_that_holds_the_guide_is_refused(guide, start, site, mode):
    """The sources are served in no mode."""
    process = await start("--port", "0", "--site", site, *mode)

    status, out, err = await ended(process)

    assert (status, out) == (2, "")
    assert err == (
        f"site_server: the site {site} holds the guide guide, whose sources it would serve; "
        "name the folder of the built site\n"
    )


async def test_no_build_leaves_an_old_site(guide, start):
    """--no-build serves what is there."""
    process = await start("old", "0", "--port", "0", "--no-build", script=BUILDING)

    assert (await address(process)).startswith("http://")


async def test_a_build_that_fails_is_the_end(guide, start):
    """The build shows its errors itself; the exit status is 1."""
    result = await ended(await start("old", "2", "--port", "0", script=BUILDING))

    assert result == (
        1,
        "building site from guide\n",
        "site_server: the site could not be built\n",
    )


async def test_a_signal_ends_a_build(guide, start):
    """SIGTERM while the site is being built stops both, without a traceback."""
    # The child reads first: only then has `run` begun to wait for it.
    work = "subprocess.run(['sh', '-c', 'read x; echo at work; exec sleep 60'], input=b'x\\n')"
    script = BUILDING.replace("return status", work).replace("import", "import subprocess,", 1)
    process = await start("old", "0", "--port", "0", script=script)
    await process.stdout.readuntil(b"at work\n")

    process.terminate()

    assert await ended(process) == (0, "", "")


@pytest.mark.parametrize("where", ["0.0.0.0:0", "[::]:0", "metrics.example:9100"])
async def test_metrics_are_not_public_by_accident(guide, start, where):
    """Exit status 2, and how to say that it is meant."""
    process = await start("--port", "0", "--no-build", "--metrics", where)

    status, _, err = await ended(process)

    assert status == 2
    assert err.endswith("if that is meant, add --metrics-public\n")


@pytest.mark.parametrize("options", [["127.0.0.1:0"], ["0"], ["0.0.0.0:0", "--metrics-public"]])
async def test_metrics_have_an_address_of_their_own(guide, start, options):
    """It is printed, and the site's address has none of them."""
    process = await start("--port", "0", "--no-build", "--metrics", *options)
    url = await address(process)
    line = (await asyncio.wait_for(process.stdout.readline(), 10)).decode()
    metrics = line.removeprefix("Metrics ").strip().replace("0.0.0.0", "127.0.0.1")

    assert b"process_open_fds" in (await AsyncHTTPClient().fetch(metrics)).body
    missing = await AsyncHTTPClient().fetch(f"{url}metrics", raise_error=False)
    assert missing.code == 404
