"""The same application and tools as the tests of the server, and the browser of those in one."""

from e2e.conftest import (
    _browser,
    _built_trees,
    _guide_server,
    _guide_site,
    _guide_url,
    _page,
    _serve_tree,
)
from server.conftest import _guide, _serve, _start

__all__ = [
    "_browser",
    "_built_trees",
    "_guide",
    "_guide_server",
    "_guide_site",
    "_guide_url",
    "_page",
    "_serve",
    "_serve_tree",
    "_start",
]
