"""A chat room: whatever one client says, every client hears."""

from blinker import signal

room = signal('msg-queue')


def open(handler):
    # From now on, what is sent to the room is written to this socket.
    room.connect(handler.write_message)


def on_message(handler, message):
    if isinstance(message, str):  # Binary messages are passed over.
        room.send(message)


def on_close(handler):
    # blinker would forget the socket by itself, but only some time later.
    room.disconnect(handler.write_message)
