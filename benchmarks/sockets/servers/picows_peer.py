"""picows, whose protocol is compiled: an echo, and a room that is a loop of send."""

import asyncio

from picows import WSListener, WSMsgType, ws_create_server

members = set()


class Echo(WSListener):
    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.TEXT:
            transport.send(WSMsgType.TEXT, frame.get_payload_as_bytes())


class Room(WSListener):
    def on_ws_connected(self, transport):
        members.add(transport)

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.TEXT:
            message = frame.get_payload_as_bytes()
            for member in members:
                member.send(WSMsgType.TEXT, message)

    def on_ws_disconnected(self, transport):
        members.discard(transport)


async def main():
    def listener(request):
        return Echo() if request.path == b"/echo" else Room()

    server = await ws_create_server(listener, "127.0.0.1", 0)
    print("Serving", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
