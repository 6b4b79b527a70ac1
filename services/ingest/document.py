"""JSON that came from outside, read so that one odd value spoils only the element it stands in.

The standard library's parser is used although orjson is faster (a body of 1,000 comments, 720 KB, is taken
apart in 30 ms all the same): orjson refuses a whole body for one lone surrogate, NaN or endless number,
rounds whole numbers beyond 64 bits and hides repeated names. Here each becomes a `Flaw` or text at its place.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 100  # Meta's deepest documented payload has 9 levels
MAX_DIGITS = 100  # the longest ids have 20; Python itself refuses to convert more than 4,300
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BRACKET = re.compile(r"[\[\]{}]")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Stands in a document for an unsound value: what can be kept of it, and what is wrong with it."""

    kept: Any
    problem: str


def readable(text: str) -> str:
    """Give the text with U+FFFD for NUL and lone surrogates, both of which PostgreSQL refuses."""
    return _UNSTORABLE.sub("\ufffd", text)


def decoded(body: bytes) -> str:
    """Give the body as text; a broken byte costs one character, not the body."""
    return readable(body.decode("utf-8-sig", errors="replace"))


def read(body: bytes) -> Any:
    """Parse a body of any bytes; never raises.

    Out comes JSON with `Flaw`s in it, or one `Flaw` that keeps the text when the body is not JSON at all.
    Whole numbers beyond 64 bits are text, names are `readable`, values are not yet: see `cleaned`.
    """
    text = decoded(body)
    try:
        return _DECODER.decode(_flattened(text))
    except ValueError:
        return Flaw(text, "the body is not JSON")


def cleaned(value: Any) -> tuple[Any, str | None]:
    """Give a value of a document as PostgreSQL can store it, and the first problem found in it, if any."""
    problems: list[str] = []
    return _clean(value, problems), problems[0] if problems else None


def _clean(value: Any, problems: list[str]) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {name: _clean(member, problems) for name, member in value.items()}
    if isinstance(value, list):
        return [_clean(member, problems) for member in value]
    if isinstance(value, Flaw):
        problems.append(value.problem)
        return _clean(value.kept, problems)
    return value


def _flattened(text: str) -> str:
    """Give the text with everything below `MAX_DEPTH` turned into strings, so that no parser recurses far.

    Works on the text because parsing is what must not happen: 100,000 brackets would exhaust the stack.
    """
    masked = text.replace("\\\\", "__").replace('\\"', "__").split('"')
    masked[1::2] = ["_" * len(string) for string in masked[1::2]]  # same length: positions stay true
    parts: list[str] = []
    depth = done = start = 0
    for bracket in _BRACKET.finditer('"'.join(masked)):
        if bracket[0] in "[{":
            depth += 1
            if depth == MAX_DEPTH + 1:
                start = bracket.start()
            continue
        if depth == MAX_DEPTH + 1:
            parts += text[done:start], json.dumps({TOO_DEEP: text[start : bracket.end()]})
            done = bracket.end()
        depth -= 1
    if depth > MAX_DEPTH:
        raise ValueError(TOO_DEEP)  # and never closed
    return "".join([*parts, text[done:]])


def _object(pairs: list[tuple[str, Any]]) -> Any:
    members = {readable(name): value for name, value in pairs}
    if len(members) < len(pairs):
        return Flaw([[readable(name), value] for name, value in pairs], "a name stands twice in one object")
    if TOO_DEEP in members:
        return Flaw(members, TOO_DEEP)
    return members


def _whole(digits: str) -> int | str | Flaw:
    if len(digits) > MAX_DIGITS:
        return Flaw(digits, f"a number of more than {MAX_DIGITS} digits")
    number = int(digits)
    return number if -(2**63) <= number < 2**63 else digits


def _decimal(digits: str) -> float | Flaw:
    number = float(digits)
    return number if math.isfinite(number) else Flaw(digits, "a number too large to store")


def _constant(name: str) -> Flaw:
    return Flaw(name, f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole,
    parse_float=_decimal,
    parse_constant=_constant,
    strict=False,  # a raw control character inside a string is no reason to lose a body
)
