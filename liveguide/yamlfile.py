"""
Safe YAML whose values remember the line they came from.

Mappings and sequences come back as `YAMLMapping` and `YAMLSequence`: an
ordinary dict and list with the place of each key or item, so that whoever
finds a fault later can still say where it is. Duplicate keys, which PyYAML
lets the last one win, are an error.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from .errors import SourceError


class Mark(NamedTuple):
    """A place in a file: 1-based line and column."""

    line: int
    column: int


class YAMLMapping(dict[str, Any]):
    """
    A YAML mapping.

    Attributes:

        mark: Where the mapping begins.

        marks: Where each key stands.
    """

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: dict[str, Mark] = {}

    def line_of(self, key: str) -> int:
        """Return the line of *key*, or of the whole mapping where it has no such key."""
        return self.marks.get(key, self.mark).line


class YAMLSequence(list[Any]):
    """
    A YAML sequence.

    Attributes:

        mark: Where the sequence begins.

        marks: Where each item stands, in the order of the items.
    """

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[Mark] = []


# libyaml's loader where PyYAML was built with it: the same result, ten times faster.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NEVER = (0xFFFE, 0xFFFF)
WRONG_CHARACTER = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff"
    + "".join(chr(plane + code) for plane in range(0, 0x110000, 0x10000) for code in _NEVER)
    + "]"
)
"""The characters that no page can hold: control characters and what Unicode keeps for itself."""

_DEEPEST = 64
_TOO_DEEP = "this YAML is nested too deeply to be read; flatten it"
_MOST_VALUES = 100_000  # a few aliases of aliases make billions

_FIXES = {
    "found character '\\t'": "indent with spaces, not tabs",
    "found character that cannot start any token": "indent with spaces, not tabs, and quote a "
    "value that begins with one of @ ` % & *",
    "mapping values are not allowed": "quote a value that contains a colon and a space",
    "found unexpected end of stream": "close the quote or bracket that is still open",
    "did not find expected ',' or ']'": "close the list with ']'",
    "did not find expected ',' or '}'": "close the mapping with '}'",
    "did not find expected node content": "quote a value that begins with one of , ] }, or close "
    "the bracket that is still open",
    "did not find expected key": "line the keys of one mapping up under each other",
    "did not find expected <document start>": "line the keys of one mapping up under each other",
    "could not find expected ':'": "put a colon and a space after the key",
    "found undefined alias": "quote a value that begins with '*'",
    "could not determine a constructor for the tag": "quote a value that begins with '!'",
    "but found another document": "take the line '---' out: a file holds one document",
    "for merging": "name a mapping after '<<:', as in '<<: *base'",
    "decode base64": "take '!!binary' out",
    "directive": "take the line out that begins with '%'",
    "incompatible YAML document": "take the line out that begins with '%'",
    "invalid Unicode character": "write the character itself in place of its code",
}


def parse_yaml(text: str, path: str, first_line: int = 1) -> Any:
    """
    Parse one YAML document safely.

    Args:

        text: The document.

        path: The file that it stands in, for messages.

        first_line: The line of that file on which *text* begins.

    Returns:

        `None`, a scalar, a `YAMLSequence` or a `YAMLMapping`.

    Raises:

        SourceError: The text is not YAML, holds a duplicate key or a key that
            is not text, or is nested too deeply.
    """
    loader = _SafeLoader(text)
    try:
        _check_depth(text, path, first_line)
        node = loader.get_single_node()
        return None if node is None else _construct(loader, node, path, first_line - 1)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "it can't be read"
        fix = next((fix for words, fix in _FIXES.items() if words in problem), None)
        if fix and fix.startswith("close") and error.context_mark:  # often noticed far below
            fix += f"; it begins on line {error.context_mark.line + first_line}"
        raise SourceError(
            path,
            mark.line + first_line if mark else first_line,
            f"this is not valid YAML: {problem}" + (f"; {fix}" if fix else ""),
            mark.column + 1 if mark else None,
        ) from error
    except yaml.reader.ReaderError as error:
        # A character that YAML forbids; libyaml counts bytes.
        line = text.encode(errors="replace").count(b"\n", 0, error.position) + first_line
        code = ord(error.character) if isinstance(error.character, str) else error.character
        message = f"it has the character U+{code:04X}, which YAML forbids; remove it"
        raise SourceError(path, line, message) from error
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        raise SourceError(path, first_line, f"this is not valid YAML: {problem}") from error
    except RecursionError:
        raise SourceError(path, first_line, _TOO_DEEP) from None
    finally:
        loader.dispose()


def _check_depth(text: str, path: str, first_line: int) -> None:
    """Stop at deep nesting, which ends libyaml's composer with a crash of the interpreter."""
    depth = 0
    events: Any = yaml.parse(text, Loader=_SafeLoader)
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                mark: Any = event.start_mark
                line = mark.line + first_line
                raise SourceError(path, line, _TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _construct(loader: Any, node: yaml.Node, path: str, offset: int) -> Any:
    """Turn a node into a value, scalars by PyYAML's own rules."""
    mark = _mark(node, offset)
    loader.values_made = getattr(loader, "values_made", 0) + 1
    if loader.values_made > _MOST_VALUES:
        raise SourceError(path, mark.line, "this YAML holds too many values; use fewer aliases")
    if isinstance(node, yaml.SequenceNode):
        sequence = YAMLSequence(mark)
        for item in node.value:
            sequence.append(_construct(loader, item, path, offset))
            sequence.marks.append(_mark(item, offset))
        return sequence
    if isinstance(node, yaml.MappingNode):
        own = {id(key_node) for key_node, _ in node.value}
        loader.flatten_mapping(node)  # puts what `<<` brings before the mapping's own keys
        mapping = YAMLMapping(mark)
        written = set[str]()
        for key_node, value_node in node.value:
            key, place = _construct(loader, key_node, path, offset), _mark(key_node, offset)
            if not isinstance(key, str):
                raise SourceError(
                    path, place.line, f"the key {_shown(key)} is not text; quote it", place.column
                )
            if key in written:
                raise SourceError(
                    path,
                    place.line,
                    f"the key {key!r} is already on line {mapping.line_of(key)}; remove one",
                    place.column,
                )
            if id(key_node) in own:
                written.add(key)
            mapping[key] = _construct(loader, value_node, path, offset)
            mapping.marks[key] = place
        return mapping
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as error:  # an impossible date, or an integer of thousands of digits
        why = "it has too many digits" if "digits" in str(error) else error
        raise SourceError(
            path, mark.line, f"this value can't be read ({why}); quote it", mark.column
        ) from error


def has_wrong_character(text: str) -> bool:
    """Return whether a text has a character that no page can hold."""
    # The first question is asked quickly, and answers for most texts.
    is_plain = text.replace("\n", "").isprintable()
    return not is_plain and WRONG_CHARACTER.search(text) is not None


def wrong_character(text: str) -> str | None:
    """Return what is wrong with the first character that no page can hold, or `None`."""
    found = None if text.isprintable() else WRONG_CHARACTER.search(text)
    if found is None:
        return None
    return f"it has the character U+{ord(found[0]):04X}, which no page can hold; remove it"


def _mark(node: yaml.Node, offset: int) -> Mark:
    return Mark(node.start_mark.line + 1 + offset, node.start_mark.column + 1)


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, (bool, int, float)) else f"of type {kind_of(value)}"


def kind_of(value: Any) -> str:
    """Name a value's type in the words of YAML, for messages."""
    names: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "text"),
        (dict, "a mapping"),
        (list, "a list"),
        (type(None), "empty"),
    ]
    return next((name for kind, name in names if isinstance(value, kind)), "a date")
