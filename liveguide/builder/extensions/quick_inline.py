"""
Inline patterns, tried only where they can match.

Python-Markdown tries each of its patterns, 40 with ours and smarty's, on every text of a page,
which is a third of a build. But no match of `\\[` is without `[`, and most texts hold few such
signs. What comes out is the same.

Stage: takes the place of the tree processors `inline` and `smarty`, with their patterns.
"""

from __future__ import annotations

import re
from collections import deque
from functools import cache
from re import _constants, _parser  # type: ignore[attr-defined]  # private: `re` reads with them
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import InlineProcessor
from markdown.util import INLINE_PLACEHOLDER_PREFIX, AtomicString

from .page import CurrentPage

_NAMES = {"inline": 20, "smarty": 6}


class QuickInlineProcessor(InlineProcessor):
    """
    Markdown's own, but for the loops over the texts and the patterns.

    The methods named here after Markdown's class are private there; `tests/` compare
    what comes of them with what Markdown makes.
    """

    inlinePatterns: Any
    current: CurrentPage
    _patterns: tuple[Any, ...] = ()
    _texts: list[str]
    _find_signs: Any
    _able: dict[frozenset[str], list[int]]
    # Markdown's own, which are private there, so its types don't have them.
    _InlineProcessor__processPlaceholders: Any
    _InlineProcessor__applyPattern: Any

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        """Apply the patterns to a tree; *ancestors* are the names of what it is in."""
        self._take_patterns()
        self.stashed_nodes: dict[str, Element | str] = {}
        place = self._InlineProcessor__processPlaceholders
        apply = self._InlineProcessor__handleInline
        self.ancestors: list[str]
        waiting = deque([(tree, list(ancestors or []))])
        while waiting:
            element, self.ancestors = waiting.popleft()
            self.ancestors.append(element.tag.lower())
            placed = []
            for child in element:
                text, tail = child.text, child.tail
                if text and not isinstance(text, AtomicString):
                    self.ancestors.append(child.tag.lower())
                    text = apply(text)
                    child.text = None
                    if INLINE_PLACEHOLDER_PREFIX in text:
                        nodes = place(text, child)
                        waiting += nodes
                        placed.append((child, nodes))
                    else:  # as in most
                        child.text = text or None
                    self.ancestors.pop()
                if tail:
                    self._place_tail(element, child, apply(tail))
                if len(child):
                    waiting.append((child, self.ancestors[:]))
            for child, nodes in placed:
                for index, (node, _) in enumerate(nodes):
                    child.insert(index, node)
        return tree

    def _take_patterns(self) -> None:
        patterns = tuple(self.inlinePatterns)
        if patterns != self._patterns:
            self._patterns, self._able = patterns, {}
            self._texts = [text_of(p.pattern, p.compiled_re.flags) for p in patterns]
            signs = frozenset[str]().union(*map(_signs_of_pattern, patterns))
            one_of_them = f"[{re.escape(''.join(sorted(signs)))}]" if signs else "(?!)"
            self._find_signs = re.compile(one_of_them).findall

    def _place_tail(self, element: Element, child: Element, tail: str) -> None:
        """Put what stands behind *child* in *element* there; its texts are still to be done."""
        child.tail = None
        if INLINE_PLACEHOLDER_PREFIX not in tail:
            child.tail = tail or None
            return
        place = self._InlineProcessor__processPlaceholders
        holder = Element("holder")
        nodes = place(tail, holder, False)
        child.tail = holder.tail
        index = list(element).index(child) + 1
        for node, _ in reversed(nodes):
            element.insert(index, node)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:
        if isinstance(data, AtomicString):
            return data
        self.current.state.converting = data
        apply = self._InlineProcessor__applyPattern
        for index in self._that_can_match(data):
            if index < patternIndex:
                continue
            pattern, before = self._patterns[index], data
            # The first question is asked quickly, and a full stop is in most texts, but no three.
            if self._texts[index] not in data or not pattern.getCompiledRegExp().search(data):
                continue
            data, matched, start = apply(pattern, data, index, 0)
            while matched:
                data, matched, start = apply(pattern, data, index, start)
            if data is not before:  # there are other signs in it now
                return self._InlineProcessor__handleInline(data, index + 1)
        return data

    def _that_can_match(self, data: str) -> list[int]:
        """Return the places of the patterns of which a match can be in a text."""
        present = frozenset[str](self._find_signs(data))
        able = self._able.get(present)
        if able is None:
            signs = [_signs_of_pattern(pattern) for pattern in self._patterns]
            able = [n for n, some in enumerate(signs) if not some or not some.isdisjoint(present)]
            self._able[present] = able
        return able


def _signs_of_pattern(pattern: Any) -> frozenset[str]:
    return signs_of(pattern.pattern, pattern.compiled_re.flags)


@cache
def signs_of(pattern: str, flags: int = 0) -> frozenset[str]:
    """Return characters of which each match of *pattern* holds one; none if that can't be told."""
    if flags & (_constants.SRE_FLAG_IGNORECASE | _constants.SRE_FLAG_VERBOSE):
        return frozenset()
    return _signs(_parser.parse(pattern, flags))


def _signs(parsed: Any) -> frozenset[str]:
    found = [signs for op, argument in parsed if (signs := _signs_of_one(op, argument))]
    # The fewest, and no letters or spaces where there is a choice: those are in every text.
    return min(
        found, key=lambda s: (any(c.isalnum() or c == " " for c in s), len(s)), default=_NONE
    )


_NONE: frozenset[str] = frozenset()


@cache
def text_of(pattern: str, flags: int = 0) -> str:
    """Return the longest text that each match of *pattern* holds; empty if that can't be told."""
    if flags & (_constants.SRE_FLAG_IGNORECASE | _constants.SRE_FLAG_VERBOSE):
        return ""
    texts = [""]
    for op, argument in _parser.parse(pattern, flags):
        if op is _constants.LITERAL:
            texts[-1] += chr(argument)
        elif op is _constants.MAX_REPEAT and [one for one, _ in argument[2]] == _ONE_LITERAL:
            texts += [texts[-1] + chr(argument[2][0][1]) * argument[0], ""]
        elif op not in _THAT_ONLY_LOOK:
            texts.append("")
    return max(texts, key=len)


_ONE_LITERAL = [_constants.LITERAL]
_THAT_ONLY_LOOK = (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT)


def _signs_of_one(op: Any, argument: Any) -> frozenset[str]:
    if op is _constants.LITERAL:
        return frozenset({chr(argument)})
    if op is _constants.IN and all(kind is _constants.LITERAL for kind, _ in argument):
        return frozenset(chr(code) for _, code in argument)
    if op in (_constants.SUBPATTERN, _constants.ATOMIC_GROUP):
        inner = argument[-1] if op is _constants.SUBPATTERN else argument
        return _signs(inner)
    if op is _constants.BRANCH:
        branches = [_signs(branch) for branch in argument[1]]
        return frozenset().union(*branches) if all(branches) else _NONE
    repeats = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
    if op in repeats and argument[0] > 0:
        return _signs(argument[2])
    return _NONE


class QuickInlineExtension(Extension):
    """Must be the last: it takes over the patterns that the others have registered."""

    def __init__(self, current: CurrentPage) -> None:
        super().__init__()
        self.current = current

    def extendMarkdown(self, md: Markdown) -> None:
        """Replace the tree processors."""
        for name, priority in _NAMES.items():
            if name in md.treeprocessors:
                stock: Any = md.treeprocessors[name]
                quick = QuickInlineProcessor(md)
                quick.inlinePatterns = stock.inlinePatterns
                quick.current = self.current
                md.treeprocessors.register(quick, name, priority)
