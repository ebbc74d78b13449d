"""Whether each feature that a guide promises was shown; needs no browser."""

from __future__ import annotations

from ..builder.features import Features
from .plan import PlannedPage
from .report import FeatureRow, Outcome


def feature_rows(
    features: Features, pages: list[PlannedPage], outcomes: list[Outcome]
) -> list[FeatureRow]:
    """
    Return what became of each feature, in the order of the file.

    A feature is ok when all that shows it passed. What was never reached, because its
    page did not open, has not.

    Args:

        features: What the guide promises to show.

        pages: The pages that were checked.

        outcomes: What became of them.
    """
    passed = {(one.kind, one.path, one.line) for one in outcomes if one.ok}
    failed = {(one.kind, one.path, one.line) for one in outcomes if not one.ok}
    rows = {id_: FeatureRow(id_, [], [], True) for id_ in features.rows}
    found = dict.fromkeys(rows, True)
    for page in pages:
        kinds = (("snippet", page.snippets), ("program", page.programs), ("example", page.examples))
        for kind, members in kinds:
            for one in members:
                place = (kind, page.path, one.line)
                for id_ in one.features:
                    row = rows[id_]
                    if page.url not in row.pages:
                        row.pages.append(page.url)
                    row.names.append(one.name)
                    found[id_] = found[id_] and place in passed and place not in failed
    return [
        FeatureRow(row.id, row.pages, row.names, found[row.id] and bool(row.names))
        for row in rows.values()
    ]
