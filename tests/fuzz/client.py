"""Sends what was made up to a real server, and judges what comes back."""

from __future__ import annotations

import re
import socket
import struct
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from . import hostile

PATIENCE = 10.0
"""Seconds in which a server has answered, or closed."""

FRAMES = 30
"""Frames that are sent over one connection, at most."""

_HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\r\n\x00]*")
_CODES = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}  # RFC 6455, section 7.4
_STATUS = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [^\r\n\x00]*")


@dataclass
class Tally:
    """
    What has come of it.

    Attributes:

        cases: Requests, handshakes and frames that were sent.

        answers: What came back: HTTP statuses, close codes, `cut` where nothing came.

        faults: What must not have come, and what it came of.
    """

    cases: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add what another client found."""
        self.cases += other.cases
        self.answers += other.answers
        self.faults += other.faults


def try_some(port: int, seed: int, rounds: int) -> Tally:
    """
    Send requests, handshakes and frames in turn, each round over connections of their own.

    Args:

        port: Where the server listens, on 127.0.0.1.

        seed: What they are made of.

        rounds: How many of each; frames come in dozens.
    """
    rng, tally = Random(seed), Tally()
    for _ in range(rounds):
        _ask(port, hostile.a_request(rng), tally)
        _ask(port, hostile.a_handshake(rng), tally)
        frames = [hostile.a_frame(rng) for _ in range(rng.randrange(1, FRAMES))]
        _talk(port, hostile.an_opening(rng), frames, tally)
    return tally


def _ask(port: int, request: bytes, tally: Tally) -> None:
    tally.cases += 1
    answer = _exchange(port, request)
    if answer is None:
        tally.faults.append(f"no answer to {request!r}")
        return
    if answer.startswith(b"HTTP/1.1 100 "):  # the answer itself comes after it
        answer = answer.partition(b"\r\n\r\n")[2]
    if not answer:
        tally.answers["cut"] += 1
        return
    status, fault = _judge_head(answer)
    tally.answers[status] += 1
    if fault:
        tally.faults.append(f"{fault} to {request!r}: {answer[:500]!r}")


def _talk(port: int, opening: bytes, frames: list[bytes], tally: Tally) -> None:
    tally.cases += len(frames)
    answer = _exchange(port, opening + b"".join(frames))
    if answer is None:
        tally.faults.append(f"no end after {frames!r}")
        return
    status, _ = _judge_head(answer)
    if status != "101":
        tally.faults.append(f"a right handshake is refused: {answer[:500]!r}")
        return
    code, fault = _judge_frames(answer.partition(b"\r\n\r\n")[2])
    tally.answers[f"closed with {code}"] += 1
    if fault:
        tally.faults.append(f"{fault} to {frames!r}")


def _exchange(port: int, data: bytes) -> bytes | None:
    """Send bytes, and return all that comes until the end; `None` where there is none."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        # Closed with a reset: a million closed connections would else keep their ports busy.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        answer = bytearray()
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            return None
        except OSError:
            pass  # reset by a server that had heard enough
        return bytes(answer)


def _judge_head(answer: bytes) -> tuple[str, str]:
    """Return the status of an answer, and what is wrong with its head."""
    lines = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")
    status = _STATUS.fullmatch(lines[0])
    if status is None:
        return "?", "no HTTP"
    code = status[1].decode()
    if code.startswith("5"):
        return code, f"status {code}"
    for line in lines[1:]:
        if not _HEADER.fullmatch(line):
            return code, f"the header {line!r}"
        name, _, value = line.partition(b": ")
        if name.lower() == b"location" and re.match(rb"[/\\]{2}|[^/?#]*:|.*\\", value):
            return code, f"a redirect to {value!r}"
    return code, ""


def _judge_frames(data: bytes) -> tuple[str, str]:
    """Return the close code among a server's frames, and what is wrong with them."""
    while len(data) >= 2:
        first, length = data[0], data[1]
        start = 2
        if length & 0x80:
            return "?", "a masked frame"
        if length >= 126:
            size = 2 if length == 126 else 8
            length = int.from_bytes(data[2 : 2 + size])
            start += size
        payload, data = data[start : start + length], data[start + length :]
        if first & 0x0F == 8:
            code = int.from_bytes(payload[:2]) if payload else 1005
            if data:
                return str(code), "bytes after the close"
            if payload and code not in _CODES:
                return str(code), f"the close code {code}, which is not for the wire"
            return str(code), ""
    return "no code", ""
