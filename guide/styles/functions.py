"""A guest, as functions."""

from . import room


def open(handler):
    room.members.add(handler.write_message)


def on_message(handler, message):
    room.say(handler.request, message)


def on_close(handler):
    room.members.discard(handler.write_message)
