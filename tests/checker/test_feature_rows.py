"""Which features a check has seen work."""

from __future__ import annotations

from liveguide.builder.features import Feature, Features
from liveguide.checker.feature_rows import feature_rows
from liveguide.checker.plan import PlannedExample, PlannedPage, PlannedSnippet
from liveguide.checker.report import FeatureRow, Outcome, feature_lines

FEATURES = Features(
    "guide/features.yaml", rows={name: Feature(name, "a", "text", (), 1) for name in "ab"}
)
PAGES = [
    PlannedPage("x.md", "x.html", snippets=[PlannedSnippet(1, "One", features=("a", "b"))]),
    PlannedPage("README.md", "", examples=[PlannedExample(1, "Demo", features=("a",))]),
]


def _rows(*outcomes: Outcome) -> list[FeatureRow]:
    return feature_rows(FEATURES, PAGES, list(outcomes))


def test_a_feature_is_ok_when_all_that_shows_it_passed() -> None:
    """Pages and names come in the order of the guide."""
    snippet = Outcome("snippet", "x.md", 1, True, "")

    assert _rows(snippet, Outcome("example", "README.md", 1, True, "")) == [
        FeatureRow("a", ["x.html", ""], ["One", "Demo"], True),
        FeatureRow("b", ["x.html"], ["One"], True),
    ]
    assert [row.ok for row in _rows(snippet, Outcome("example", "README.md", 1, False, ""))] == [
        False,
        True,
    ]


def test_what_was_never_reached_has_not_passed() -> None:
    """A page that does not open shows nothing."""
    page = Outcome("page", "x.md", 0, False, "")

    assert [row.ok for row in _rows(page, Outcome("example", "README.md", 1, True, ""))] == [
        False,
        False,
    ]


def test_the_table_has_a_line_for_each_and_a_count() -> None:
    """Columns stand below each other, and names move no cursor."""
    rows = [FeatureRow("long-name", [""], ["A\x1b"], True), FeatureRow("b", ["x/"], ["B"], False)]

    assert feature_lines(rows) == [
        'long-name  ./  "A\\x1b"  ok',
        'b          x/  "B"      FAILED',
        "2 features shown: 1 failed",
    ]
    assert feature_lines(rows[:1])[-1] == "1 feature shown: all ok"


def test_without_features_there_is_no_table() -> None:
    """Nothing is said of what a guide does not promise."""
    assert feature_lines([]) == []
