"""Graph's `fields` parameter: `id,text,replies.limit(5){id,from{username}}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.instagram.errors import FieldSyntaxError, InvalidParameterError

# Deeper nesting than any real request has; Graph refuses it as well.
MAX_DEPTH = 8
_TOKEN = re.compile(r"\s*(?:(?P<name>\w+)|(?P<mark>[{}(),.]))\s*")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which fields are wanted, and with which arguments: of an edge, how many objects."""

    fields: Mapping[str, Selection] = field(default_factory=dict)
    limit: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)

    def otherwise(self, *names: str) -> Selection:
        """This selection, or `names` when it names no field."""
        if self.fields:
            return self
        return Selection({name: Selection() for name in names}, self.limit, self.arguments)


def parse(text: str) -> Selection:
    """Read the whole parameter; an empty one selects nothing."""
    if not text.strip():
        return Selection()
    tokens = _Tokens(text)
    selection = tokens.selection(depth=0)
    if tokens.peek() is not None:
        raise tokens.error()
    return selection


def pick(node: str, known: Mapping[str, Any], wanted: Selection) -> dict[str, Any]:
    """The wanted ones of the `known` fields, and the id, which Graph always adds.

    A callable value is an edge, called with the selection inside its braces. None means that the object
    does not have the field, which Graph then leaves out.
    """
    picked: dict[str, Any] = {}
    for name, inner in wanted.fields.items():
        if name not in known:
            raise InvalidParameterError(f"Tried accessing nonexisting field ({name}) on node type ({node})")
        value = known[name]
        if callable(value):
            value = value(inner)
        elif isinstance(value, dict) and inner.fields:
            value = {key: value[key] for key in inner.fields if key in value}
        if value is not None:
            picked[name] = value
    picked.setdefault("id", known["id"])
    return picked


class _Tokens:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        self._position = 0
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise FieldSyntaxError(f"Syntax error at character {at} of the list of fields.")
            self._tokens.append(found["name"] or found["mark"])
            at = found.end()

    def peek(self) -> str | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def error(self) -> FieldSyntaxError:
        return FieldSyntaxError(f"Syntax error near part {self._position} of the list of fields.")

    def selection(self, depth: int) -> Selection:
        if depth > MAX_DEPTH:
            raise self.error()
        fields: dict[str, Selection] = {}
        while True:
            name = self._name()
            arguments = self._arguments()
            inner = Selection()
            if self._accept("{"):
                inner = self.selection(depth + 1)
                self._expect("}")
            fields[name] = Selection(inner.fields, arguments.get("limit"), arguments)
            if not self._accept(","):
                return Selection(fields)

    def _arguments(self) -> dict[str, str]:
        """Reads `.limit(5).order(…)`."""
        arguments: dict[str, str] = {}
        while self._accept("."):
            name = self._name()
            self._expect("(")
            arguments[name] = self._name()
            self._expect(")")
        return arguments

    def _name(self) -> str:
        token = self.peek()
        if token is None or not token[0].isalnum():
            raise self.error()
        self._position += 1
        return token

    def _accept(self, mark: str) -> bool:
        if self.peek() != mark:
            return False
        self._position += 1
        return True

    def _expect(self, mark: str) -> None:
        if not self._accept(mark):
            raise self.error()
