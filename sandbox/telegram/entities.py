"""Entities of a text: checked, freed of forbidden overlaps, and found where nobody marked them.

Offsets and lengths count UTF-16 code units, as everywhere in the Bot API.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sandbox.telegram.errors import bad_request
from sandbox.telegram.model import Json

STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
CODE = frozenset({"code", "pre"})
LINKS = frozenset({"text_link", "text_mention", "custom_emoji", "date_time"})
# Recognised but left out of what a bot may set: the server finds these in the text itself.
FOUND = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
OPTIONAL = {"pre": ("language",), "date_time": ("date_time_format",)}
REQUIRED = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
FARTHEST = 1_000_000  # the server refuses offsets and lengths beyond this before looking at the text
DATE_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")

# A narrower net than the server's: addresses need a scheme, and there are no phone or card numbers.
PATTERNS = {
    "url": re.compile(r"https?://[^\s<>\"]+[^\s<>\".,!?:;)\]]"),
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])"),
    "mention": re.compile(r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)"),
    "hashtag": re.compile(r"(?<!\w)#(?=\w*[^\W\d_])\w{1,256}"),
}


@dataclass(slots=True)
class Entity:
    """One `MessageEntity`; `extra` holds what only its type has."""

    type: str
    offset: int
    length: int
    extra: Json = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The first unit behind it."""
        return self.offset + self.length

    def body(self) -> Json:
        """The Bot API object."""
        return {"type": self.type, "offset": self.offset, "length": self.length, **self.extra}

    def overlaps(self, other: Entity) -> bool:
        """Whether the two share a unit."""
        return self.offset < other.end and other.offset < self.end


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_entities(raw: object) -> list[Entity]:
    """The `entities` parameter. As on the server, what is not a JSON array counts as none."""
    if not isinstance(raw, list):
        return []
    return [entity for entity in map(_read_entity, raw) if entity.type not in FOUND]


def check_entities(text: str, entities: Iterable[Entity]) -> None:
    """Refuse an entity that starts or ends outside of `text` or inside of a surrogate pair."""
    encoded = text.encode("utf-16-le")
    length = len(encoded) // 2

    def splits_pair(position: int) -> bool:
        if position >= length:
            return False
        unit = int.from_bytes(encoded[2 * position : 2 * position + 2], "little")
        return 0xDC00 <= unit <= 0xDFFF

    for entity in entities:
        if not 0 <= entity.offset <= FARTHEST:
            raise bad_request(f"receive an entity with incorrect offset {entity.offset}")
        if not 0 <= entity.length <= FARTHEST:
            raise bad_request(f"receive an entity with incorrect length {entity.length}")
        if splits_pair(entity.offset):
            before = encoded[: 2 * (entity.offset - 1)].decode("utf-16-le")
            raise bad_request(
                f"entity begins in a middle of a UTF-16 symbol at byte offset {len(before.encode())}"
            )
        if entity.end > length:
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity.offset} "
                f"ends after the end of the text at UTF-16 offset {entity.end}"
            )
        if splits_pair(entity.end):
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity.offset} "
                f"ends in a middle of a UTF-16 symbol at UTF-16 offset {entity.end}"
            )


def settle_entities(entities: Iterable[Entity]) -> list[Entity]:
    """Entities in order, without what may not nest.

    Code and links take no other code or link inside, a quote takes no quote, equal styles are joined, and
    a style stops where code begins.
    """
    kept: list[Entity] = []
    styles: list[Entity] = []
    for entity in sorted(entities, key=lambda one: (one.offset, -one.length)):
        if entity.length <= 0:
            continue
        rivals = QUOTES if entity.type in QUOTES else CODE | LINKS
        if entity.type in STYLES:
            styles.append(entity)
        elif not any(other.type in rivals and entity.overlaps(other) for other in kept):
            kept.append(entity)
    code = [entity for entity in kept if entity.type in CODE]
    for style in _joined(styles):
        kept.extend(_outside(style, code))
    order = {kind: place for place, kind in enumerate((*sorted(QUOTES), *sorted(LINKS), *sorted(STYLES)))}
    return sorted(kept, key=lambda one: (one.offset, -one.length, order.get(one.type, len(order))))


def find_entities(text: str, marked: Iterable[Entity]) -> list[Entity]:
    """Commands, mentions, hashtags and addresses in `text`, outside of `marked` code and links."""
    taken = [entity for entity in marked if entity.type in CODE | LINKS]
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            found = Entity(kind, units(text[: match.start()]), units(match.group()))
            if not any(found.overlaps(other) for other in taken):
                taken.append(found)
    return [entity for entity in taken if entity.type in PATTERNS]


def _read_entity(raw: object) -> Entity:
    try:
        return _parsed(raw)
    except ValueError as error:
        raise bad_request(f"can't parse MessageEntity: {error}") from None


def _parsed(raw: object) -> Entity:
    if not isinstance(raw, dict):
        raise ValueError("expected an Object")  # noqa: TRY004 (a wrong value from outside, not our mistake)
    offset, length = _integer(raw, "offset"), _integer(raw, "length")
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in STYLES | QUOTES | CODE | LINKS | FOUND:
        raise ValueError("Unsupported type specified")
    extra: Json = {name: raw[name] for name in OPTIONAL.get(kind, ()) if raw.get(name)}
    required = REQUIRED.get(kind)
    if required is not None:
        if not raw.get(required):
            raise ValueError(f'Can\'t find field "{required}"')
        extra[required] = _integer(raw, required) if required == "unix_time" else raw[required]
    if not DATE_TIME_FORMAT.fullmatch(str(extra.get("date_time_format", ""))):
        raise ValueError("Wrong date_time_format specified")
    return Entity(kind, offset, length, extra)


def _integer(raw: Json, name: str) -> int:
    value = raw.get(name)
    if value is None:
        raise ValueError(f'Can\'t find field "{name}"')
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError(f'Field "{name}" must be of type Number') from None


def _joined(styles: Iterable[Entity]) -> list[Entity]:
    latest: dict[str, Entity] = {}
    joined: list[Entity] = []
    for style in styles:
        before = latest.get(style.type)
        if before is not None and style.offset <= before.end:
            before.length = max(before.end, style.end) - before.offset
        else:
            latest[style.type] = style
            joined.append(style)
    return joined


def _outside(style: Entity, code: Iterable[Entity]) -> list[Entity]:
    pieces: list[Entity] = []
    start = style.offset
    for block in code:
        if block.end > start and block.offset < style.end:
            pieces.append(Entity(style.type, start, block.offset - start))
            start = max(start, block.end)
    pieces.append(Entity(style.type, start, style.end - start))
    return [piece for piece in pieces if piece.length > 0]
