"""A clock for each reader, which ends the connection in three ways when it is asked to."""

from datetime import datetime

from tornado.ioloop import PeriodicCallback
from tornado.websocket import WebSocketHandler


class Clock(WebSocketHandler):
    def open(self):
        self.timer = PeriodicCallback(self.tell, 1000)
        self.timer.start()
        self.tell()

    def tell(self):
        self.write_message(f'{datetime.now():%H:%M:%S}')

    def on_message(self, message):
        if message not in {'restart', 'forbid', 'drop'}:
            return
        self.timer.stop()
        if message == 'restart':
            self.close(1012, 'restarting')
        elif message == 'forbid':
            self.close(1008, 'please stay away')
        else:
            self.ws_connection.stream.close()  # No close frame, as when a cable is cut.

    def on_close(self):
        self.timer.stop()
