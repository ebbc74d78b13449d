"""Scripts and stylesheets, written shorter."""

from __future__ import annotations

from liveguide.builder.minified import minified


def test_local_names_of_a_script_are_shortened_and_its_exports_are_not() -> None:
    """What other files ask for keeps its name."""
    text = "export function twice(number) {\n  return number * 2\n}\n"

    short = minified("application/javascript", text)

    assert len(short) < len(text)
    assert "number" not in short
    assert "twice" in short


def test_rules_of_a_stylesheet_survive() -> None:
    """Layers, nesting and newer functions are kept."""
    text = "@layer base {\n  a {\n    color: color-mix(in srgb, red 22%, transparent);\n  }\n}\n"

    short = minified("text/css", text)

    assert short == "@layer base{a{color:color-mix(in srgb,red 22%,transparent)}}"


def test_what_the_library_leaves_is_shortened_too() -> None:
    """Blocks of `@container` lose their spaces; a string keeps its own."""
    text = (
        "@container (min-width: 38rem) {\n  .a > b { gap: 0.5rem 1rem; content: ', { ; }'; }\n}\n"
    )

    short = minified("text/css", text)

    assert short == "@container(min-width:38rem){.a > b{gap:0.5rem 1rem;content:', { ; }'}}"
