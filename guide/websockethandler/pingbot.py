"""A bot that says back what it hears. Its prints go to the server's terminal."""


def open(handler):
    print('Pingbot opened for', handler.session['id'][:6])


def on_message(handler, message):
    if isinstance(message, bytes):  # A binary message: this bot reads text.
        handler.close(1003, 'pingbot reads text only')
        return
    print('Got message', message, 'for', handler.session['id'][:6])
    handler.write_message('Got message: ' + message)


def on_close(handler):
    print('Pingbot closed for', handler.session['id'][:6])
