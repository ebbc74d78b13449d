"""A guest, as a class of Tornado's."""

from tornado.websocket import WebSocketHandler

from . import room


class Guest(WebSocketHandler):
    def open(self):
        room.members.add(self.write_message)

    def on_message(self, message):
        room.say(self.request, message)

    def on_close(self):
        room.members.discard(self.write_message)
