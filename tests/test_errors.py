"""The tree of exceptions, and the words in which a fault is told."""

from __future__ import annotations

import re

import pytest

from liveguide import errors
from liveguide.errors import Problem, SourceError, SourceErrors, did_you_mean, in_order


def test_the_docstring_draws_the_real_tree() -> None:
    """The tree at the top of the module is that of the classes, in their order."""
    drawn = re.findall(
        r"^ {4,8}(?:\+-- )?(\w+Error\w*|\w+Busy)", errors.__doc__ or "", re.MULTILINE
    )
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, Exception)
    ]

    assert drawn == [kind.__name__ for kind in classes]
    assert classes[0].__bases__ == (Exception,)
    for kind in classes[1:]:
        assert kind.__bases__ == (SourceErrors if kind is SourceError else classes[0],)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("a.md", 3, "it is wrong"), "a.md:3: error: it is wrong"),
        (Problem("a.md", 3, "it is odd", "warning"), "a.md:3: warning: it is odd"),
        (Problem("a.md", 3, "it is wrong", column=7), "a.md:3:7: error: it is wrong"),
        (Problem("a.md", None, "it is wrong"), "a.md: error: it is wrong"),
    ],
)
def test_a_problem_reads_as_compilers_write(problem: Problem, text: str) -> None:
    """File, line and column as far as they are known, then the severity and the message."""
    assert str(problem) == text


def test_problems_are_sorted_and_not_repeated() -> None:
    """Problems are told once each, by file, line (as a number), column and message."""
    nine, ten = Problem("a.md", 9, "x"), Problem("a.md", 10, "x")
    whole, other = Problem("a.md", None, "x"), Problem("b.md", 1, "x")

    assert in_order([other, ten, nine, ten, whole]) == [whole, nine, ten, other]


def test_problems_of_one_line_are_sorted_by_column() -> None:
    """Not by what they say; one whose column is not known comes first."""
    late, early = Problem("a.md", 1, "a", column=9), Problem("a.md", 1, "b", column=2)
    somewhere = Problem("a.md", 1, "c")

    assert in_order([late, early, somewhere]) == [somewhere, early, late]


def test_a_source_error_holds_its_problem() -> None:
    """The exception carries the fault, and reads like it."""
    error = SourceError("a.md", 3, "it is wrong", 7)

    assert error.problem == Problem("a.md", 3, "it is wrong", "error", 7)
    assert str(error) == "a.md:3:7: error: it is wrong"


def test_one_fault_is_faults() -> None:
    """Whoever catches all the faults of a file catches its only one."""
    with pytest.raises(SourceErrors) as caught:
        raise SourceError("a.md", 3, "it is wrong")

    assert caught.value.problems == [Problem("a.md", 3, "it is wrong")]


def test_source_errors_hold_all_problems() -> None:
    """Several faults read as one line each, in order."""
    error = SourceErrors([Problem("b.md", 1, "y"), Problem("a.md", 2, "x")])

    assert str(error) == "a.md:2: error: x\nb.md:1: error: y"


@pytest.mark.parametrize(
    ("value", "possible", "hint"),
    [
        ("titel", ["title", "type"], "; did you mean 'title'?"),
        ("title", [], ""),
        ("zzzz", ["title"], ""),
    ],
)
def test_the_nearest_name_is_proposed(value: str, possible: list[str], hint: str) -> None:
    """A likely name is proposed, and none where none is near."""
    assert did_you_mean(value, possible) == hint
