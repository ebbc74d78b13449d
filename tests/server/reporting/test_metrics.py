"""What Prometheus is told, read by its own parser."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tornado.httpclient import AsyncHTTPClient
from tornado.testing import bind_unused_port
from websockets.exceptions import ConnectionClosed

from liveguide.rooms.rooms import rooms
from liveguide.server.reporting import metrics
from liveguide.server.reporting.histogram import Histogram
from liveguide.server.reporting.metrics import code_label, told_to_prometheus
from liveguide.server.reporting.room_metrics import measured, room_metrics

from ..conftest import ECHO, Serve, Served, handshake, routes
from ..wire.client import CLOSE, TEXT, client_frame, raw_client, saying

GUIDE = {
    "gramex.yaml": routes(
        echo=ECHO,
        silent=ECHO,
        ill="on_message:\n  function: bot.fail",
        slow="on_message:\n  function: asyncio.sleep(0.02)",
    ),
    "bot.py": "def fail(handler, message):\n    raise ValueError('as it must')\n",
}
Scrape = Callable[[], Awaitable[dict[str, float]]]


@pytest.fixture(name="served")
async def _served(serve: Serve) -> Served:
    return await serve(GUIDE)


@pytest.fixture(name="scrape")
async def _scrape(served: Served) -> AsyncIterator[Scrape]:
    """Return a function that asks for the numbers, by name and labels."""
    listening, port = bind_unused_port()

    async def scrape() -> dict[str, float]:
        response = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/metrics")
        return {
            sample.name
            + ",".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): (
                sample.value
            )
            for family in text_string_to_metric_families(response.body.decode())
            for sample in family.samples
        }

    async with told_to_prometheus(served.app, [listening]):
        yield scrape


async def until_closed(served: Served) -> None:
    async with asyncio.timeout(10):
        await served.app.connections.ended()


async def test_connections_are_told_open_and_closed(served: Served, scrape: Scrape) -> None:
    """By close code once they are closed."""
    async with served.connect("/echo") as ws:
        told = await scrape()
        assert told["liveguide_connections_open"] == 1
        assert told["liveguide_connections_opened_total"] == 1
        await ws.close(4711)
    await until_closed(served)

    told = await scrape()
    assert told["liveguide_connections_open"] == 0
    assert told["liveguide_connections_closed_total code=4xxx"] == 1


@pytest.mark.parametrize(
    ("path", "sent", "code"),
    [
        ("/echo", client_frame(TEXT, b"x", mask=False), 1002),
        ("/echo", client_frame(TEXT, b"\xff"), 1007),
        ("/echo", client_frame(TEXT, b"x" * 70_000), 1009),
        ("/ill", client_frame(TEXT, b"x"), 1011),
        ("/echo", client_frame(CLOSE, saying(1001)), 1001),
        ("/echo", client_frame(CLOSE), 1005),
        ("/echo", b"", 1006),
    ],
)
async def test_a_close_is_counted_by_the_code_that_was_said_first(
    served: Served, path: str, sent: bytes, code: int
) -> None:
    """Whichever end has said it, and 1006 only where neither has said any."""
    async with raw_client(served.port, path) as client:
        client.send(sent)
        if sent:
            await client.receive()
    await until_closed(served)

    assert served.app.counts.closed == {code: 1}


def test_clients_can_t_make_labels() -> None:
    """Of the codes that are theirs to choose, there is one label for each thousand."""
    assert {code_label(code) for code in range(65536)} == {
        *map(str, (*range(1000, 1004), *range(1005, 1016))),
        *("3xxx", "4xxx", "other"),
    }


async def test_an_author_s_functions_are_timed(served: Served, scrape: Scrape) -> None:
    """By endpoint and callback, those that wait too; one that raises is counted."""
    for path in ("/echo", "/slow", "/ill"):
        async with served.connect(path) as ws:
            await ws.send("a")
            if path == "/echo":
                await ws.recv()
            elif path == "/ill":
                with pytest.raises(ConnectionClosed):
                    await ws.recv()
    await until_closed(served)

    told = await scrape()
    assert told["liveguide_handler_seconds_count callback=on_message, endpoint=/echo"] == 1
    assert told["liveguide_handler_seconds_sum callback=on_message, endpoint=/slow"] >= 0.02
    assert told["liveguide_handler_failures_total endpoint=/ill"] == 1


async def test_nothing_is_timed_where_nobody_asks(served: Served) -> None:
    """Without --metrics a callback costs no look at a clock."""
    async with served.connect("/echo") as ws:
        await ws.send("a")
        await ws.recv()

    assert served.app.counts.handler_seconds is None


async def test_messages_are_told_with_their_bytes(served: Served, scrape: Scrape) -> None:
    """In both directions."""
    async with served.connect("/echo") as ws:
        for message in ("hello", b"12"):
            await ws.send(message)
            await ws.recv()

    told = await scrape()
    assert told["liveguide_messages_total direction=in"] == 2
    assert told["liveguide_message_bytes_total direction=in"] == 7
    assert told["liveguide_messages_total direction=out"] == 2
    assert told["liveguide_message_bytes_total direction=out"] == 7


async def test_what_waits_for_a_client_that_does_not_read_is_told(
    served: Served, scrape: Scrape
) -> None:
    """Messages, their bytes, and the longest queue."""
    _, writer = await handshake(served.port, "/silent")
    (connection,) = served.app.connections
    told = await scrape()
    while told["liveguide_queue_messages"] < 2:
        connection.write_message("x" * 60_000)
        told = await scrape()
    writer.transport.abort()

    assert told["liveguide_queue_bytes"] > 60_000
    assert told["liveguide_queue_longest_messages"] == told["liveguide_queue_messages"]


async def test_refusals_are_told_by_their_reason(served: Served, scrape: Scrape) -> None:
    """One word for each."""
    served.app.counts.refuse(1008, "rate", "/echo", "203.0.113.7")

    assert (await scrape())["liveguide_refusals_total reason=rate"] == 1


async def test_the_process_and_its_loop_are_told(scrape: Scrape) -> None:
    """Memory, descriptors, what runs here, and how late the loop is."""
    told = await scrape()
    while not told["liveguide_loop_lag_seconds_count"]:
        told = await scrape()

    assert told["process_resident_memory_bytes"] > 1_000_000
    assert told["process_open_fds"] > 2
    (build,) = (name for name in told if name.startswith("liveguide_build_info"))
    assert " tornado=6." in build


async def test_an_address_of_a_stranger_s_choice_is_no_label(
    served: Served, scrape: Scrape
) -> None:
    """However many paths are asked for, the number of samples stays."""
    await served.get("/first")
    before = len(await scrape())
    for number in range(20):
        await served.get(f"/no{number}")

    assert len(await scrape()) == before


async def test_a_page_of_another_site_reads_no_metrics(served: Served) -> None:
    """A name that its owner points at this computer is answered 421."""
    listening, port = bind_unused_port()
    async with told_to_prometheus(served.app, [listening]):
        answers = [
            await AsyncHTTPClient().fetch(
                f"http://127.0.0.1:{port}/metrics", headers={"Host": host}, raise_error=False
            )
            for host in (f"evil.example:{port}", f"localhost:{port}", "127.0.0.1", "[::1]:1")
        ]

    assert [answer.code for answer in answers] == [421, 200, 200, 200]


@pytest.mark.parametrize(
    "rest", [b"Connection: ", b"Content-Length: 9\r\n\r\n"], ids=["head", "body"]
)
async def test_half_a_question_does_not_hold_a_connection(
    served: Served, monkeypatch: pytest.MonkeyPatch, rest: bytes
) -> None:
    """Neither half a head nor a head without the body that it tells of."""
    monkeypatch.setattr(metrics, "LONGEST_PAUSE", 0.05)
    listening, port = bind_unused_port()
    async with told_to_prometheus(served.app, [listening]):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + rest)

        assert await asyncio.wait_for(reader.read(), 10) == b""

        writer.close()


def test_who_asks_for_no_metrics_does_not_pay_for_them() -> None:
    """The server loads neither Prometheus's client nor what reads the numbers."""
    code = "import sys, liveguide.server.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    not_loaded = {"prometheus_client", "liveguide.server.reporting.metrics"}
    assert not not_loaded & set(loaded.stdout.split())


async def test_rooms_and_their_engine_are_told(serve: Serve) -> None:
    """What was sent and heard, what waits, whether the engine is there, and how long it took."""
    room = (
        "from liveguide.rooms import room\n"
        "talk = room('metrics')\n"
        "def open(handler): talk.join(handler)\n"
        "def on_message(handler, message): talk.send(message)\n"
    )
    talk = routes(talk="open: {function: talk.open}\non_message: {function: talk.on_message}")
    served = await serve({"gramex.yaml": talk, "talk.py": room})
    process = rooms.process
    before = process.sent, process.heard
    took = Histogram()
    with measured(took):
        async with served.connect("/talk") as ws:
            await ws.send("hello")
            await ws.recv()
        told = {metric.name: metric.samples for metric in room_metrics(took)}

    assert (process.sent, process.heard) == (before[0] + 1, before[1] + 1)
    values = {name: [sample.value for sample in samples] for name, samples in told.items()}
    assert values["liveguide_room_messages"] == [process.sent, process.heard]
    assert values["liveguide_room_engine_up"] == [1]
    assert values["liveguide_room_waiting_messages"] == [0]
    assert values["liveguide_room_delivery_seconds"][-2] == 1  # how many were measured
    assert process.observe is None
