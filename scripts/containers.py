#!/usr/bin/env python3
"""
Run the compose file, and do to it what its administrators do, while a room talks through it.

Builds the image, starts nginx, two servers and Redis as a project of their own, and has the load
tool talk in a room of the guide. Meanwhile a server is killed and started again, the site and both
servers are renewed, and Redis is restarted and killed. Exits with 1 where anything that was said is
lost, doubled or out of order. Needs Docker with its compose plugin, takes two minutes, and removes
what it has started. `COMPOSE_FILE`, as Docker reads it, may name further files.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
HOST = "docs.example.org"
ROOM = "rooms/talk"
ENVIRONMENT = {
    "COMPOSE_FILE": str(ROOT / "deploy/compose.yaml"),
    **os.environ,
    "COMPOSE_PROJECT_NAME": "liveguide-drill",
    "PUBLIC_HOST": HOST,
    "HTTP_PORT": "0",  # any that is free
}
RENEW = "up --detach --wait --no-deps --force-recreate"
STEPS = {
    "A server is killed": "kill one",
    "It is started again": "up --detach --wait --no-deps one",
    "The site is built": "run --rm site",
    "One server is renewed": f"{RENEW} one",
    "The other one is renewed": f"{RENEW} two",
    "nginx reads its configuration": "exec -T nginx nginx -s reload",
    "Redis is restarted": "restart redis",
    "Redis is killed": "kill redis",
    "Redis is started again": "start redis",
}
SECONDS_TO_COME_BACK = 30
CLIENTS, RATE = 20, 5
"""Few of both: all come from one address, whose limits hold, and the room keeps 200 messages."""


def compose(command: str) -> str:
    """Run a command of `docker compose`, quietly if it can be done; return what it printed."""
    done = subprocess.run(
        ["docker", "compose", *command.split()],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}docker compose {command}: exit status {done.returncode}")
    return done.stdout


def check_page(address: str) -> None:
    """Check that nginx sends the room's page, as the build has written it."""
    with urlopen(Request(f"http://{address}/rooms/", headers={"Host": HOST}), timeout=10) as page:
        if "<live-snippet" not in page.read().decode():
            sys.exit("nginx has sent another page than the one of rooms")
        if "Content-Security-Policy" not in page.headers:
            sys.exit("nginx has sent a page without its policy")


def talk(address: str, seconds: float) -> bool:
    """Have a room talk for so long, and take the steps; return whether nothing was lost."""
    command = [
        *(sys.executable, "-m", "liveguide", "load", f"ws://{address}/{ROOM}", "--resume"),
        *("--header", f"Host: {HOST}", "--clients", CLIENTS, "--rate", RATE),
        *("--duration", seconds, "--mode", "room", "--wait", SECONDS_TO_COME_BACK),
    ]
    words = [str(word) for word in command]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=ROOT) as tool:
        assert tool.stderr is not None
        said = (line for line in tool.stderr if line.startswith("publishing"))
        taken = 0
        for what, step in STEPS.items():
            if not next(said, ""):
                break
            began = time.monotonic()
            compose(step)
            taken += tool.poll() is None
            print(f"{what}, {time.monotonic() - began:.1f} s", flush=True)
        for _ in said:
            pass
    if taken < len(STEPS):
        print(f"Nobody talked any more after {taken} of {len(STEPS)} steps: ask for more --seconds")
    return taken == len(STEPS) and tool.returncode == 0


def main() -> int:
    """Do it; exit status 0 if nothing was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for which the room talks")
    options = parser.parse_args()
    if shutil.which("docker") is None:
        sys.exit("Docker is not installed; this needs it, with its compose plugin")
    print("Building the image, and starting", flush=True)
    compose("build")
    try:
        compose("up --detach")
        address = compose("port nginx 80").strip().replace("0.0.0.0", "127.0.0.1")
        check_page(address)
        return 0 if talk(address, options.seconds) else 1
    finally:
        compose("down --volumes")


if __name__ == "__main__":
    sys.exit(main())
