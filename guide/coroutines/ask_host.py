"""Ask for the chat's page under four names of the host."""

import socket
import ssl
import sys
from urllib.parse import urlsplit

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else 'ws://localhost:8888/coroutines/'


def ask(host):
    url = urlsplit(ADDRESS + 'chat')
    port = url.port or (443 if url.scheme == 'wss' else 80)
    connection = socket.create_connection((url.hostname, port), timeout=10)
    if url.scheme == 'wss':
        context = ssl.create_default_context()
        connection = context.wrap_socket(connection, server_hostname=url.hostname)
    with connection:
        request = f'GET {url.path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n'
        connection.sendall(request.encode())
        status = connection.recv(1000).decode().split('\r\n')[0]
    print('Host:', host, 'is answered with', status.removeprefix('HTTP/1.1 '))


ask('liveguide.localhost')
ask('liveguide.example')
ask('live&guide.localhost')
ask('<b>liveguide')
