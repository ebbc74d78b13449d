"""Connect as pages of some other sites would, and tell what the server says."""

import asyncio
import sys

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

HERE = 'ws://localhost:8888/websockethandler/'
ADDRESS = sys.argv[1] if len(sys.argv) > 1 else HERE


async def ask(origin):
    headers = {'Origin': origin} if origin else {}
    try:
        request = HTTPRequest(ADDRESS + 'members', headers=headers)
        client = await websocket_connect(request)
    except HTTPClientError as error:
        print(origin, 'is refused with', error.code)
    else:
        print(origin or 'a program', 'is told', await client.read_message())
        client.close()


async def main():
    await ask('https://gramener.com')
    await ask('https://learn.gramener.com')
    await ask('https://evilgramener.com')
    await ask(None)


asyncio.run(main())
