"""What Liveguide adds to a handler."""

from tornado.websocket import WebSocketHandler


# [start:visitor]
class Visitor(WebSocketHandler):
    def open(self):
        visits = self.session['tornado'] = self.session.get('tornado', 0) + 1
        self.write_message({
            'args': self.args,
            'user': self.current_user,
            'came before': visits > 1,
        })
# [end:visitor]


# [start:faulty]
class Faulty(WebSocketHandler):
    async def on_message(self, message):
        self.write_message(str(100 / int(message)))
# [end:faulty]
