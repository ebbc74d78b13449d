"""Connect as pages of several hosts would, and tell what the server says."""

import asyncio
import sys
from urllib.parse import urlsplit

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else 'ws://localhost:8888/tornado/'
HERE = urlsplit(ADDRESS.replace('ws', 'http', 1))
OWN = f'{HERE.scheme}://{HERE.netloc}'


async def ask(endpoint, origin, name=None):
    headers = {'Origin': origin} if origin else {}
    request = HTTPRequest(ADDRESS + endpoint, headers=headers)
    try:
        client = await websocket_connect(request)
    except HTTPClientError as error:
        print(f'{endpoint}: {name or origin} is refused with {error.code}')
    else:
        print(f'{endpoint}: {name or origin} is told {await client.read_message()}')
        client.close()


async def main():
    await ask('own', OWN, 'its own page')
    await ask('own', 'https://evil.example')
    await ask('own', None, 'a program')

    await ask('all', 'https://evil.example')

    await ask('subdomains', 'https://app.mydomain.com')
    await ask('subdomains', 'https://app.mydomain.com:8443')
    await ask('subdomains', 'https://mydomain.com')
    await ask('subdomains', 'https://evilmydomain.com')

    await ask('closed', OWN, 'its own page')
    await ask('closed', 'https://mydomain.com')
    await ask('closed', 'https://app.mydomain.com')


asyncio.run(main())
