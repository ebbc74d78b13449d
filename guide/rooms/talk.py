"""A room that keeps what is said, and knows who is there."""

from liveguide.rooms import room

talk = room('talk')


def open(handler):
    name = handler.args.get('name', [''])[0]
    talk.join(handler, name=name[:40] or None)


async def on_message(handler, message):
    # Kept before anybody is told, wherever rooms are kept.
    position = await talk.send(message)
    print('kept as', position)
