"""
Pygments' regular-expression lexers, whose rules are tried only where they can match.

At each place a lexer tries the rules of its state one after the other, ten and more for each
token, which is a sixth of a build. But no match of `def\\b` begins with an `x`. So for each
character the rules are looked through once, and those that can't begin with it are left out.
What is never tried is never compiled, which is half of all. What comes out is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]  # private: `re`'s own
from typing import Any

from pygments.lexer import Lexer, RegexLexer, words
from pygments.token import Error, Whitespace, _TokenType

Token = tuple[int, _TokenType, str]

_ANY = (1 << 128) - 1  # a bit for each character of ASCII; whatever else there is, a rule may match
_LONGEST = 2_000  # to read a longer pattern takes longer than to try it


@cache
def quickened(kind: type[Lexer]) -> type[Lexer]:
    """
    Return a kind of lexer that makes the same tokens, trying rules only where they can match.

    That is another class, for Pygments' own is used by others. Where rules are not all that a
    lexer goes by, it is the same one.
    """
    changed: dict[str, Any] = {}
    if hasattr(kind, "_innerLexerCls"):  # for the commands of a session
        changed["_innerLexerCls"] = quickened(kind._innerLexerCls)
    # C#'s lexers have rules by their options, and so none of their class.
    elif (
        issubclass(kind, RegexLexer)
        and kind.get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed
        and not getattr(kind, "token_variants", False)
    ):
        changed["get_tokens_unprocessed"] = _tokens
        changed["_process_regex"] = staticmethod(_pattern)  # its metaclass has one
    meta: Any = type(kind)
    return meta(kind.__name__, (kind,), changed) if changed else kind


def _pattern(written: str | words, flags: int, state: str) -> _Pattern:
    """Do what `RegexLexerMeta._process_regex` does, but later."""
    return _Pattern(written, flags)


def _tokens(lexer: Any, text: str, stack: tuple[str, ...] = ("root",)) -> Iterator[Token]:
    """Do what `RegexLexer.get_tokens_unprocessed` does."""
    lexer_class: Any = type(lexer)
    states = _states_of(lexer_class)
    position, open_states = 0, list(stack)
    rules = states[open_states[-1]]
    while True:
        # The end of the text has a rule for it if a state ends there.
        for match_at, action, new_state in rules[text[position : position + 1]]:
            match = match_at(text, position)
            if not match:
                continue
            if action is not None:
                if type(action) is _TokenType:
                    yield position, action, match.group()
                else:
                    yield from action(lexer, match)
            position = match.end()
            if new_state is not None:
                _change(open_states, new_state)
                rules = states[open_states[-1]]
            break
        else:
            character = text[position : position + 1]
            if not character:
                return
            if character == "\n":
                open_states = ["root"]
                rules = states["root"]
                yield position, Whitespace, "\n"
            else:
                yield position, Error, character
            position += 1


def _change(open_states: list[str], new_state: Any) -> None:
    """Enter and leave states as a rule says."""
    for one in new_state if isinstance(new_state, tuple) else (new_state,):
        if one == "#pop" or isinstance(one, int):
            count = 1 if one == "#pop" else -one
            del open_states[max(1, len(open_states) - count) :]  # the root stays
        else:
            open_states.append(open_states[-1] if one == "#push" else one)


class _Rules(dict[str, list[Any]]):
    """The rules of one state, by the character at which they are tried."""

    def __init__(self, rules: list[Any]):
        super().__init__()
        self._rules = [
            # What is left without a rule, as `default` says, needs nothing to match.
            (pattern if isinstance(pattern, _Pattern) else _Pattern("", 0), action, new_state)
            for pattern, action, new_state in rules
        ]

    def __missing__(self, character: str) -> list[Any]:
        self[character] = found = [
            (pattern.match_at, action, new_state)
            for pattern, action, new_state in self._rules
            if pattern.can_match_at(character)
        ]
        return found


@cache
def _states_of(lexer: Any) -> dict[str, _Rules]:
    return {state: _Rules(rules) for state, rules in lexer._tokens.items()}


class _Pattern:
    """
    The regular expression of a rule, which is read and compiled when it is asked for.

    Args:

        written: What the rule says.

        flags: Those of the lexer.
    """

    def __init__(self, written: str | words, flags: int):
        self._written = written
        self._flags = flags

    def can_match_at(self, character: str) -> bool:
        """Say whether a match can begin with this character; empty for the end of the text."""
        if not character.isascii():
            return True
        bits = 1 << ord(character) if character else _ANY
        return self.firsts & bits == bits

    @cached_property
    def firsts(self) -> int:
        """The characters that a match can begin with, as bits; all if it can be empty."""
        if len(self._text) > _LONGEST:
            return _ANY
        parsed, flags = self._parsed, self._parsed.state.flags
        if flags & _constants.SRE_FLAG_ASCII:
            return _ANY
        firsts, may_be_empty = _firsts(parsed, bool(flags & _constants.SRE_FLAG_IGNORECASE))
        return _ANY if may_be_empty else firsts

    @cached_property
    def match_at(self) -> Callable[[str, int], re.Match[str] | None]:
        """Its `match`."""
        # Parsed already, in most cases; that is not needed again.
        parsed = self.__dict__.pop("_parsed", self._text)
        match_at: Callable[[str, int], re.Match[str] | None]
        match_at = _compiler.compile(parsed, self._flags).match
        return match_at

    @cached_property
    def _text(self) -> str:
        written: Any = self._written
        return written if isinstance(written, str) else str(written.get())

    @cached_property
    def _parsed(self) -> Any:
        return _parser.parse(self._text, self._flags)


def _firsts(parsed: Any, ignores_case: bool) -> tuple[int, bool]:
    """Return the characters that a match can begin with, and whether it can be empty."""
    firsts = 0
    for op, argument in parsed:
        found, may_be_empty = _firsts_of_one(op, argument, ignores_case)
        firsts |= found
        if not may_be_empty:
            return firsts, False
    return firsts, True


def _firsts_of_one(op: Any, argument: Any, ignores_case: bool) -> tuple[int, bool]:
    if op is _constants.LITERAL:
        return _bit(argument, ignores_case), False
    if op is _constants.IN:
        return _bits(argument, ignores_case), False
    if op is _constants.BRANCH:
        branches = [_firsts(branch, ignores_case) for branch in argument[1]]
        return _union(firsts for firsts, _ in branches), any(empty for _, empty in branches)
    if op is _constants.SUBPATTERN:
        _, added, removed, inner = argument
        flag = _constants.SRE_FLAG_IGNORECASE
        return _firsts(inner, bool(added & flag) or (ignores_case and not removed & flag))
    if op is _constants.ATOMIC_GROUP:
        return _firsts(argument, ignores_case)
    if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
        firsts, may_be_empty = _firsts(argument[2], ignores_case)
        return firsts, may_be_empty or argument[0] == 0
    if op in (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT):
        return 0, True  # it only looks
    if op in (_constants.ANY, _constants.NOT_LITERAL):
        return _ANY, False
    return _ANY, True


def _bits(items: Any, ignores_case: bool) -> int:
    """Return the characters of a set."""
    bits, is_negated = 0, False
    for op, argument in items:
        if op is _constants.NEGATE:
            is_negated = True
        elif op is _constants.LITERAL:
            bits |= _bit(argument, ignores_case)
        elif op is _constants.RANGE:
            low, high = argument
            bits |= _union(_bit(code, ignores_case) for code in range(low, min(high, 128) + 1))
        else:
            bits |= _CATEGORIES.get(argument, _ANY)
    if is_negated:
        # What is left out of a category that is not known can't be told.
        return _ANY & ~bits if bits != _ANY else _ANY
    return bits


def _bit(code: int, ignores_case: bool) -> int:
    if code > 127:
        return _ANY if ignores_case else 0  # the sign for kelvin is a k to who ignores case
    character = chr(code)
    cases = {character, character.lower(), character.upper()} if ignores_case else character
    return _union(1 << ord(case) for case in cases)


def _union(bits: Any) -> int:
    union = 0
    for one in bits:
        union |= one
    return union


def _category(holds: Any) -> int:
    return _union(1 << code for code in range(128) if holds(chr(code)))


_DIGITS = _category(str.isdigit)
_SPACES = _category(str.isspace)
_WORDS = _category(lambda character: character.isalnum() or character == "_")
_CATEGORIES = {
    _constants.CATEGORY_DIGIT: _DIGITS,
    _constants.CATEGORY_NOT_DIGIT: _ANY & ~_DIGITS,
    _constants.CATEGORY_SPACE: _SPACES,
    _constants.CATEGORY_NOT_SPACE: _ANY & ~_SPACES,
    _constants.CATEGORY_WORD: _WORDS,
    _constants.CATEGORY_NOT_WORD: _ANY & ~_WORDS,
}
