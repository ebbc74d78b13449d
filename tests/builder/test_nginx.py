"""The pages' policies, as nginx reads them."""

from __future__ import annotations

from liveguide.builder.nginx import OUTPUT, left_out, policy_map
from liveguide.builder.policy import BASE_POLICY

from .conftest import Build

DEFAULT = f"default \"{BASE_POLICY}; frame-ancestors 'self'\";\n"


def test_pages_that_may_do_what_most_may_have_no_line() -> None:
    """The others have theirs, with what only a header may say."""
    policies = {"a.html": BASE_POLICY, "b c/größe.html": "img-src *", "a.svg": "img-src 'self'"}

    assert policy_map(policies) == (
        f"{DEFAULT}"
        "\"/a.svg\" \"img-src 'self'; frame-ancestors 'self'\";\n"
        '"/b c/größe.html" "img-src *; frame-ancestors \'self\'";\n'
    )


def test_nothing_gets_out_of_its_quotes() -> None:
    """A name or policy with a quotation mark, backslash or variable is left out, or a long one."""
    names = ['"; default x; "', "a\\", "$host", "a\nb"]
    names.append("a" * 1025)
    policies = dict.fromkeys(names, "img-src *") | {"a.html": "img-src $host", "b.html": 'x"; y'}
    policies["c.html"] = "a" * 4000

    assert policy_map(policies) == DEFAULT
    assert left_out(policies) == sorted(policies)


def test_names_that_differ_by_case_are_patterns() -> None:
    """For nginx plain ones would be the same."""
    policies = {"Foo.html": "img-src *", "foo.html": BASE_POLICY, "bar.html": "img-src *"}

    assert policy_map(policies) == (
        f"{DEFAULT}"
        '"~^/Foo\\.html$" "img-src *; frame-ancestors \'self\'";\n'
        '"/bar.html" "img-src *; frame-ancestors \'self\'";\n'
    )


def test_who_builds_is_told_what_nginx_is_not(build: Build) -> None:
    """The build goes on, and names the page."""
    built = build({"a$b.md": "# A\n\n![](https://pictures.example/a.png)\n"})

    assert built.report.notes[-1].startswith("nginx can't be told the policy of 'a$b.html'")


def test_a_site_has_the_lines_of_its_pages(build: Build) -> None:
    """The runner's policy is always among them."""
    built = build({"a.md": "# A\n\n![](https://pictures.example/a.png)\n"})

    lines = built.text(OUTPUT).splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "default",
        '"/_liveguide/front/runner.html"',
        '"/a.html"',
    ]
    assert "https://pictures.example" in lines[2]
