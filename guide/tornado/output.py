"""What a handler can do: send, ping, close."""

from tornado.websocket import WebSocketClosedError, WebSocketHandler


# [start:kinds]
class Kinds(WebSocketHandler):
    def open(self):
        self.write_message('grüße')
        self.write_message({'answer': 42, 'sure': True})
        self.write_message(bytes([0, 127, 255]), binary=True)
# [end:kinds]


# [start:late]
class Late(WebSocketHandler):
    def open(self):
        if 'late' in self.session:
            self.write_message(self.session.pop('late'))

    def on_message(self, message):
        self.close()
        try:
            self.write_message('one more thing')
        except WebSocketClosedError as error:
            self.session['late'] = type(error).__name__
# [end:late]


# [start:bouncer]
class Bouncer(WebSocketHandler):
    def on_message(self, message):
        self.close(4001, f'{message} is not the password')
# [end:bouncer]


# [start:pinged]
class Pinged(WebSocketHandler):
    def open(self):
        self.set_nodelay(True)

    def on_message(self, message):
        self.ping(message.encode())

    def on_pong(self, data):
        self.write_message('pong ' + data.decode())
# [end:pinged]


# [start:squeezed]
class Squeezed(WebSocketHandler):
    def get_compression_options(self):
        return {'compression_level': 6}

    def on_message(self, message):
        self.write_message(f'{len(message)} characters')
# [end:squeezed]
