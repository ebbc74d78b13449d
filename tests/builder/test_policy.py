"""The Content-Security-Policy of each page."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from liveguide.builder.policy import (
    BASE_POLICY,
    LARGEST,
    NO_HTML_OF_TEXT,
    NO_PLUGINS,
    NOT_NAMED,
    OF_ANOTHER_HOST,
    TOO_LARGE,
    author_stylesheet,
    embedded_in_document,
)
from liveguide.server.static.manifest import DEFAULT_POLICY

from .conftest import Build, Render, messages


def directives(policy: str) -> dict[str, list[str]]:
    """Return the sources of each directive."""
    return {name: sources for name, *sources in map(str.split, policy.split("; "))}


def hash_of(text: str) -> str:
    """Return the source expression by which a policy allows inline text: CSP 3, section 2.3.1."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_a_page_allows_its_own_site_only(render: Render) -> None:
    """Without anything embedded, no inline code and no other host is allowed."""
    page = render("# Title\n\n```js\nnew WebSocket('x')\n```\n")

    assert page.policy == BASE_POLICY
    assert directives(BASE_POLICY) == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "connect-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "frame-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "require-trusted-types-for": ["'script'"],
    }


def test_the_server_says_the_same_of_what_it_is_told_nothing_of() -> None:
    """So does nginx, which has ours."""
    assert DEFAULT_POLICY == BASE_POLICY


@pytest.mark.parametrize(
    "source",
    [
        "<script>\nif (a < b && c) d('*e*')\n</script>\n",
        "text\n\n<script type=module>\n\tlet s = `\n  - a\n     - b\n\n# c\n`\n</script>\n\nmore\n",
        "- item\n\n    <script>\n    a()\n    </script>\n",
        "::: div\n    <script>\n    a()\n      b()\n    </script>\n",
        '<div markdown="1">\n\n*text*\n\n<script>\n\na()\n\n</script>\n\n</div>\n',
        "<script>\nlet s = '\"quoted\" -- it\\'s...'\n</script>\n",
        '<script type="importmap">{"imports": {}}</script>\n',
    ],
)
def test_an_inline_script_runs_by_its_hash(render: Render, source: str) -> None:
    """The hash in the policy is that of the script element's text on the finished page."""
    page = render(source)
    (text,) = re.findall(r"<script[^>]*>(.*?)</script>", page.html, re.DOTALL)

    assert directives(page.policy)["script-src"] == ["'self'", hash_of(text)]


def test_an_inline_stylesheet_is_allowed_by_its_hash(render: Render) -> None:
    """So is a `<style>`."""
    page = render("<style>\np > a { color: red }\n</style>\n")

    assert directives(page.policy)["style-src"] == [
        "'self'",
        hash_of("\np > a { color: red }\n"),
    ]


def test_scripts_that_are_data_need_no_hash(render: Render) -> None:
    """JSON in a script element is never run."""
    page = render('<script type="application/json">\n{"a": 1}\n</script>\n')

    assert page.policy == BASE_POLICY


@pytest.mark.parametrize(
    ("html", "directive", "source"),
    [
        (
            '<script src="https://cdn.example/a.js?b" integrity="sha256-x"></script>',
            "script-src",
            "https://cdn.example/a.js",
        ),
        (
            '<link rel="stylesheet" href="https://cdn.example/a.css" integrity="sha256-x">',
            "style-src",
            "https://cdn.example/a.css",
        ),
        (
            '<img src="http://img.example:81/a.png" alt="">',
            "img-src",
            "http://img.example:81/a.png",
        ),
        ('<iframe src="https://play.example/x"></iframe>', "frame-src", "https://play.example/x"),
        ('<video src="https://v.example/x"></video>', "media-src", "https://v.example/x"),
        ('<video poster="https://v.example/p"></video>', "img-src", "https://v.example/p"),
        ('<video><track src="https://v.example/t"></video>', "media-src", "https://v.example/t"),
        ('<img src="//img.example/a.png" alt="">', "img-src", "img.example/a.png"),
        (
            '<script src="//cdn.example/a.js" integrity="sha256-x"></script>',
            "script-src",
            "cdn.example/a.js",
        ),
        (
            "![a](https://img.example/Straße_(1)!,=*;'.png)",
            "img-src",
            "https://img.example/Stra%C3%9Fe_%281%29%21%2C%3D%2A%3B%27.png",
        ),
        (
            '<img src="https://Bücher.straße.example:81/a%20b" alt="">',
            "img-src",
            "https://xn--bcher-kva.xn--strae-oqa.example:81/a%20b",
        ),
        (
            '<img srcset="https://c.example/w_1,h_2/x.png 2x" alt="">',
            "img-src",
            "https://c.example/w_1%2Ch_2/x.png",
        ),
    ],
)
def test_what_a_page_loads_from_elsewhere_is_allowed(
    render: Render, html: str, directive: str, source: str
) -> None:
    """Exactly that address is added, to its own directive."""
    page = render(html + "\n")

    assert messages(page) == []
    assert directives(page.policy)[directive][-1] == source
    assert page.policy.replace(f" {source}", "") == BASE_POLICY


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://a.example/x;script-src *", " https://a.example/x%3Bscript-src%20%2A"),
        ("https://a.example/ *", " https://a.example/%20%2A"),
        ("https://a.example;script-src */", ""),
        ("https://[x", ""),
    ],
)
def test_an_address_can_not_widen_the_policy(render: Render, address: str, source: str) -> None:
    """What could end a directive is encoded; where the host could, it is not allowed."""
    page = render(f'<img src="{address}" alt="">\n')

    assert page.policy == BASE_POLICY.replace("data:", f"data:{source}")


def test_what_the_policy_stops_of_other_hosts_is_reported(build: Build) -> None:
    """An address whose host it can't name, and elements that it never allows."""
    html = '<img src="//me@a.example/x" alt="">\n<object data="a.svg"></object>\n'
    built = build({"README.md": f"# T\n\n{html}", "demo.html": html, "a.svg": "<svg/>"})

    assert built.messages == [
        f"guide/README.md:3: warning: '//me@a.example/x' {NOT_NAMED}",
        f"guide/README.md:4: warning: the element <object> {NO_PLUGINS}",
        f"guide/demo.html:1: warning: '//me@a.example/x' {NOT_NAMED}",
        f"guide/demo.html:2: warning: the element <object> {NO_PLUGINS}",
    ]


def test_a_script_that_calls_eval_is_reported_where_it_does(render: Render) -> None:
    """The warning names the line of the call, not of another script or of code that shows one."""
    page = render(
        "---\ntitle: T\n---\n```html\n<script>eval('1')</script>\n```\n\n"
        "<script>\na()\n</script>\n\n<script>\nb()\neval(c)\n</script>\n"
    )

    assert messages(page) == [
        "guide/page.md:14: warning: a script on this page calls eval, which its security policy "
        "stops; say 'unsafe-eval: true' in the front matter"
    ]
    assert "'unsafe-eval'" not in page.policy


@pytest.mark.parametrize(
    "call", ["eval(x)", "window.eval (x)", "new Function('a')", "setTimeout('a()', 1)"]
)
def test_what_counts_as_eval(render: Render, call: str) -> None:
    """`Function` and timers with text are stopped like `eval` itself."""
    assert [problem.line for problem in render(f"<script>{call}</script>\n").problems] == [1]


@pytest.mark.parametrize("call", ["evaluate(x)", "medieval(x)", "setTimeout(a, 1)"])
def test_what_does_not_count_as_eval(render: Render, call: str) -> None:
    """Names that only look alike are left alone."""
    assert messages(render(f"<script>{call}</script>\n")) == []


def test_a_page_may_ask_for_eval(render: Render) -> None:
    """`unsafe-eval: true` allows it for that page, without a warning."""
    page = render("---\nunsafe-eval: true\n---\n<script>eval('1')</script>\n")

    assert messages(page) == []
    assert directives(page.policy)["script-src"] == [
        "'self'",
        hash_of("eval('1')"),
        "'unsafe-eval'",
    ]


@pytest.mark.parametrize(
    "script",
    [
        "a.innerHTML = b",
        "a.outerHTML += b",
        "a.insertAdjacentHTML('beforeend', b)",
        "document.write(b)",
        "frame.srcdoc = b",
        "new DOMParser().parseFromString(b, 'text/html')",
    ],
)
def test_a_script_that_makes_html_of_text_is_reported(render: Render, script: str) -> None:
    """Trusted Types stop it, in an inline script and in a snippet alike."""
    page = render(f"# T\n\n<script>\n{script}\n</script>\n\n```js run=always\n{script}\n```\n")

    assert [problem.line for problem in page.problems] == [4, 7]
    assert all(NO_HTML_OF_TEXT in message for message in messages(page))


@pytest.mark.parametrize(
    "script",
    [
        "a.innerHTML == b",
        "a.textContent = b.innerHTML",
        "trustedTypes.createPolicy('default', {}); a.innerHTML = b",
    ],
)
def test_a_script_that_reads_html_or_has_a_policy_is_not(render: Render, script: str) -> None:
    """Only what is stopped is reported; who makes a policy knows what it does."""
    assert messages(render(f"<script>{script}</script>\n")) == []


def test_a_page_with_eval_has_no_trusted_types(render: Render) -> None:
    """They would stop `eval` of text, which its author has asked for."""
    page = render("---\nunsafe-eval: true\n---\n<script>a.innerHTML = eval('1')</script>\n")

    assert "trusted-types" not in page.policy
    assert messages(page) == []


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<script src="//cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="https://cdn.example/a.css">',
    ],
)
def test_code_of_another_host_is_reported(build: Build, html: str) -> None:
    """Nobody knows what it will be tomorrow, unless its hash stands beside it."""
    built = build({"README.md": f"# T\n\n{html}\n", "demo.html": f"<p>\n{html}\n"})
    address = html.split('"')[-2]

    assert built.messages == [
        f"guide/README.md:3: warning: {address!r} {OF_ANOTHER_HOST}",
        f"guide/demo.html:2: warning: {address!r} {OF_ANOTHER_HOST}",
    ]


def test_a_style_attribute_becomes_a_class(render: Render) -> None:
    """`style=` is moved into a stylesheet, one class for each text."""
    page = render('<p class="a" style="color: red">x</p>\n\n<p style="color: red">y</p>\n')
    ((name, style),) = page.styles.items()

    assert style == "color: red"
    assert page.html == f'<p class="a {name}">x</p>\n\n<p class="{name}">y</p>'
    assert page.policy == BASE_POLICY


def test_the_alignment_of_a_table_is_a_class(render: Render) -> None:
    """Markdown's own `style=` in tables is moved as well."""
    page = render("a | b\n--|--:\n1 | 2\n")

    assert "style=" not in page.html
    assert list(page.styles.values()) == ["text-align: right;"]


def test_the_stylesheet_of_the_classes() -> None:
    """A style can't end its rule and begin another."""
    assert author_stylesheet({"b": "x: y} * {a: b", "a": "c: d"}) == (
        ".a { c: d }\n.b { x: y  *  a: b }\n"
    )


def test_event_attributes_are_reported_where_they_stand(render: Render) -> None:
    """Each is a warning with its own line; code that shows one is not."""
    page = render(
        '```html\n<b onclick="x()">\n```\n\n<b onclick="x()">a</b>\n\n'
        'text <i ONCLICK="y()">b</i>\n\n[l](page.md){: onmouseover="z()" }\n'
    )
    message = "is stopped by the page's security policy; add the listener in a script"

    assert messages(page) == [
        f"guide/page.md:5: warning: the attribute onclick= {message}",
        f"guide/page.md:7: warning: the attribute onclick= {message}",
        f"guide/page.md:9: warning: the attribute onmouseover= {message}",
    ]


def test_a_javascript_address_may_hide_behind_any_number_of_spaces(render: Render) -> None:
    """Browsers skip them, before it and within; a path of that name is none."""
    page = render(
        f'<a href="{" " * 200}java\tScript{" " * 200}:x()">a</a> [b](javascript/a.html)\n'
    )

    assert sum("security policy" in message for message in messages(page)) == 1


def test_javascript_addresses_are_reported(render: Render) -> None:
    """A `javascript:` link is a warning with its line."""
    page = render("text\n\n[x](javascript:alert(1))\n")

    assert messages(page) == [
        "guide/page.md:3: warning: the link 'javascript:alert(1)' is stopped by the page's "
        "security policy; use a script of its own"
    ]


DOCUMENT = """\
<!doctype html>
<title>Demo</title>
<style>p { color: red }</style>
<p style="margin: 0">Hello</p>
<script>run()</script>
<script src="https://cdn.example/x.js" integrity="sha256-x"></script>
"""


def test_a_document_of_the_author_has_its_own_policy(build: Build) -> None:
    """An HTML file is copied to the letter; the manifest holds the policy that it needs."""
    built = build({"README.md": "# Home\n", "demo.html": DOCUMENT})
    policies = json.loads(built.text(".liveguide.json"))["policies"]

    assert built.messages == [
        "guide/demo.html:4: warning: the attribute style= is stopped by the file's security "
        "policy; move it into a stylesheet"
    ]
    assert built.text("demo.html") == DOCUMENT
    assert sorted(policies) == ["_liveguide/front/runner.html", "demo.html", "index.html"]
    assert policies["index.html"] == BASE_POLICY
    assert policies["_liveguide/front/runner.html"] == (
        "sandbox allow-scripts; default-src 'none'; "
        "script-src 'unsafe-eval' 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    )
    allowed = directives(policies["demo.html"])
    assert set(allowed["script-src"]) == {"'self'", hash_of("run()"), "https://cdn.example/x.js"}
    assert set(allowed["style-src"]) == {"'self'", hash_of("p { color: red }")}


def test_the_styles_of_a_drawing_are_allowed_by_their_hashes(build: Build) -> None:
    """Programs write SVG with a `style=` on each element, and a file of it is a page as well."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><path style="fill: red"/></svg>'
    built = build({"README.md": "# Home\n", "a.svg": svg})
    policies = json.loads(built.text(".liveguide.json"))["policies"]

    assert built.messages == []
    assert directives(policies["a.svg"])["style-src"] == [
        "'self'",
        hash_of("fill: red"),
        "'unsafe-hashes'",
    ]


def test_a_drawing_with_many_styles_may_have_any(build: Build) -> None:
    """The hashes of hundreds would fill the header; its scripts stay as forbidden as before."""
    paths = "".join(f'<path style="stroke-width: {n}"/>' for n in range(300))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><style>a {{}}</style>{paths}</svg>'
    built = build({"README.md": "# Home\n", "a.svg": svg})
    policies = json.loads(built.text(".liveguide.json"))["policies"]

    assert built.messages == []
    assert policies["a.svg"] == BASE_POLICY.replace(
        "style-src 'self'", "style-src 'self' 'unsafe-inline'"
    )


def test_many_pictures_of_one_host_are_allowed_by_it(render: Render) -> None:
    """A page of a hundred addresses has one host in its policy."""
    page = render("".join(f"![a](https://pictures.example:81/{n}.png)\n" for n in range(100)))

    assert messages(page) == []
    assert directives(page.policy)["img-src"] == ["'self'", "data:", "https://pictures.example:81"]


def test_a_policy_that_is_too_long_is_reported(build: Build) -> None:
    """Each inline script counts, of a page and of a file."""
    scripts = "\n".join(f"<script>a({n})</script>\n" for n in range(LARGEST // 54))
    built = build({"README.md": f"# T\n\n{scripts}", "demo.html": scripts})

    assert built.messages == [
        f"guide/README.md: warning: the page's security policy {TOO_LARGE}",
        f"guide/demo.html: warning: the file's security policy {TOO_LARGE}",
    ]


def test_line_ends_of_a_document_do_not_change_its_hash() -> None:
    """A browser turns CR LF into LF before it hashes; so do we (`read_text`), for a whole file."""
    assert embedded_in_document("<script>\na\n</script>").allowed == {
        "script-src": {hash_of("\na\n")}
    }


def test_faults_of_a_document(build: Build) -> None:
    """What its policy stops is a warning with the file and the line."""
    built = build(
        {
            "README.md": "# Home\n",
            "demo.html": "<p>\n<b onclick='x()'>\n<script>\neval(a)\n</script>\n"
            "<a href='javascript:x()'>\n<form action=' java&#10;script:y()'>\n"
            "<script>\nlist.innerHTML += message\n</script>\n",
        }
    )

    assert built.messages == [
        "guide/demo.html: warning: the link ' java\\nscript:y()' is stopped by the file's security "
        "policy; use a listener in a script",
        "guide/demo.html:2: warning: the attribute onclick= is stopped by the file's security "
        "policy; use a listener in a script",
        "guide/demo.html:4: warning: eval in a script is stopped by the file's security policy; "
        "move what it does into the script",
        "guide/demo.html:6: warning: the link 'javascript:x()' is stopped by the file's security "
        "policy; use a listener in a script",
        "guide/demo.html:9: warning: innerHTML in a script is stopped by the file's security "
        f"policy; {NO_HTML_OF_TEXT}",
    ]


def test_a_document_that_is_not_text(build: Build) -> None:
    """An HTML file in another encoding is an error: its policy could not be known."""
    built = build({"README.md": "# Home\n", "demo.html": b"<p>\n\xe9"})

    assert built.messages == [
        "guide/demo.html:2: error: byte 0xe9 is not UTF-8; save the file as UTF-8"
    ]
