"""The same application as the tests of the server."""

from server.conftest import _serve

__all__ = ["_serve"]
