"""Templates: what is escaped, and what is said when one can't be filled."""

from __future__ import annotations

from pathlib import Path

import pytest

from liveguide.builder.templating import Templates
from liveguide.errors import SourceError


def test_values_are_escaped(tmp_path: Path) -> None:
    """A value is text wherever it is put in, unless the template says `raw`."""
    (tmp_path / "x.html").write_text('<b title="{{ a }}">{{ a }}</b>{% raw a %}')

    assert Templates(tmp_path).fill("x.html", a='<i> & "q"') == (
        '<b title="&lt;i&gt; &amp; &quot;q&quot;">&lt;i&gt; &amp; &quot;q&quot;</b><i> & "q"'
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ titel }}", "name 'titel' is not defined"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% if %}", "Missing {% end %} block"),
        ("{% extends 'no.html' %}", "No such file"),
    ],
)
def test_a_template_that_can_not_be_filled(tmp_path: Path, template: str, message: str) -> None:
    """The error names the template and what is wrong with it."""
    (tmp_path / "x.html").write_text(template)

    with pytest.raises(SourceError) as caught:
        Templates(tmp_path).fill("x.html", title="T")

    assert str(caught.value).startswith(f"{tmp_path}/x.html: error: the template can't be filled: ")
    assert message in str(caught.value)
