"""The same application and tools as the tests of the server."""

from server.conftest import _guide, _serve, _start

__all__ = ["_guide", "_serve", "_start"]
