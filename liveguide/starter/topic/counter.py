connections = set()
pressed = 0


def join(handler):
    connections.add(handler)
    handler.write_message(str(pressed))


def press(handler, message):
    global pressed
    pressed += 1
    for connection in connections:
        connection.write_message(str(pressed))


def leave(handler):
    connections.discard(handler)
