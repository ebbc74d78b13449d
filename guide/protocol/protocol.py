"""The functions behind the sections of this page."""

VERSIONS = ['chat.v2', 'chat.v1']  # The newest first.


# [start:pong]
def on_pong(handler, data):
    if data:  # The server's own pings carry nothing.
        handler.write_message(f'the pong carried {data.decode()}')
# [end:pong]


# [start:close]
def close(handler):
    code = int(handler.path_args[0])
    if code in {1004, 1005, 1006, 1015} or not 1000 <= code <= 4999:
        handler.write_message(f'{code} is never sent')
        code = 1008
    handler.close(code, 'you asked for it')
# [end:close]


# [start:count]
def count(handler, message):
    if isinstance(message, bytes):
        handler.close(1003, 'this bot reads text only')
        return
    handler.write_message(f'{len(message.split())} words')
# [end:count]


# [start:newest]
def newest(handler, subprotocols):
    return next((version for version in VERSIONS if version in subprotocols), None)


def tell(handler):
    if handler.selected_subprotocol is None:
        handler.close(1008, 'this server speaks chat.v1 and chat.v2')
    else:
        handler.write_message(f'we speak {handler.selected_subprotocol}')
# [end:newest]


# [start:divide]
def divide(handler, message):
    handler.write_message(str(1 / int(message)))
# [end:divide]
