"""Close with a code and a reason, and ask the server what it saw."""

import asyncio
import sys

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else 'ws://localhost:8888/tornado/'


async def main():
    client = await websocket_connect(ADDRESS + 'farewell')
    print(await client.read_message())
    cookie = client.headers['Set-Cookie'].split(';')[0]

    client.close(4000, 'Time for tea')
    try:
        await client.write_message('Wait')
    except WebSocketClosedError as error:
        print('Too late:', error)
    print('The last message is', await client.read_message())

    # The same reader again: the cookie says so.
    request = HTTPRequest(ADDRESS + 'farewell', headers={'Cookie': cookie}, connect_timeout=5)
    client = await websocket_connect(request)
    print(await client.read_message())
    client.close()


asyncio.run(main())
