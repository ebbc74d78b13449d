"""Requests, handshakes and frames, from nearly right to nonsense; the same for the same seed."""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random

_PATHS = (
    "/", "/index.html", "/deep/page/", "/deep", "/deep/file.txt", "/_liveguide/main.js",
    "/_liveguide/status.json", "/_liveguide/trace", "/_liveguide/health", "/_liveguide/ready",
    "/echo", "/mine", "/class/a", "/coroutine", "/login", "/logout", "/nowhere", "/.liveguide/key",
    "/gramex.yaml", "*", "http://127.0.0.1/echo", "http://evil.example/", "//evil.example/deep",
    "/\\evil.example", "/deep/page/..%2f..%2f", "/%00", "/%ff", "/%", "/deep%2ffile.txt", "/a b",
)  # fmt: skip
_QUERIES = (
    "", "?", "?a=1", "?next=//evil.example", "?next=https://evil.example", "?next=%0d%0aX:1",
    "?next=/echo", "?_liveguide=a.1", "?_liveguide=%ff", "?a=%0d%0aSet-Cookie:b", "?%", "?a=%ff&=",
    "#x", "?" + "a=1&" * 300,
)  # fmt: skip
_METHODS = [
    *["GET"] * 20,
    *"HEAD HEAD POST PUT DELETE OPTIONS TRACE CONNECT PRI get G\x00T".split(),
]
_VERSIONS = "HTTP/1.1 HTTP/1.1 HTTP/1.1 HTTP/1.0 HTTP/1.9 HTTP/2.0 HTTP/0.9 http/1.1 HTTP/1".split()
_HEADERS: dict[str, tuple[str, ...]] = {
    "Host": ("127.0.0.1", "localhost", "evil.example", "", "a b", "127.0.0.1:99999", "[::1]", "[:",
             "127.0.0.1, evil.example", "x@127.0.0.1", "127.0.0.1\tevil", "\xff"),
    "Upgrade": ("websocket", "WebSocket", "h2c", "websocket, h2c", ""),
    "Connection": ("Upgrade", "keep-alive, Upgrade", "close", "keep-alive", ""),
    "Sec-WebSocket-Version": ("13", "8", "0", "-1", "13, 8", "x"),
    "Sec-WebSocket-Key": ("AAAAAAAAAAAAAAAAAAAAAA==", "", "x", "A" * 5000, "\xff\xfe"),
    "Sec-WebSocket-Protocol": ("chat", "chat, chat", ",", "a b", "x" * 3000, "\xe4"),
    "Sec-WebSocket-Extensions": (
        "permessage-deflate", "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=99",
        "permessage-deflate; server_max_window_bits=x",
        "permessage-deflate; " * 50, "x; y=\"a", ";;;,,,=", "permessage-deflate; a=1; a=2"),
    "Origin": ("null", "http://127.0.0.1", "https://evil.example", "x", "http://[", "http://a:b",
        "",
               "https://example.org", "http://127.0.0.1:99999999999"),
    "Cookie": ("session=a|b|c", "session=2|1:0|10:1700000000|7:session|4:AAAA|00", "a", "=;=;",
        "a=\"",
               "a=1; " * 500, "\xff=\xfe", "session=" + "9" * 400, "$Version=1; session=x"),
    "Content-Length": ("0", "5", "-1", "99999999999999999999", "5, 5", "5, 6", "0x5", " 1 ", "+1",
        "1_0"),
    "Transfer-Encoding": ("chunked", "gzip, chunked", "identity", "Chunked", "xchunked",
        "chunked, chunked"),
    "Content-Type": ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                     "multipart/form-data", "text/plain; charset=\xff", "application/json"),
    "Content-Encoding": ("gzip", "br", "x"),
    "Accept-Encoding": ("gzip", "br;q=0, zstd", "*;q=0", "gzip;q=x", ",,,;q=",
        "identity;q=0, *;q=0",
                        "gzip;q=1e999", "zstd, br, gzip"),
    "Range": ("bytes=0-9", "bytes=-5", "bytes=9-0", "bytes=0-0,2-3", "bytes=", "bytes=99999999999-",
              "chars=0-1", "bytes=-0", "bytes=1_0-2", "bytes=\xb2-3"),
    "If-Range": ("x", '"x"', "Sat, 21 Nov 2026 00:00:00 GMT"),
    "If-None-Match": ("*", '"x"', 'W/"x"', "x,", '"' * 999),
    "If-Modified-Since": ("x", "Sat, 21 Nov 2026 00:00:00 GMT", "Sat, 99 Nov 99999 00:00:00 GMT",
        "0"),
    "X-Forwarded-For": ("1.2.3.4", "x", "1.2.3.4, ::1", ",", "999.1.1.1", "[::1]:80", "\xb9.2.3.4"),
    "X-Forwarded-Proto": ("https", "x", "https, http", ""),
    "X-Real-IP": ("1.2.3.4", "x"),
    "Forwarded": ("for=1.2.3.4", 'for="[::1', ";"),
    "Expect": ("100-continue", "x"),
    "Accept-Language": ("de", "*", "x" * 999),
    "Authorization": ("Basic !!!", "Bearer x"),
    "Referer": ("http://127.0.0.1/", "x"),
    "Sec-Fetch-Site": ("same-origin", "cross-site", "x"),
    "X": ("", " ", "\t", "\x0b", "a" * 9000, "a\rb", "a\nb: c"),
}  # fmt: skip
_BODIES = (
    b"", b"", b"", b"hello", b"token=x&name=%ff&password=x", b"name=a&name=b",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"FFFFFFFFFFFFFFFFF\r\n", b"-1\r\n\r\n", b"5;a=b\r\nhello\r\n", b"--x\r\n\r\n\r\n--x--\r\n",
    b"\x1f\x8b\x08\x00", b"x" * 9000,
)  # fmt: skip
_NONSENSE = (
    b"\x00", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b":", b"\xff\xfe", b"\xe2\x80\xa8",
    b"%0d%0a",
    b"\x1b[2J", b"\x80", b"HTTP/1.1", b"\r\n ", b"\x16\x03\x01\x02\x00\x01", b"%", b"../",
    b"\xc0\x80",
)  # fmt: skip

_HANDSHAKE = (
    "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
ENDPOINTS = ("/echo", "/class/a", "/coroutine", "/_liveguide/trace")


def a_request(rng: Random) -> bytes:
    """Return a request, or what was one before it was damaged."""
    lines = [
        f"{rng.choice(_METHODS)} {rng.choice(_PATHS)}{rng.choice(_QUERIES)} {rng.choice(_VERSIONS)}"
    ]
    if rng.random() < 0.9:
        lines.append("Host: 127.0.0.1")
    for _ in range(rng.choice((0, 1, 1, 2, 3, 6))):
        name = rng.choice(tuple(_HEADERS))
        lines.append(f"{name}: {rng.choice(_HEADERS[name])}")
    request = "\r\n".join([*lines, "\r\n"]).encode("latin-1")
    return _damaged(rng, request) + rng.choice(_BODIES)


def a_handshake(rng: Random) -> bytes:
    """Return an opening handshake with something odd in it, or several things."""
    request = _HANDSHAKE.format(rng.choice(ENDPOINTS) + rng.choice(_QUERIES))
    for _ in range(rng.choice((0, 1, 2))):
        name = rng.choice(tuple(_HEADERS))
        request += f"{name}: {rng.choice(_HEADERS[name])}\r\n"
    return _damaged(rng, request.encode("latin-1") + b"\r\n")


def an_opening(rng: Random) -> bytes:
    """Return a handshake that is right, with or without compression."""
    offer = rng.choice(("", "", "Sec-WebSocket-Extensions: permessage-deflate\r\n"))
    origin = "Origin: http://127.0.0.1\r\n"
    return (_HANDSHAKE.format(rng.choice(ENDPOINTS)) + origin + offer + "\r\n").encode()


def a_frame(rng: Random) -> bytes:
    """Return a frame; most break one rule of RFC 6455, section 5, some none and some several."""
    opcode = rng.choice((1, 1, 1, 2, 0, 8, 9, 10, rng.randrange(16)))
    first = opcode | (0x80 if rng.random() < 0.8 else 0)
    if rng.random() < 0.15:
        first |= rng.choice((0x10, 0x20, 0x40, 0x70))
    payload = _PAYLOADS[rng.randrange(len(_PAYLOADS))](rng)
    said = len(payload) if rng.random() < 0.95 else rng.choice((0, 125, 126, 65536, 2**31, 2**63))
    form = rng.random()
    masked = 0x80 if rng.random() < 0.95 else 0
    if said < 126 and form < 0.95:
        head = struct.pack("!BB", first, masked | said)
    elif said < 65536 and form < 0.98:
        head = struct.pack("!BBH", first, masked | 126, said)
    else:
        head = struct.pack("!BBQ", first, masked | 127, said)
    if not masked:
        return head + payload
    mask = rng.randbytes(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


_PAYLOADS: tuple[Callable[[Random], bytes], ...] = (
    lambda rng: b"hello",
    lambda rng: b"",
    lambda rng: rng.randbytes(rng.randrange(200)),
    lambda rng: rng.choice(
        (b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82")
    ),
    lambda rng: struct.pack("!H", rng.choice((0, 999, 1000, 1004, 1005, 1015, 2999, 4999, 65535))),
    lambda rng: struct.pack("!H", rng.randrange(1000, 5000)) + rng.randbytes(rng.randrange(130)),
    lambda rng: b"\x03",
    lambda rng: b'{"a": [' * rng.randrange(40),
    lambda rng: "Grüße 👋".encode(),
    lambda rng: bytes(rng.randrange(126, 2000)),
    lambda rng: b"\xaaV*J-.\xc9\xcfK\x05\x00"[: rng.randrange(12)],  # what deflate makes, or part
)


def _damaged(rng: Random, request: bytes) -> bytes:
    """Return what is left of a request when some of its bytes are not what they were."""
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4))):
        at = rng.randrange(len(request) + 1)
        match rng.randrange(4):
            case 0:
                request = request[:at] + rng.choice(_NONSENSE) + request[at:]
            case 1:
                request = request[:at] + request[at + rng.randrange(1, 20) :]
            case 2:
                request = request[:at] + rng.randbytes(1) + request[at + 1 :]
            case _:
                request = request[:at] + request[max(0, at - rng.randrange(1, 60)) :]
    return request
