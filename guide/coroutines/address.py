"""A page that knows where it is, and the socket behind it."""

from html import escape


# [start:address]
async def address(websocket=None, request=None):
    if websocket is not None:
        await websocket.accept()
        await websocket.send('you found me')
        return
    scheme = 'wss' if request.protocol == 'https' else 'ws'
    yield '<!doctype html><title>Address</title>'
    yield f'<p>{scheme}://{escape(request.host)}{escape(request.path)}</p>'
# [end:address]
