"""A room with a history."""

from liveguide.rooms import room

talk = room("talk")


def open(handler):
    talk.join(handler)


def on_message(handler, message):
    talk.send(message)
