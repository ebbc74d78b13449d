"""What is under `deploy/`: that it names options, variables and files which there are."""

from __future__ import annotations

import argparse
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from installing import build_wheel, clean_environment

from liveguide.broker import BROKER_VARIABLE, check_broker
from liveguide.commands import command_line

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
DRILL = ROOT / "scripts/containers.py"
UNITS = sorted(DEPLOY.glob("*.service"))


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Return what the command line of `liveguide` makes of some arguments; a wrong one exits."""
    return command_line()[0].parse_args(arguments)


@pytest.fixture(name="compose", scope="module")
def _compose() -> Any:
    """Return the compose file, with the variables' defaults."""
    text = (DEPLOY / "compose.yaml").read_text()
    return yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))


def test_the_containers_run_commands_that_there_are(compose: Any) -> None:
    """Both servers serve what the third builds, with one Redis."""
    services = compose["services"]
    serving = [parsed(services[name]["command"]) for name in ("one", "two")]
    building = parsed(services["site"]["command"])

    assert {options.command for options in serving} == {"serve"}
    assert {options.site for options in serving} == {building.output}
    for name in ("one", "two"):
        broker = services[name]["environment"][BROKER_VARIABLE]
        assert check_broker(broker).partition("//")[2].startswith("redis:6379")


def test_the_containers_name_what_there_is(compose: Any) -> None:
    """Services that others wait for, volumes, files, and the network of the trusted proxy."""
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", [])) <= services.keys()
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            known = (
                (DEPLOY / source).is_file() if source[0] == "." else source in compose["volumes"]
            )
            assert known, source
    subnet = compose["networks"]["default"]["ipam"]["config"][0]["subnet"]
    assert parsed(services["one"]["command"]).trusted_proxy == [subnet]
    assert (DEPLOY / services["site"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / services["site"]["build"]["dockerfile"]).is_file()


def test_the_servers_are_where_the_proxy_has_found_them(compose: Any) -> None:
    """It asks for their addresses once, so they have some of their own when they are made anew."""
    default = compose["networks"]["default"]["ipam"]["config"][0]["subnet"]
    networks = [compose["services"][name]["networks"] for name in ("one", "two")]
    addresses = {ip_address(network["default"]["ipv4_address"]) for network in networks}

    assert len(addresses) == 2
    assert all(address in ip_network(default) for address in addresses)


def test_a_server_is_asked_whether_it_is_ready(compose: Any) -> None:
    """At the address of a health check that a server answers: the next one waits for it."""
    *_, check = compose["services"]["one"]["healthcheck"]["test"]
    assert '"http://127.0.0.1:8888/_liveguide/ready"' in check
    assert set(compose["services"]["nginx"]["depends_on"]) == {"one", "two"}


def test_the_drill_asks_services_that_there_are(compose: Any) -> None:
    """Each of its steps names one."""
    words = [set(step.split()) for step in runpy.run_path(str(DRILL))["STEPS"].values()]

    assert all(step & compose["services"].keys() for step in words)


def test_the_proxy_s_container_edits_what_stands_there(compose: Any, tmp_path: Path) -> None:
    """Its own command, run on these files, makes nginx ask both servers."""
    *_, command = compose["services"]["nginx"]["command"]
    command = command.partition("exec nginx")[0].replace("/conf/", f"{DEPLOY}/")
    subprocess.run(["sh", "-ec", command.replace("/etc/nginx/", f"{tmp_path}/")], check=True)

    text = (tmp_path / "nginx.conf").read_text()
    assert text.count("http { include nginx-cluster.conf;\n") == 1
    assert text.count("proxy_pass http://liveguide;") == 1
    upstream = (tmp_path / "nginx-cluster.conf").read_text()
    assert upstream.count("    server one:8888 ") == upstream.count("    server two:8888 ") == 1


def test_the_containers_meet_at_ports_that_are_listened_on(compose: Any) -> None:
    """The proxy's at which readers come, and the servers' at which it asks."""
    services = compose["services"]
    (published,) = services["nginx"]["ports"]
    assert f"listen {published.rpartition(':')[2]};" in (DEPLOY / "nginx.conf").read_text()
    for name in ("one", "two"):
        port = parsed(services[name]["command"]).port
        assert f"{name}:{port}#" in services["nginx"]["command"][-1]


def test_the_image_has_what_servers_and_our_guide_use() -> None:
    """Blinker, which chats speak to, and the client of Redis, by their extras."""
    extras = re.search(r'"/source\[([\w,]+)\]"', (DEPLOY / "Dockerfile").read_text())
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    assert extras is not None
    assert {"guide", "redis"} <= {*extras[1].split(",")} <= known.keys()


@pytest.mark.long
def test_the_image_is_made_of_what_it_needs_and_of_no_secret(tmp_path: Path) -> None:
    """Of what `.dockerignore` lets through, the package and the guide can be built."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and line[0] != "#"]
    assert patterns[0] == "*"
    assert {"**/.liveguide", "**/__pycache__"} <= {*patterns}
    source = tmp_path / "source"
    source.mkdir()
    for name in (pattern[1:] for pattern in patterns if pattern[0] == "!"):
        path = ROOT / name
        if path.is_dir():
            ignored = shutil.ignore_patterns(".liveguide", "__pycache__")
            shutil.copytree(path, source / name, ignore=ignored)
        else:
            shutil.copy(path, source)

    assert zipfile.is_zipfile(build_wheel(tmp_path, source))
    command = [sys.executable, "-m", "liveguide", "build", "guide", "--output", tmp_path / "site"]
    done = subprocess.run(
        command,
        cwd=source,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_units_start_commands_that_there_are(unit: Path) -> None:
    """With the port of the instance, where there is one."""
    (start,) = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    _, *arguments = shlex.split(start.replace("%i", "8888"))

    assert parsed(arguments).command == "serve"


def test_all_units_give_away_the_same_rights() -> None:
    """What one need not do, no instance need."""
    rights = [unit.read_text().partition("# [start:rights]")[2] for unit in UNITS]

    assert len(rights) == 2
    assert rights[0] == rights[1] != ""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_reads_the_units(unit: Path, tmp_path: Path) -> None:
    """It finds nothing wrong but that the program is not there."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    copy = tmp_path / unit.name.replace("@", "@8888")
    copy.write_text(unit.read_text().replace("/srv/liveguide/.venv/bin/liveguide", "/bin/true"))
    command = [program, "verify", "--man=no", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
