"""What happens to a connection: it opens, messages come, it closes."""

import asyncio

from tornado.websocket import WebSocketHandler


# [start:handshake]
class OnlyMessages(WebSocketHandler):
    def open(self):
        try:
            self.set_header('X-Mood', 'late')
        except RuntimeError as error:
            self.write_message(str(error))
# [end:handshake]


# [start:room]
class Room(WebSocketHandler):
    def initialize(self, greeting):
        self.greeting = greeting

    def open(self, floor, room):
        self.write_message(f'{self.greeting} room {room} on floor {floor}')
# [end:room]


# [start:patient]
class Patient(WebSocketHandler):
    async def open(self):
        await asyncio.sleep(0.2)
        self.write_message('ready')

    async def on_message(self, message):
        await asyncio.sleep(0.3 if message == 'slow' else 0)
        self.write_message(f'{message} is done')
# [end:patient]


# [start:mute]
class Mute(WebSocketHandler):
    def open(self):
        self.write_message('I only talk')
# [end:mute]


# [start:farewell]
class Farewell(WebSocketHandler):
    def open(self):
        self.write_message(self.session.pop('farewell', 'Welcome'))

    def on_close(self):
        self.session['farewell'] = f'You left with {self.close_code}, {self.close_reason!r}'
# [end:farewell]


# [start:dialect]
class Dialect(WebSocketHandler):
    def select_subprotocol(self, subprotocols):
        for known in ['chat.v2', 'chat.v1']:
            if known in subprotocols:
                return known
        return None

    def open(self):
        self.write_message(f'We speak {self.selected_subprotocol}')
# [end:dialect]
