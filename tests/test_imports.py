"""The import direction: who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import liveguide

ROOT = Path(liveguide.__file__).parent
BUILDER, SERVER = "liveguide.builder", "liveguide.server"
CHECKER, COMMANDS = "liveguide.checker", "liveguide.commands"
SCHEMAS, MAIN = "liveguide.schemas", "liveguide.__main__"
TALK, LOAD = "liveguide.rooms", "liveguide.load"
ROOMS = (BUILDER, SERVER, CHECKER, LOAD, SCHEMAS, COMMANDS, MAIN)


def modules() -> Iterator[tuple[str, set[str]]]:
    """Yield the name of every module of the package, and the names of all that it imports."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = ["liveguide", *path.relative_to(ROOT).with_suffix("").parts]
        package = parts[:-1]
        if parts[-1] == "__init__":
            parts = package
        yield ".".join(parts), set(_imported(ast.parse(path.read_text()), package))


def _imported(tree: ast.Module, package: list[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


MODULES: dict[str, set[str]] = {}


@pytest.fixture(name="_modules", scope="module", autouse=True)
def _modules() -> None:
    """Read the package once, where these tests run and not wherever they are collected."""
    MODULES.update(modules())


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def importers(package: str) -> set[str]:
    """Return the modules that import *package* or something in it."""
    return {
        name
        for name, imported in MODULES.items()
        if any(within(other, package) for other in imported)
    }


def test_every_module_is_looked_at() -> None:
    """The walk finds both halves, and sees through relative imports."""
    assert {BUILDER, SERVER, "liveguide.builder.extensions.fences"} <= set(MODULES)
    assert "liveguide.errors" in MODULES["liveguide.builder.extensions.including"]
    assert "liveguide.builder.sources" in MODULES["liveguide.builder.extensions.including"]


def test_builder_and_server_never_import_each_other() -> None:
    """The two halves share only what stands beside them."""
    assert not any(within(name, SERVER) for name in importers(BUILDER))
    assert not any(within(name, BUILDER) for name in importers(SERVER))


def test_what_both_share_imports_neither() -> None:
    """Errors, settings and the readers of files know of no half, nor of the checker."""
    shared = {name for name in MODULES if not any(within(name, x) for x in (*ROOMS, TALK))}

    assert "liveguide.errors" in shared
    assert not shared & set().union(*map(importers, ROOMS))


def test_the_checker_knows_the_builder_and_only_a_command_knows_the_checker() -> None:
    """It reads the guide as the builder does, and runs the server in a process of its own."""
    outside = {name for name in importers(CHECKER) if not within(name, CHECKER)}

    assert outside == {"liveguide.commands.check"}
    assert not any(within(name, CHECKER) for name in importers(SERVER))


def test_the_load_tool_knows_only_errors_and_only_a_command_knows_it() -> None:
    """It treats our server as any other."""
    known = set().union(*(MODULES[name] for name in MODULES if within(name, LOAD)))

    assert {name for name in known & set(MODULES) if not within(name, LOAD)} == {"liveguide.errors"}
    assert {name for name in importers(LOAD) if not within(name, LOAD)} == {
        "liveguide.commands.load"
    }


def test_schemas_are_made_from_tables_only() -> None:
    """They know the keys, and neither who renders nor who serves; only commands know them."""
    known = set().union(*(MODULES[name] for name in MODULES if within(name, SCHEMAS)))

    assert {name for name in known & set(MODULES) if not within(name, SCHEMAS)} == {
        "liveguide.builder.frontmatter",
        "liveguide.limits",
        "liveguide.server.endpoints",
        "liveguide.server.endpoints.gramex",
        "liveguide.server.endpoints.room_settings",
        "liveguide.server.endpoints.route",
        "liveguide.settings",
    }
    assert all(within(name, COMMANDS) or within(name, SCHEMAS) for name in importers(SCHEMAS))


def test_nobody_knows_the_commands() -> None:
    """They stand above all rooms, so what they run can't depend on them."""
    assert {name for name in importers(COMMANDS) if not within(name, COMMANDS)} == {MAIN}
    assert importers(MAIN) == set()


def test_rooms_know_nobody_and_only_the_server_knows_them() -> None:
    """They are what an author imports, and run without a server, too; they share one address."""
    known = set().union(*(MODULES[name] for name in MODULES if within(name, TALK)))

    assert {name for name in known & set(MODULES) if not within(name, TALK)} == {"liveguide.broker"}
    assert all(within(name, SERVER) or within(name, TALK) for name in importers(TALK))


@pytest.mark.parametrize("package", ["markdown", "pygments"])
def test_renderers_appear_in_the_builder_only(package: str) -> None:
    """Markdown and Pygments are the builder's."""
    assert importers(package)
    assert all(within(name, BUILDER) for name in importers(package))


def test_tornado_appears_in_the_server_only() -> None:
    """Tornado is the server's, except its template engine."""
    outside = {name for name in importers("tornado") if not within(name, SERVER)}

    assert outside == {"liveguide.builder.templating"}
    assert {
        name for name in MODULES["liveguide.builder.templating"] if name.startswith("tornado")
    } == {
        "tornado.template",
        "tornado.template.Loader",
        "tornado.template.ParseError",
        "tornado.template.Template",
    }


def test_extensions_do_not_know_who_configures_them() -> None:
    """Extensions are configured in one place, which they don't import."""
    for name, imported in MODULES.items():
        if within(name, "liveguide.builder.extensions"):
            assert not any(
                within(other, f"{BUILDER}.{above}")
                for other in imported
                for above in ("rendering", "site", "templating", "cli", "output")
            ), name


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("liveguide.builder.freshness", {"markdown", "pygments"}),
        ("liveguide.server.app", {"markdown", "pygments", BUILDER}),
        ("liveguide.server.cli", {"markdown", "pygments", BUILDER}),
        (BUILDER + ".cli", {SERVER, "tornado.web"}),
        (BUILDER + ".templating", {"asyncio", "ssl", "tornado.log", "tornado.web"}),
        (COMMANDS, {"markdown", "pygments", "tornado", "playwright", "shtab", "picows", "asyncio"}),
        (SCHEMAS, {"markdown", "pygments", "tornado", "jsonschema"}),
        ("liveguide.commands.serve", {"markdown", "pygments", "tornado"}),
    ],
)
def test_a_fresh_process_loads_no_more_than_it_needs(module: str, absent: set[str]) -> None:
    """What is imported in the end, through all other packages, is checked as well."""
    code = f"import sys, {module}; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert not absent & set(done.stdout.split())
