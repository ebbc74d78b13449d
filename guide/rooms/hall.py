"""A room that keeps nothing: who is there hears what is said."""

from liveguide.rooms import room

hall = room('hall')


def open(handler):
    hall.join(handler)


def on_message(handler, message):
    hall.send(message)
