"""The guide behind a real nginx that runs `deploy/nginx.conf`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import ssl
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import websockets
from certificate import make_certificate
from playwright.async_api import Browser, expect
from tornado.httpclient import AsyncHTTPClient

from benchmarks.programs import free_ports, running
from liveguide.builder.nginx import policy_map

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "deploy/nginx.conf"

WHO = """\
url:
  who:
    pattern: /who
    handler: WebSocketHandler
    kwargs:
      open:
        function: handler.write_message(handler.request.protocol + ' ' + handler.request.remote_ip)
  session:
    pattern: /session
    handler: WebSocketHandler
    kwargs:
      open:
        function: handler.write_message(handler.session['id'])
"""
FORGED = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Real-IP": "198.51.100.7",
    "X-Scheme": "https",
    "X-Forwarded-Proto": "https",
}


@dataclass
class Proxied:
    """A server, and nginx in front of it."""

    direct: int
    plain: int
    secure: int
    certificate: Path
    site: Path

    @property
    def front_end(self) -> str:
        """The folder of the site that holds our scripts and styles."""
        manifest = json.loads((self.site / ".liveguide.json").read_text())
        return str(manifest["front_end"])

    def connect(self, port: int, path: str, **options: Any) -> websockets.connect:
        """Open a WebSocket through one of the three ports."""
        scheme = "ws"
        if port == self.secure:
            scheme = "wss"
            options["ssl"] = ssl.create_default_context(cafile=self.certificate)
        return websockets.connect(f"{scheme}://127.0.0.1:{port}{path}", proxy=None, **options)


def configuration_for(proxied: Proxied, folder: Path, key: Path) -> str:
    """Return `deploy/nginx.conf` with this test's ports and folders, and TLS."""
    text = CONFIGURATION.read_text()
    kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    folders = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    for old, new in [
        ("\nhttp {\n", f"\nhttp {{\n{folders}\n"),
        (
            "    listen 80;\n",
            f"listen 127.0.0.1:{proxied.plain}; listen 127.0.0.1:{proxied.secure} ssl;\n"
            f"ssl_certificate {proxied.certificate}; ssl_certificate_key {key};\n",
        ),
        ("http://127.0.0.1:8888;", f"http://127.0.0.1:{proxied.direct};"),
    ]:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text.replace("/srv/guide/site", f"{folder}/site")


async def until_listening(port: int, process: Process) -> None:
    """Wait for a process to accept connections: nginx has no other way to say that it is ready."""
    async with asyncio.timeout(60):
        while True:
            assert process.returncode is None, "nginx has ended"
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            await writer.wait_closed()
            return


def installed_nginx() -> str:
    """Return the path of nginx, or skip the test."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    return nginx


@contextlib.asynccontextmanager
async def proxied_server(folder: Path, guide: Path, *options: str) -> AsyncIterator[Proxied]:
    """Run the server for a guide, and nginx in front of it."""
    nginx = installed_nginx()
    certificate, key = make_certificate(folder / "tls")
    script = [sys.executable, ROOT / "site_server.py", guide, "--site", folder / "site"]
    async with running(*script, "--port", "0", *options, stdout=PIPE) as server:
        assert server.stdout is not None
        line = ""
        while not line.startswith("Serving http://"):
            line = (await asyncio.wait_for(server.stdout.readline(), 60)).decode()
            assert line, "the server has ended"
        direct = int(line.rpartition(":")[2].strip().strip("/"))
        plain, secure = free_ports(2)
        proxied = Proxied(direct, plain, secure, certificate, folder / "site")
        (folder / "nginx.conf").write_text(configuration_for(proxied, folder, key))
        # Workers of root's nginx become nobody, who may not write to the test's folder.
        rights = "user root;" if os.geteuid() == 0 else ""
        directives = f"daemon off; pid {folder}/nginx.pid; {rights}"
        command = [nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"]
        async with running(*command, "-g", directives, stdin=DEVNULL) as process:
            await until_listening(plain, process)
            yield proxied


@pytest.fixture(name="small_guide")
def _small_guide(write_tree: Any, tmp_path: Path) -> Path:
    """Write a guide whose endpoints tell who is asking, and its site."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("<h1>Home</h1>")
    (tmp_path / "site/.liveguide.json").write_text("{}")
    (tmp_path / "site/.liveguide.policies").write_text(policy_map({}))
    guide: Path = write_tree({"gramex.yaml": WHO})
    return guide


async def test_the_guide_works_through_nginx(tmp_path):
    """The page, and all three endpoints of it, answer through the proxy."""
    async with proxied_server(tmp_path, ROOT / "guide") as proxied:
        page = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{proxied.plain}/websockethandler/")
        assert b"WebSocketHandler" in page.body
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        redirect = await AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{proxied.plain}/websockethandler", follow_redirects=True
        )
        assert redirect.effective_url == page.effective_url

        answers = {
            "pingbot": ["Got message: Hello world"],
            "messages": ["Hello world"],
            "chatbot": ["Hello. How are you feeling today?", None],
        }
        for name, expected in answers.items():
            for port in (proxied.plain, proxied.secure):
                async with proxied.connect(port, f"/websockethandler/{name}") as ws:
                    await ws.send("Hello world")
                    for text in expected:
                        answer = await asyncio.wait_for(ws.recv(), 60)
                        assert answer
                        assert text is None or answer == text


# By path, what makes the answers of nginx and of the server alike, though their tags are not.
SAME = [
    "/",
    "/websockethandler/",
    "/websockethandler/index.html",
    "/websockethandler/chat.html",
    "/FRONT_END/main.js",
    "/_liveguide/0123456789ab/main.js",
    "/_liveguide/icon.svg",
    "/FRONT_END/runner.html",
    "/favicon.ico",
    "/index.md",
    "/_liveguide/status.json",
    "/_liveguide/health",
    "/.liveguide.json",
    "/.liveguide.policies",
    "/index.html.gz",
    "/websockethandler",
    "/websockethandler/index.html/",
    "/nowhere",
    "/_liveguide/",
]
# nginx offers no parts of a copy, has a tag and a time for each copy, and says of every file that
# it might have one.
OF_EACH = {"Accept-Ranges", "Connection", "Date", "Etag", "Last-Modified", "Server", "Vary"}


async def test_nginx_sends_the_files_as_the_server_would(tmp_path):
    """The same status, body and headers, each page's policy among them; and the copies."""
    async with proxied_server(tmp_path, ROOT / "guide") as proxied:
        for path in [path.replace("FRONT_END", proxied.front_end) for path in SAME]:
            answers = []
            for port in (proxied.direct, proxied.plain):
                answer = await AsyncHTTPClient().fetch(
                    f"http://127.0.0.1:{port}{path}",
                    headers={"Accept-Encoding": "gzip"},
                    decompress_response=False,
                    follow_redirects=False,
                    raise_error=False,
                )
                headers = {k: v for k, v in answer.headers.items() if k not in OF_EACH}
                answers.append((answer.code, answer.body, headers))
            assert answers[1] == answers[0], path

        tags = [
            (await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/")).headers["Etag"]
            for port in (proxied.direct, proxied.plain)
        ]
        assert tags[0] != tags[1]  # or all of this was the server's work


INLINE = "<script>document.title = {}</script>\n"
# What once kept nginx from starting, or made it send one page as another.
ODD = {
    "README.md": "# Home\n",
    "Foo.md": f"# Foo\n\n{INLINE.format(1)}",
    "foo.md": f"# foo\n\n{INLINE.format(2)}",
    "bar (1).md": f"# bar\n\n{INLINE.format(3)}",
    "Bar (1).md": "# Bar\n",
    "BAR (1).md": f"# BAR\n\n{INLINE.format(4)}",
    "reindex.md": "# Not a folder's page\n",
    "many.md": "# Many\n\n" + "\n".join(INLINE.format(n) for n in range(30)),
    "a.svg": '<svg xmlns="http://www.w3.org/2000/svg">'
    + "".join(f'<path style="stroke-width: {n}"/>' for n in range(300))
    + "</svg>",
}


async def test_nginx_knows_each_page_of_an_odd_guide(write_tree, tmp_path):
    """It starts, and sends the policy and the body that the server sends."""
    async with proxied_server(tmp_path, write_tree(ODD)) as proxied:
        pages = [name.replace(" ", "%20").replace(".md", ".html") for name in ODD][1:]
        for path in [*pages, "", "re", "re/"]:
            direct, plain = [
                await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/{path}", raise_error=False)
                for port in (proxied.direct, proxied.plain)
            ]
            assert plain.code == direct.code == (404 if path in ("re", "re/") else 200)
            assert plain.body == direct.body
            policies = [a.headers["Content-Security-Policy"] for a in (plain, direct)]
            assert policies[0] == policies[1], path


async def test_nginx_does_not_start_without_the_policies(tmp_path):
    """A site that was never built goes out with no policy at all otherwise."""
    (tmp_path / "site").mkdir()
    certificate, key = make_certificate(tmp_path / "tls")
    proxied = Proxied(1, *free_ports(2), certificate, tmp_path / "site")
    (tmp_path / "nginx.conf").write_text(configuration_for(proxied, tmp_path, key))
    command = [installed_nginx(), "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf"]
    for policies, status in [(None, 1), (policy_map({}), 0)]:
        if policies is not None:
            (tmp_path / "site/.liveguide.policies").write_text(policies)
        async with running(*command, "-g", f"pid {tmp_path}/nginx.pid;", stderr=PIPE) as process:
            _, said = await process.communicate()
        assert process.returncode == status, said
        assert (b"site/.liveguide.policies" in said) is bool(status)


async def test_a_browser_runs_the_page_through_nginx(tmp_path, browser: Browser):
    """Snippets, edited ones too, both panes, and the demos are live, over http and https."""
    options = ("--trusted-proxy", "127.0.0.1")
    async with proxied_server(tmp_path, ROOT / "guide", *options) as proxied:
        for origin in (f"http://127.0.0.1:{proxied.plain}", f"https://127.0.0.1:{proxied.secure}"):
            context = await browser.new_context(ignore_https_errors=True)
            page = await context.new_page()
            await page.goto(f"{origin}/websockethandler/")
            snippet = page.locator("live-snippet").first
            await expect(snippet).to_contain_text("Got message: Hello world")
            await expect(snippet.locator("live-server")).to_contain_text("Pingbot opened for")
            await expect(snippet.locator("live-wire")).to_contain_text("101 Switching Protocols")
            await snippet.get_by_role("button", name="Edit").click()
            code = await snippet.locator("textarea").input_value()
            await snippet.locator("textarea").fill(code.replace("Hello world", "Hello nginx"))
            await snippet.get_by_role("button", name="Run", exact=True).click()
            await expect(snippet).to_contain_text("Got message: Hello nginx")
            await page.goto(f"{origin}/websockethandler/messages.html")
            await expect(page.get_by_role("status")).to_have_text("Connected")
            await page.get_by_role("textbox").fill("through nginx")
            await page.keyboard.press("Enter")
            await expect(page.locator(".messages li")).to_have_text(["through nginx"])
            await page.goto(f"{origin}/websockethandler/chat.html")
            await expect(page.locator(".messages .bot").first).to_contain_text("Hello")
            await context.close()


async def test_scheme_and_address_come_through_a_trusted_nginx(small_guide, tmp_path):
    """The server sees the reader's own, and what the reader forges is overwritten."""
    options = ("--no-build", "--trusted-proxy", "127.0.0.1")
    async with proxied_server(tmp_path, small_guide, *options) as proxied:
        for port, scheme in [(proxied.plain, "http"), (proxied.secure, "https")]:
            for headers in ({}, FORGED):
                async with proxied.connect(
                    port, "/who", local_addr=("127.0.0.2", 0), additional_headers=headers
                ) as ws:
                    assert await ws.recv() == f"{scheme} 127.0.0.2"


async def test_forged_headers_of_an_untrusted_peer_are_ignored(small_guide, tmp_path):
    """Who is not the named proxy is not believed, nor is the proxy where it is not named."""
    trusting = ("--no-build", "--trusted-proxy", "127.0.0.1")
    async with (
        proxied_server(tmp_path, small_guide, *trusting) as proxied,
        proxied.connect(
            proxied.direct, "/who", local_addr=("127.0.0.2", 0), additional_headers=FORGED
        ) as ws,
    ):
        assert await ws.recv() == "http 127.0.0.2"
    async with (
        proxied_server(tmp_path, small_guide, "--no-build") as proxied,
        proxied.connect(proxied.secure, "/who", additional_headers=FORGED) as ws,
    ):
        assert await ws.recv() == "http 127.0.0.1"


async def test_the_session_behind_tls_is_the_reader_s(small_guide, tmp_path):
    """A page served over TLS is the site's own, and its cookie is bound to this host."""
    options = ("--no-build", "--trusted-proxy", "127.0.0.1")
    async with proxied_server(tmp_path, small_guide, *options) as proxied:
        port = proxied.secure
        own = f"https://127.0.0.1:{port}"
        async with proxied.connect(port, "/session", origin=own) as ws:
            cookie = ws.response.headers["Set-Cookie"]
            session = await ws.recv()
        headers = {"Cookie": cookie.partition(";")[0]}
        assert cookie.startswith("__Host-session=")
        assert "Secure" in cookie.split("; ")

        for origin, same in [(own, True), (f"http://127.0.0.1:{port}", False)]:
            async with proxied.connect(
                port, "/session", origin=origin, additional_headers=headers
            ) as ws:
                assert (await ws.recv() == session) is same
