"""No protocol at all: whatever comes, frames made beforehand go out. The floor in Python."""

import asyncio
import socket
import sys

members = []
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n"
)
SIZES = {"/echo": 32, "/room": 100}


def serve(loop, connection):
    request = connection.recv(4096)
    if not request:
        loop.remove_reader(connection)
        return
    path = request.split(b" ", 2)[1].decode()
    frame = bytes([0x81, SIZES[path]]) + b"x" * SIZES[path]
    connection.send(ANSWER)
    incoming = len(frame) + 4  # a client's frame has a mask besides

    def echo():
        count = len(connection.recv(65536)) // incoming
        for _ in range(count):
            connection.send(frame)

    def room():
        data = connection.recv(65536)
        if not data:
            loop.remove_reader(connection)
        for _ in range(len(data) // incoming):
            for member in members:
                member.send(frame)

    if path == "/room":
        members.append(connection)
    loop.add_reader(connection, echo if path == "/echo" else room)


async def main():
    loop = asyncio.get_running_loop()
    server = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server.setblocking(False)
    print("Serving", server.getsockname()[1], flush=True)
    while True:
        connection, _ = await loop.sock_accept(server)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop.add_reader(connection, serve, loop, connection)


sys.exit(asyncio.run(main()))
