"""What Markdown asks of every element and text is answered as by Markdown itself."""

from __future__ import annotations

import markdown
import pytest

from liveguide.builder.extensions.quick_tree import QuickTreeExtension


@pytest.mark.parametrize("name", ["p", "DIV", "hr/", "span", "live-panel", "", None])
def test_the_same_elements_are_blocks(name: str | None) -> None:
    """Those that an extension has named before are, too, at the first question and the second."""
    plain = markdown.Markdown()
    quick = markdown.Markdown()
    for md in (plain, quick):
        md.block_level_elements.append("live-panel")
    QuickTreeExtension().extendMarkdown(quick)

    assert [quick.is_block_level(name) for _ in range(2)] == [plain.is_block_level(name)] * 2


def test_escaped_signs_come_back() -> None:
    """In text, behind an element, in an attribute; and not in code."""
    text = "\\*a\\* *b* \\_c\n\n[d](e\\_f 'g \\* h') `\\*`\n\n    \\*i\n"

    assert markdown.markdown(text, extensions=[QuickTreeExtension()]) == markdown.markdown(text)
