"""
WebSockets on the wire: RFC 6455 and RFC 7692 below Tornado's handlers.

`protocol.py` takes the place of Tornado's protocol; handlers work as Tornado's reference says.
What decides (frames, reader, deflate) never touches a socket.
"""
