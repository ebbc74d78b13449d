"""An echo; a room as a loop of write_message, as an author writes it; and two rooms of ours."""

from liveguide.rooms import room

told, kept = room("told"), room("kept")

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
