"""Parts of files, as fences include them."""

from __future__ import annotations

from pathlib import Path

import pytest

from liveguide.builder.extensions.including import IncludeError, include_part

FILE = """\
# a comment
# [start:open]
def open(handler):

    print('[hello]')
# [end:open]

class Inner:
    # [start:method]
    def method(self):
        pass
    # [end:method]
"""


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    path = tmp_path / "code.py"
    path.write_text(FILE)
    return path


def test_a_whole_file_is_shown_without_markers(file: Path) -> None:
    """Marker lines are left out of a whole file."""
    code, first = include_part(file, None, None)

    assert first == 1
    assert code.startswith("# a comment\ndef open(handler):\n")
    assert code.endswith("class Inner:\n    def method(self):\n        pass")
    assert "[start:" not in code
    assert "[end:" not in code


@pytest.mark.parametrize(
    ("lines", "code", "first"),
    [
        ("1", "# a comment", 1),
        ("3-5", "def open(handler):\n\n    print('[hello]')", 3),
        ("10-", "def method(self):\n    pass", 10),
        ("7-8", "class Inner:", 8),
    ],
)
def test_a_range_of_lines(file: Path, lines: str, code: str, first: int) -> None:
    """A range counts from 1 in the file as it is, and loses its common indentation."""
    assert include_part(file, lines, None) == (code, first)


@pytest.mark.parametrize(
    ("section", "code", "first"),
    [
        ("open", "def open(handler):\n\n    print('[hello]')", 3),
        ("method", "def method(self):\n    pass", 10),
    ],
)
def test_a_section(file: Path, section: str, code: str, first: int) -> None:
    """A section is what stands between its two markers, and begins at its own line number."""
    assert include_part(file, None, section) == (code, first)


@pytest.mark.parametrize(
    ("lines", "section", "message"),
    [
        ("a-b", None, "lines='a-b' is not a range; write it as 3-10"),
        ("0-3", None, "lines='0-3' is outside the file, which has 12 lines"),
        ("5-3", None, "lines='5-3' is outside the file, which has 12 lines"),
        ("3-99", None, "lines='3-99' is outside the file, which has 12 lines"),
        (None, "opne", "it has no section 'opne'; did you mean 'open'?"),
        (None, "zzz", "it has no section 'zzz'"),
    ],
)
def test_a_part_that_is_not_there(
    file: Path, lines: str | None, section: str | None, message: str
) -> None:
    """The message says what is there instead."""
    with pytest.raises(IncludeError) as caught:
        include_part(file, lines, section)

    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["# [start:x]\n1\n", "1\n# [end:x]\n", "# [end:x]\n# [start:x]\n"])
def test_a_section_needs_both_markers_in_order(tmp_path: Path, text: str) -> None:
    """One marker alone, or the two the wrong way round, is an error."""
    path = tmp_path / "code.py"
    path.write_text(text)

    with pytest.raises(IncludeError) as caught:
        include_part(path, None, "x")

    assert str(caught.value) == "its section 'x' needs [start:x], then [end:x]"


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    """A file that is not UTF-8 can't be included."""
    path = tmp_path / "photo"
    path.write_bytes(b"\x89PNG")

    with pytest.raises(IncludeError) as caught:
        include_part(path, None, None)

    assert str(caught.value) == "byte 0x89 is not UTF-8; save the file as UTF-8"
