"""Paths that try to lead out of the site, to what the build did not list, or to a traceback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from e2e.test_nginx import Proxied, proxied_server

pytestmark = pytest.mark.browser  # as all that needs nginx

CANARY = b"canary-of-the-tests"
FILES = {
    "README.md": "# Home\n\n[source](bot.py.source)\n",
    "folder/README.md": "# Folder\n",
    "folder/notes.txt": "notes",
    "bot.py": f"SECRET = '{CANARY.decode()}'[:0]\n",
    "secret.py": f"SECRET = '{CANARY.decode()}'\n",
    "gramex.yaml": f"# {CANARY.decode()}\nurl: {{}}\n",
    ".env": f"SECRET={CANARY.decode()}\n",
    ".git/config": f"{CANARY.decode()}\n",
    "folder/.htpasswd": f"{CANARY.decode()}\n",
}

UP = [
    "..",
    "%2e%2e",
    "%2E.",
    ".%2e",
    "%252e%252e",
    "%25252e%25252e",
    "..%00",
    "..%20",
    "...",
    "....",
    "..;",
    "..%3b",
    "%c0%ae%c0%ae",
    "%e0%80%ae%e0%80%ae",
    "%c0%2e%c0%2e",
    "%uff0e%uff0e",
    "%ef%bc%8e%ef%bc%8e",
    "%u002e%u002e",
]
SLASH = ["/", "%2f", "%5c", "\\", "%252f", "//", "%c0%af", "/./"]
ABOVE = [f"/folder{slash}{up}{slash}{up}{slash}canary.txt" for up, slash in product(UP, SLASH)]

HIDDEN = [
    "/.env",
    "/%2eenv",
    "/.git/config",
    "/.git%2fconfig",
    "/%2egit/config",
    "/folder/.htpasswd",
    "/folder/%2ehtpasswd",
    "/folder%2f.htpasswd",
    "/.liveguide.json",
    "/%2eliveguide.json",
    "/.liveguide/site.lock",
    "/gramex.yaml",
    "/gramex%2eyaml",
    "/GRAMEX.YAML",
    "/gramex.yaml.",
    "/gramex.yaml%20",
    "/gramex.yaml%00.txt",
    "/gramex.yaml.source",
    "/gramex.yaml.source/",
    "/gramex.yaml.source/gramex.yaml",
    "/secret.py",
    "/secret.py.source",
    "/secret.py.source/",
    "/secret.py.source/secret.py",
    "/secret.py::$DATA",
    "/secret.py%3a%3a$DATA",
    "/bot.py",
    "/bot.py.source/../secret.py",
    "/bot.py.source/..%2fsecret.py",
    "/bot.py.source/%2e%2e/secret.py.source/",
    "/bot.py.source/../../guide/secret.py",
    "/folder/../.env",
    "/link.txt",
    "/link-folder/canary.txt",
    "/link-above",
]
ODD = [
    "/%00",
    "/%00.html",
    "/index.html%00",
    "/index.html%00.txt",
    "/folder/%00/canary.txt",
    "/%0a",
    "/%0d%0aX-Evil:%201",
    "/%7f",
    "/%ff%fe",
    "/%",
    "/%2",
    "/%zz",
    "/%u0041",
    "//",
    "///",
    "//etc/passwd",
    "///etc/passwd",
    "//%2e%2e/canary.txt",
    "/%2f%2fetc/passwd",
    "/%5c%5cserver/share",
    "/\\server\\share",
    "//evil.example/%2e%2e",
    "//evil.example",
    "/http://evil.example/",
    "/http:/evil.example",
    "/file:/etc/passwd",
    "/file:///etc/passwd",
    "/javascript:alert(1)",
    "/data:text/html,x",
    "/c:/windows/win.ini",
    "/c%3a%5cwindows",
    "/~root/",
    "/proc/self/environ",
    "/etc/passwd",
    "/canary.txt",
    "/site/../../canary.txt",
    "/folder/.",
    "/folder/./",
    "/folder/..",
    "/folder/..%2f",
    "/folder/.%2e/",
    "/folder//notes.txt",
    "/folder/notes.txt/",
    "/folder/notes.txt/..",
    "/folder/notes.txt/../../../canary.txt",
    "/folder/notes.txt%20",
    "/folder/notes.txt.",
    "/folder/NOTES.TXT",
    "/Folder/notes.txt",
    "/_liveguide/../../canary.txt",
    "/_liveguide/%2e%2e/%2e%2e/canary.txt",
    "/_liveguide/dev/../../canary.txt",
    "/_liveguide/snippets/..%2f..%2f..%2fcanary.txt",
    "/" + "../" * 50 + "canary.txt",
    "/" + "%2e%2e%2f" * 50 + "canary.txt",
    "/" + "x/" * 500,
    "/" + "x" * 5_000,
    "/?../../canary.txt",
    "/index.html?file=../../canary.txt",
    "/index.html;/../../canary.txt",
]
PATHS = [*ABOVE, *HIDDEN, *ODD]


@pytest_asyncio.fixture(name="served", scope="module")
async def _served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxied]:
    """Serve a small site, canaries around it and in the guide, with nginx in front."""
    folder = tmp_path_factory.mktemp("traversal")
    guide = folder / "guide"
    for name, text in FILES.items():
        (guide / name).parent.mkdir(parents=True, exist_ok=True)
        (guide / name).write_bytes(text.encode())
    for above in (folder, folder.parent):
        (above / "canary.txt").write_bytes(CANARY)
    (guide / "link.txt").symlink_to(folder / "canary.txt")
    (guide / "link-folder").symlink_to(folder)
    async with proxied_server(folder, guide) as proxied:
        _link(folder / "site", folder)
        yield proxied


def _link(site: Path, folder: Path) -> None:
    """Put links into the site that the build would never have made."""
    (site / "link-above").symlink_to(folder / "canary.txt")


async def answered(port: int, path: str) -> bytes:
    """Return all that a server answers to a path that is sent exactly as it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    writer.write(request.encode("latin-1"))
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("by", ["direct", "plain"], ids=["site_server.py", "nginx"])
async def test_no_path_leaves_the_site(served: Proxied, by: str) -> None:
    """Of more than 200 paths none gets a byte of what the build did not list, nor a 5xx."""
    port = getattr(served, by)
    assert b"<h1" in await answered(port, "/folder/")
    statuses: dict[str, int] = {}
    for path in PATHS:
        answer = await answered(port, path)
        statuses[path] = int(answer.split(b" ", 2)[1])
        location = answer.partition(b"\r\nLocation: ")[2].partition(b"\r\n")[0].decode()
        assert CANARY not in answer, path
        assert b"root:" not in answer, path
        assert b"\r\nX-Evil" not in answer, path
        assert urlsplit(location).netloc in ("", f"127.0.0.1:{port}"), path

    if by == "direct":  # nginx resolves `..` before it asks
        found = {path for path, status in statuses.items() if status not in (301, 400, 404)}
        assert found == FOUND
    assert len(PATHS) >= 200
    assert {path: status for path, status in statuses.items() if status >= 500} == {}
    assert all(statuses[path] in (400, 404) for path in HIDDEN)
    assert statuses["/%00"] in (400, 404)


FOUND = {"/?../../canary.txt", "/index.html?file=../../canary.txt"}
"""Those that lead to a page of the site: what follows a `?` is no path."""
