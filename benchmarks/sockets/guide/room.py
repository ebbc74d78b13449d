"""An echo, and a room: a loop of write_message, as an author writes it."""

members = set()


def echo(handler, message):
    handler.write_message(message)


def enter(handler):
    members.add(handler)


def speak(handler, message):
    for member in members:
        member.write_message(message)


def leave(handler):
    members.discard(handler)
