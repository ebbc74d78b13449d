"""The same application and tools as the tests of the server."""

from server.conftest import _serve

__all__ = ["_serve"]
