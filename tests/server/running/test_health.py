"""The two addresses for whoever watches over the server."""

from __future__ import annotations

import json
import shutil


async def test_a_server_that_answers_is_alive(serve):
    """The answer is never kept, and tells strangers nothing else."""
    served = await serve({})

    response = await served.get("/_liveguide/health")

    assert (response.code, json.loads(response.body)) == (200, {"alive": True})
    assert response.headers["Cache-Control"] == "no-store"


async def test_a_server_with_a_site_is_ready(serve):
    """200, for HEAD too."""
    served = await serve({})

    response = await served.get("/_liveguide/ready")

    assert (response.code, json.loads(response.body)) == (200, {"ready": True})
    assert (await served.get("/_liveguide/ready", method="HEAD")).code == 200


async def test_a_server_without_a_site_is_not_ready(serve, caplog):
    """503 with the reason, and no line in the log, where it would stand every few seconds."""
    served = await serve({})
    shutil.rmtree(served.site)

    response = await served.get("/_liveguide/ready")

    assert response.code == 503
    assert json.loads(response.body) == {"ready": False, "reason": "there is no site yet"}
    assert response.headers["Retry-After"] == "1"
    assert caplog.text == ""


async def test_a_server_that_stops_is_alive_but_not_ready(serve):
    """A proxy that keeps its connection is told to send nobody any more."""
    served = await serve({})
    served.app.connections.end()

    response = await served.get("/_liveguide/ready")

    assert response.code == 503
    assert json.loads(response.body) == {"ready": False, "reason": "the server is stopping"}
    assert (await served.get("/_liveguide/health")).code == 200
