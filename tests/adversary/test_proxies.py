"""Forged forwarding headers (row 8): to the server itself, and through a real nginx."""

from __future__ import annotations

from pathlib import Path

import pytest
import websockets
from e2e.test_nginx import FORGED, Proxied, proxied_server
from server.conftest import Serve, routes
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from liveguide.builder.nginx import policy_map
from liveguide.settings import Settings

WHO = routes(who="open: {function: handler.write_message(handler.request.remote_ip)}")
LIMITS = {"loopback": True, "address_sockets": 1, "address_rate": 0}


async def seen(served, local: str = "127.0.0.1", **headers: str) -> str:
    """Return the address that the server sees."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with served.connect("/who", additional_headers=named, local_addr=(local, 0)) as ws:
        return await ws.recv()


async def test_what_a_stranger_claims_is_not_believed(serve: Serve) -> None:
    """Whoever is no named proxy has the address that it connects from."""
    served = await serve({"gramex.yaml": WHO}, trusted_proxies=["127.0.0.9"])

    for header in ("X_Forwarded_For", "X_Real_IP", "Forwarded", "X_Client_IP"):
        assert await seen(served, **{header: "192.0.2.1"}) == "127.0.0.1"


async def test_of_what_a_proxy_passes_on_the_rightmost_stranger_counts(serve: Serve) -> None:
    """What stands left of it was written by the client."""
    served = await serve({"gramex.yaml": WHO}, trusted_proxies=["127.0.0.9", "10.0.0.0/8"])

    chain = "192.0.2.66, 192.0.2.1, 10.1.2.3"
    assert await seen(served, "127.0.0.9", X_Forwarded_For=chain) == "192.0.2.1"
    assert await seen(served, "127.0.0.9", X_Forwarded_For="192.0.2.1, nonsense") == "127.0.0.9"


async def test_no_header_makes_a_stranger_another_address(serve: Serve) -> None:
    """The bound on the sockets of an address can't be got round by claiming others."""
    served = await serve({"gramex.yaml": WHO}, settings=Settings(limits=LIMITS))

    async with served.connect("/who"):
        for number in range(5):
            with pytest.raises(websockets.InvalidStatus, match="429"):
                await seen(served, X_Forwarded_For=f"192.0.2.{number}")


async def fetch(proxied: Proxied, path: str, host: str) -> HTTPResponse:
    """Return what nginx answers to one who asks for an address by the name *host*."""
    url = f"http://127.0.0.1:{proxied.plain}/{path}"
    return await AsyncHTTPClient().fetch(url, headers={"Host": host}, raise_error=False)


@pytest.mark.browser
async def test_nginx_passes_on_the_readers_own_address_and_name(write_tree, tmp_path: Path) -> None:
    """Behind deploy/nginx.conf each reader is bounded alone, and a foreign name is answered 421."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("<h1>Home</h1>")
    (tmp_path / "site/.liveguide.json").write_text("{}")
    (tmp_path / "site/.liveguide.policies").write_text(policy_map({}))
    settings = "limits: {loopback: true, address_sockets: 1, address_rate: 0}\n"
    guide = write_tree({"gramex.yaml": WHO, "liveguide.yaml": settings})
    options = ("--no-build", "--trusted-proxy", "127.0.0.1", "--host", "docs.example")
    async with proxied_server(tmp_path, guide, *options) as proxied:

        def reader(address: str):
            return proxied.connect(
                proxied.plain, "/who", local_addr=(address, 0), additional_headers=FORGED
            )

        async with reader("127.0.0.2") as one, reader("127.0.0.3") as two:
            assert [await one.recv(), await two.recv()] == ["127.0.0.2", "127.0.0.3"]
            with pytest.raises(websockets.InvalidStatus) as refused:
                await reader("127.0.0.2")
            assert refused.value.response.status_code == 429
            assert refused.value.response.headers["Retry-After"] == "10"

        asked = [
            (await fetch(proxied, path, host)).code
            for path in ("who", "")
            for host in ("docs.example", f"127.0.0.1:{proxied.plain}", "evil.example")
        ]
        assert asked == [426, 426, 421, 200, 200, 421]
