"""Whose pages may connect."""

import urllib.parse

from tornado.websocket import WebSocketHandler


# [start:doors]
class Own(WebSocketHandler):
    """Pages of this host, which is the default."""

    def open(self):
        self.write_message('welcome')


class All(Own):
    """Pages of all hosts."""

    def check_origin(self, origin):
        return True


class Subdomains(Own):
    """Pages of this host, and of the subdomains of mydomain.com."""

    def check_origin(self, origin):
        parsed_origin = urllib.parse.urlparse(origin)
        return parsed_origin.netloc.endswith('.mydomain.com')
# [end:doors]


# [start:closed]
class Closed(Own):
    def check_origin(self, origin):
        return False
# [end:closed]
