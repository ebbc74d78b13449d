"""
WebSockets on the wire: RFC 6455 and RFC 7692 below Tornado's handlers.

`protocol.py` takes the place of Tornado's protocol; handlers work as Tornado's reference says.
What decides (frames, masking, reader, deflate) never touches a socket.

    protocol.py    one connection: handshake.py, heartbeat.py
    reader.py      bytes → messages: frames.py, masking.py, deflate.py
    channel.py     the socket, by events (stream.py)
    outgoing.py    what is to be sent to it, queued within bounds
    writer.py      what a message to it goes through;  encoder.py: messages → frames
    cork.py        what leaves together
"""
