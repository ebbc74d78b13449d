"""
A thousand clients that are gone without a word: how long the server takes to find out.

They answer no ping, nor the close. The server pings as it does by default: every 25 s, with 10 s
for the answer; a second later it cuts the connection.
"""

from __future__ import annotations

import select
import socket
import sys
import time

from sockets.running import OURS, Server, serving
from speed.results import tell

CLIENTS, SECONDS = 1000, 40.0
_REQUEST = (
    "GET /echo HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def main() -> int:
    """Open them all, wait, and print how many are gone, and when the last one was."""
    with serving(OURS) as server:
        opened = {_open(server): time.monotonic() for _ in range(CLIENTS)}
        lasted = _until_gone(opened)
    for client in opened:
        client.close()
    in_time = sum(seconds <= SECONDS for seconds in lasted)
    longest = max(lasted, default=0.0)
    tell("gone", in_time)
    print(f"  the last one of {len(lasted)} after {longest:.1f} s")
    return 0 if in_time == CLIENTS else 1


def _open(server: Server) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port))
    client.sendall(_REQUEST.format(port=server.port).encode())
    assert client.recv(1024).startswith(b"HTTP/1.1 101 ")
    return client


def _until_gone(opened: dict[socket.socket, float]) -> list[float]:
    """Return how long each lasted, of those that the server has cut in time, or soon after."""
    poll = select.epoll()
    clients = {client.fileno(): client for client in opened}
    for number in clients:
        poll.register(number, select.EPOLLIN)
    lasted = []
    end = time.monotonic() + SECONDS + 10
    while clients and time.monotonic() < end:
        for number, _ in poll.poll(1):
            if _is_cut(clients[number]):
                poll.unregister(number)
                lasted.append(time.monotonic() - opened[clients.pop(number)])
    return lasted


def _is_cut(client: socket.socket) -> bool:
    """Read what the server says, and answer nothing; say whether it was the end."""
    try:
        return not client.recv(1024)
    except ConnectionError:
        return True


if __name__ == "__main__":
    sys.exit(main())
