"""Clients that come, talk, misbehave and leave, each visit in its own way."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import urllib.request
from dataclasses import dataclass, field
from random import Random

_PATIENCE = 20.0
_MASK = b"\x00\x00\x00\x00"
_CLOSE = b"\x88\x82" + _MASK + (1000).to_bytes(2)
_UNMASKED = b"\x81\x05hello"
_PATHS = ("/careless", "/careless", "/class", "/class", "/coroutine", "/failing")


@dataclass
class Visits:
    """
    What the clients have done so far.

    Attributes:

        visits: Connections that were opened.

        messages: Messages that were sent over them.

        faults: Answers that did not come.
    """

    visits: int = 0
    messages: int = 0
    faults: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, messages: int, fault: str = "") -> None:
        """Count one more."""
        with self._lock:
            self.visits += 1
            self.messages += messages
            if fault:
                self.faults.append(fault)


def opening(path: str, cookie: str = "") -> bytes:
    """Return an opening handshake."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        + (f"Cookie: {cookie}\r\n" if cookie else "")
        + "\r\n"
    ).encode()


def exchange(
    port: int, data: bytes, *, reset: bool = False, echo: bytes = b"", count: int = 0
) -> bytes:
    """
    Send bytes, and return all that comes until the end.

    Args:

        port: Where the server listens, on 127.0.0.1.

        data: What is sent.

        reset: Whether to leave at once, without a word.

        echo: A frame that comes back; when it has come so often, a close frame is sent.

        count: How often.
    """
    with socket.create_connection(("127.0.0.1", port), _PATIENCE) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        answer = bytearray()
        try:
            connection.sendall(data)
            if reset:
                return b""
            while piece := connection.recv(65536):
                answer += piece
                if count and answer.count(echo) >= count:
                    connection.sendall(_CLOSE)
                    count = 0
        except OSError:
            pass
        return bytes(answer)


def a_cookie(port: int) -> str:
    """Return the cookie of a new session."""
    head = exchange(port, opening("/class") + _CLOSE)
    found = re.search(rb"set-cookie: ([^;\r]+)", head, re.IGNORECASE)
    assert found, head
    return found[1].decode()


def come_and_go(port: int, seed: int, until: threading.Event, visits: Visits) -> None:
    """Visit again and again, until somebody says that it is enough."""
    rng, cookie = Random(seed), a_cookie(port)
    while not until.is_set():
        path, way = rng.choice(_PATHS), rng.randrange(20)
        count = rng.choice((1, 10, 60, 60))
        size = rng.choice((5, 5, 100))
        message = bytes((0x82, 0x80 | size)) + _MASK + bytes(size)
        data = opening(path, cookie if way else "") + message * count
        match way:
            case 1:  # gone before the answer
                exchange(port, data, reset=True)
                visits.add(0)
            case 2:  # gone in the middle of a frame
                exchange(port, data + b"\x82\xfe", reset=True)
                visits.add(0)
            case 3:  # a client that breaks the rules
                exchange(port, data + _UNMASKED + _CLOSE)
                visits.add(0)
            case 4:  # no client at all
                exchange(
                    port, b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                )
                visits.add(0)
            case _:
                echo = bytes((0x82, size)) + bytes(size)
                if path == "/failing":
                    exchange(port, data + _CLOSE)
                    visits.add(count)
                    continue
                echoed = exchange(port, data, echo=echo, count=count).count(echo)
                whole = echoed >= count
                visits.add(count, "" if whole else f"{path}: {echoed} of {count} came back")


def census(port: int) -> dict[str, int]:
    """Return what is alive in the server."""
    answer = exchange(port, opening("/census") + _CLOSE)
    told: dict[str, int] = json.loads(re.search(rb"\{.*?\}", answer.partition(b"\r\n\r\n")[2])[0])
    return told


def metrics(url: str) -> dict[str, float]:
    """Return the numbers of the server that have no labels."""
    with urllib.request.urlopen(url, timeout=_PATIENCE) as response:
        text = response.read().decode()
    return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.MULTILINE)}
