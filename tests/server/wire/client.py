"""A client's end by hand: frames as they should be, and as they should not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

MASK = b"\x12\x34\x56\x78"

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


def masked(data: bytes, mask: bytes = MASK) -> bytes:
    """Return data as it is masked, byte by byte (RFC 6455, section 5.3)."""
    return bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


def client_frame(
    opcode: int, data: bytes = b"", fin: bool = True, rsv: int = 0, mask: bool = True
) -> bytes:
    """Return a frame as a client sends it; *rsv* holds the reserved bits, 4 for the first."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0x80 if mask else 0
    size = len(data)
    if size < 126:
        head = struct.pack("!BB", first, bit | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, bit | 127, size)
    return head + MASK + masked(data) if mask else head + data


def head(first: int, second: int, *more: int) -> bytes:
    """Return the bytes of a header, however wrong."""
    return bytes([first, second, *more])


def saying(code: int, reason: bytes = b"") -> bytes:
    """Return what a close frame carries."""
    return struct.pack("!H", code) + reason


class RawClient:
    """A connection whose frames are written and read by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    def reset(self) -> None:
        """Leave without a word to the other end's WebSocket: the system resets the connection."""
        held = self._writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def receive(self) -> tuple[int, bytes]:
        """Return opcode and payload of the server's next frame."""
        async with asyncio.timeout(10):
            first, size = await self._reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack("!H", await self._reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
            return first & 0x0F, await self._reader.readexactly(size)

    async def closed_with(self) -> int:
        """Return the code of the server's close frame, after which nothing may come."""
        opcode, payload = await self.receive()
        assert opcode == CLOSE, (opcode, payload)
        async with asyncio.timeout(10):
            assert await self._reader.read() == b""
        return int(struct.unpack("!H", payload[:2])[0])


@asynccontextmanager
async def raw_client(
    port: int, path: str, extensions: str = "", tls: ssl.SSLContext | None = None
) -> AsyncIterator[RawClient]:
    """Open a WebSocket by hand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    offer = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n{offer}"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    try:
        yield RawClient(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
