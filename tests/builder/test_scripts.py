"""The front end's scripts, joined: they do what the modules do, and they stay small."""

from __future__ import annotations

import gzip
import posixpath
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from liveguide.builder.front_end import FRONTEND, SCRIPTS
from liveguide.builder.minified import minified
from liveguide.builder.scripts import join_scripts

MODULES = sorted(path.relative_to(FRONTEND).as_posix() for path in FRONTEND.rglob("*.js"))
OWN_NODE = Path(__file__).parent.parent.parent / ".venv" / "bin" / "node"

IMPORT = re.compile(r"^import \{[^}]*\} from '[^']+'\n", re.MULTILINE)
TYPE = re.compile(r"/\*\* @type .*?\*/ ?")
COMMENT = re.compile(r"//|/\*\*|\*(?:$|[ /])")
REMARK = re.compile(r"\s+// [^'\"`]*$")
DYNAMIC = re.compile(r"\bimport\('([^']+)'\)")

LARGEST_MAIN = 12 * 1024
"""The size in bytes, compressed, of the script that a page with live code loads."""

LARGEST_PAGE = 5 * 1024
"""The same of the scripts of a page without."""

Run = Callable[[Path], str]
RunBoth = Callable[[Mapping[str, str]], tuple[str, str]]


@pytest.fixture(name="node", scope="module")
def _node() -> str:
    """Return the path of Node: the project's own, or the system's."""
    found = str(OWN_NODE) if OWN_NODE.exists() else shutil.which("node")
    if not found:
        pytest.skip("Node is not installed")
    return found


@pytest.fixture(name="joined", scope="module")
def _joined() -> dict[str, str]:
    """Return the scripts of every site, by their paths."""
    return join_scripts(FRONTEND, SCRIPTS)


@pytest.fixture(name="run")
def _run(node: str) -> Run:
    """Return a function that runs a script and returns what it printed."""

    def run(script: Path) -> str:
        command = [node, str(script)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(name="run_both")
def _run_both(run: Run, write_tree: Callable[[Mapping[str, str]], Path], tmp_path: Path) -> RunBoth:
    """Return a function that runs `main.js` of some modules as they are, and joined."""

    def printed(folder: Path) -> str:
        return run(folder / "main.js").replace(folder.as_uri(), "")

    def run_both(modules: Mapping[str, str]) -> tuple[str, str]:
        package = {"package.json": '{"type": "module"}'}
        apart = write_tree({**modules, **package})
        together = tmp_path / "site"
        for name, text in {**join_scripts(apart, ("main.js",)), **package}.items():
            path = together / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return printed(apart), printed(together)

    return run_both


def code_of(script: str) -> list[str]:
    """Return the lines of a script that are no comments, without what indents them."""
    lines = (TYPE.sub("", line).strip() for line in IMPORT.sub("", script).splitlines())
    return [REMARK.sub("", line) for line in lines if line and not COMMENT.match(line)]


def source_of(module: str) -> str:
    """Return one module of the front end, as its author wrote it."""
    return (FRONTEND / module).read_text(encoding="utf-8")


def test_what_imports_what_is_joined_and_what_is_loaded_later_is_not(run_both: RunBoth) -> None:
    """A site has `main.js` with all that it imports; what it loads by `import()` stands beside."""
    apart, together = run_both(
        {
            "main.js": (
                "import { twice } from './lib/twice.js'\n"
                "const { late } = await import('./lib/late.js')\n"
                "console.log(twice(2), late)\n"
            ),
            "lib/twice.js": "import { TWO } from './two.js'\nexport const twice = (n) => n * TWO\n",
            "lib/two.js": "export const TWO = 2\n",
            "lib/late.js": "import { TWO } from './two.js'\nexport const late = TWO + 1\n",
        }
    )

    assert apart == "4 3\n"
    assert together == apart


def test_only_what_a_page_loads_becomes_a_file(write_tree: Callable[..., Path]) -> None:
    """Modules that are only imported are no files of their own."""
    folder = write_tree(
        {
            "main.js": "import { a } from './a.js'\nimport('./b.js')\na()\n",
            "a.js": "export function a() {}\n",
            "b.js": "export function b() {}\n",
            "unused.js": "export function c() {}\n",
        }
    )

    assert set(join_scripts(folder, ("main.js",))) == {"main.js", "b.js"}


def test_every_kind_of_declaration_is_exported(run_both: RunBoth) -> None:
    """Functions, asynchronous ones, generators, classes and variables reach who imports them."""
    apart, together = run_both(
        {
            "main.js": (
                "import { a, b, c, D, e, f } from './lib.js'\n"
                "console.log(a(), await b(), [...c()], new D().d, e, f)\n"
            ),
            "lib.js": (
                "export function a() {\n  return 1\n}\n"
                "export async function b() {\n  return 2\n}\n"
                "export function* c() {\n  yield 3\n}\n"
                "export class D {\n  d = 4\n}\n"
                "export const e = 5\n"
                "export let f = 6\n"
            ),
        }
    )

    assert apart == "1 2 [ 3 ] 4 5 6\n"
    assert together == apart


def test_two_modules_of_one_file_may_not_declare_the_same_name(tmp_path: Path) -> None:
    """They share a scope, so the build says which two, and which name."""
    (tmp_path / "main.js").write_text(
        "import { a } from './a.js'\nimport { b } from './b.js'\nconst own = 'main'\n"
    )
    (tmp_path / "a.js").write_text("const own = 'a'\nexport const a = () => own\n")
    (tmp_path / "b.js").write_text("const own = 'b'\nexport const b = () => own\n")

    with pytest.raises(ValueError, match=r"^b.js and a.js both declare 'own'; rename one$"):
        join_scripts(tmp_path, ("main.js",))


def test_an_entry_may_declare_a_name_that_an_import_has_inside(run_both: RunBoth) -> None:
    """The scope of what is imported ends before the entry begins."""
    apart, together = run_both(
        {
            "main.js": "import { a } from './a.js'\nconst own = 'main'\nconsole.log(own, a())\n",
            "a.js": "const own = 'a'\nexport function a() {\n  return own\n}\n",
        }
    )

    assert apart == "main a\n"
    assert together == apart


def test_a_module_that_two_others_import_runs_once(run_both: RunBoth) -> None:
    """Modules run in the order of their imports, each once; what one keeps, all share."""
    apart, together = run_both(
        {
            "main.js": (
                "import { a } from './a.js'\nimport { b } from './b.js'\n"
                "a()\nb()\nconsole.log('main')\n"
            ),
            "a.js": "import { next } from './count.js'\nexport const a = () => next('a')\n",
            "b.js": "import { next } from './count.js'\nexport const b = () => next('b')\n",
            "count.js": (
                "console.log('count')\nlet n = 0\n"
                "export function next(who) {\n  console.log(who, ++n)\n}\n"
            ),
        }
    )

    assert apart == "count\na 1\nb 2\nmain\n"
    assert together == apart


def test_an_import_may_take_several_lines(run_both: RunBoth) -> None:
    """The names of an import may stand on lines of their own, with a comma after the last."""
    apart, together = run_both(
        {
            "main.js": "import {\n  a,\n  b,\n} from './lib.js'\nconsole.log(a, b)\n",
            "lib.js": "export const a = 1\nexport const b = 2\n",
        }
    )

    assert together == apart == "1 2\n"


def test_each_module_knows_its_own_address(run_both: RunBoth) -> None:
    """`import.meta.url` names the folder in which a module stood, wherever it was joined."""
    where = "export const {} = new URL('{}', import.meta.url).href\n"
    apart, together = run_both(
        {
            "main.js": (
                "import { here } from './lib/here.js'\nimport { deep } from './lib/deep/deep.js'\n"
                "const { late } = await import('./elements/late.js')\n"
                "console.log(here, deep, late, new URL('status.json', import.meta.url).href)\n"
            ),
            "lib/here.js": where.format("here", "../trace"),
            "lib/deep/deep.js": where.format("deep", "./a.html"),
            "elements/late.js": (
                "import { here } from '../lib/here.js'\n"
                "export const late = [here, new URL('b.html', import.meta.url).href].join(' ')\n"
            ),
        }
    )

    assert apart == "/trace /lib/deep/a.html /trace /elements/b.html /status.json\n"
    assert together == apart


def test_addresses_are_the_same_wherever_a_build_runs(
    joined: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even at the root of all folders, where containers run, and above which is nothing."""
    monkeypatch.chdir("/")

    assert join_scripts(FRONTEND, SCRIPTS) == joined


def test_what_is_loaded_later_is_found_from_any_folder(run_both: RunBoth) -> None:
    """An `import()` names its file from where the joined script stands."""
    load = "export const {0} = async () => (await import('{1}')).name\n"
    apart, together = run_both(
        {
            "main.js": (
                "import { side } from './lib/side.js'\nimport { up } from './lib/up.js'\n"
                "console.log(await side(), await up())\n"
            ),
            "lib/side.js": load.format("side", "./late.js"),
            "lib/up.js": load.format("up", "../elements/late.js"),
            "lib/late.js": "export const name = 'lib'\n",
            "elements/late.js": (
                "import { down } from '../lib/down.js'\nexport const name = await down()\n"
            ),
            "lib/down.js": load.format("down", "./later.js"),
            "lib/later.js": "export const name = 'later'\n",
        }
    )

    assert apart == "lib later\n"
    assert together == apart


def test_comments_go_and_what_looks_like_one_stays(run_both: RunBoth) -> None:
    """Addresses, expressions and texts with slashes in them are no comments."""
    apart, together = run_both(
        {
            "main.js": (
                "// gone\n"
                "/**\n * gone\n */\n"
                "const a = 'http://x' // a remark\n"
                "const b = /** @type {string} */ ('/** b */')\n"
                "  // gone, too\n"
                "const c = a.replace(/\\/\\//, `//`)\n"
                "console.log(a, b, c)\n"
            )
        }
    )

    assert apart == "http://x /** b */ http://x\n"
    assert together == apart


def test_comments_are_not_sent(joined: dict[str, str]) -> None:
    """No comment on a line of its own is in a script of a site, but the licence of another's."""
    for name, text in joined.items():
        if name.startswith("vendor/"):
            assert text.startswith("/*! ")
            continue
        assert re.findall(r"^\s*(?://|/\*|\*).*", text, re.MULTILINE) == []


@pytest.mark.parametrize("module", MODULES)
def test_nothing_but_comments_and_indentation_is_lost(module: str) -> None:
    """Below what it imports, each module of ours is what its author wrote, line by line."""
    written = code_of(source_of(module))
    sent = code_of(join_scripts(FRONTEND, (module,))[module])

    assert written
    assert sent[-len(written) :] == written


def test_every_module_comes_to_the_site(joined: dict[str, str]) -> None:
    """No module of ours is left that nothing loads; a server that watches adds its own."""
    sent = {line.removeprefix("export ") for text in joined.values() for line in code_of(text)}
    for module in MODULES:
        if module.startswith("development/"):
            assert code_of(source_of(module))[0] not in sent
            continue
        code = {line.removeprefix("export ") for line in code_of(source_of(module))}
        # The paths of import() and the address of a module are written anew.
        assert {line for line in code - sent if "import" not in line} == set(), module


def test_every_script_parses(node: str, joined: dict[str, str], tmp_path: Path) -> None:
    """What a site sends is JavaScript."""
    scripts = [tmp_path / name.replace("/", "-") for name in joined]
    for script, text in zip(scripts, joined.values(), strict=True):
        script.write_text(text, encoding="utf-8")
    parse = (
        "const vm = require('vm'), fs = require('fs')\n"
        "for (const identifier of process.argv.slice(1)) {\n"
        "  new vm.SourceTextModule(fs.readFileSync(identifier, 'utf8'), { identifier })\n"
        "}"
    )
    command = [node, "--experimental-vm-modules", "--eval", parse, *map(str, scripts)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_script_imports_a_file_that_the_site_lacks(joined: dict[str, str]) -> None:
    """All that was imported is joined, and all that is loaded later is a file."""
    loaded = set(SCRIPTS)
    for name, text in joined.items():
        assert not re.search(r"^(?:import|export) .*\bfrom\b", text, re.MULTILINE)
        for address in DYNAMIC.findall(text):
            loaded.add(posixpath.normpath(posixpath.join(posixpath.dirname(name), address)))

    assert loaded == set(joined)


def test_addresses_beside_a_script_are_those_of_files(joined: dict[str, str]) -> None:
    """What a joined module gives as its own place is a module's."""
    for name, text in joined.items():
        for address in re.findall(r"new URL\('([^']+\.js)', import\.meta\.url\)", text):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(name), address)) in MODULES


def test_no_element_is_defined_twice(joined: dict[str, str]) -> None:
    """Scripts that one page loads share no module that may run only once."""
    defined = Counter(
        element
        for name, text in joined.items()
        if name != "runner.js"
        for element in re.findall(r"customElements\.define\('([\w-]+)'", text)
    )

    assert "live-snippet" in defined
    assert set(defined.values()) == {1}


def test_what_a_page_keeps_of_its_server_is_in_one_script(joined: dict[str, str]) -> None:
    """The module with the page's one connection to the server's trace is in `main.js` only."""
    having = [name for name, text in joined.items() if "new URL('../trace'" in text]

    assert having == ["main.js"]


def test_the_script_of_every_page_is_small(joined: dict[str, str]) -> None:
    """Minified and compressed, `main.js` is at most 12 KB, and `page.js` at most 5 KB."""

    def weight(name: str) -> int:
        text = minified("application/javascript", joined[name])
        return len(gzip.compress(text.encode(), 9))

    assert weight("main.js") <= LARGEST_MAIN
    assert weight("page.js") + weight("first.js") <= LARGEST_PAGE
