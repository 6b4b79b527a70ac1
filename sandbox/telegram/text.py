"""A text as it is stored: parsed, cleaned, trimmed, with its entities, within its limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.telegram.entities import (
    Entity,
    check_entities,
    find_entities,
    read_entities,
    settle_entities,
    units,
)
from sandbox.telegram.errors import bad_request
from sandbox.telegram.html import UnparsableError, checked_link, mentioned_user, parse_html
from sandbox.telegram.model import Json

TEXT_LIMIT = 4096  # UTF-16 units after parsing
CAPTION_LIMIT = 1024
RAW_LIMIT = 1 << 15  # bytes before parsing
# Removed: carriage returns and the separators and overrides U+2028–U+202E. Other controls become spaces.
REMOVED = re.compile("[\r\u2028-\u202e]")
CONTROLS = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")

KnownUser = Callable[[int], Json | None]


@dataclass(frozen=True, slots=True)
class StyledText:
    """Plain text and its entities, ready for a `Message`."""

    text: str
    entities: tuple[Json, ...] = ()

    def content(self, name: str) -> Json:
        """The fields `text` and `entities`, or `caption` and `caption_entities`."""
        if not self.text:
            return {}
        marks = "entities" if name == "text" else f"{name}_entities"
        return {name: self.text} | ({marks: list(self.entities)} if self.entities else {})


def message_text(raw: str, parse_mode: str, entities: object, known: KnownUser) -> StyledText:
    """The text of a message; refused when nothing is left of it or too much."""
    styled = style(raw, parse_mode, entities, known)
    if not styled.text:
        raise bad_request("message text is empty")
    if units(styled.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return styled


def caption_text(raw: str, parse_mode: str, entities: object, known: KnownUser) -> StyledText:
    """The caption of a photo or a document; may be empty."""
    styled = style(raw, parse_mode, entities, known)
    if units(styled.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return styled


def style(raw: str, parse_mode: str, entities: object, known: KnownUser) -> StyledText:
    """`parse_mode` wins over `entities` when both are given; `known` finds users that may be mentioned."""
    try:
        size = len(raw.encode())
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if size > RAW_LIMIT:
        raise bad_request("text is too long")
    match parse_mode.lower() if raw else "":
        case "" | "none":
            text, marked = raw, read_entities(entities)
            check_entities(text, marked)
        case "html":
            text, marked = _parsed(raw)
        case _:
            # Markdown exists on the server; the stand-in speaks HTML and entities only.
            raise bad_request("unsupported parse_mode")
    text, marked = _trimmed(*_cleaned(text, marked))
    marked = settle_entities(_resolved(marked, known))
    marked = sorted([*marked, *find_entities(text, marked)], key=lambda one: (one.offset, -one.length))
    return StyledText(text, tuple(entity.body() for entity in marked))


def _parsed(markup: str) -> tuple[str, list[Entity]]:
    try:
        return parse_html(markup)
    except UnparsableError as error:
        raise bad_request(f"can't parse entities: {error}") from None


def _cleaned(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without removed characters; entities move along."""
    removed = [units(text[: match.start()]) for match in REMOVED.finditer(text)]  # each is one unit
    for entity in entities:
        before = sum(position < entity.offset for position in removed)
        inside = sum(entity.offset <= position < entity.end for position in removed)
        entity.offset -= before
        entity.length -= inside
    return CONTROLS.sub(" ", REMOVED.sub("", text)), entities


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without spaces at the end, and at the beginning up to the first entity."""
    text = text.rstrip(" \n")
    blank = len(text) - len(text.lstrip(" \n"))
    skipped = min([blank, *(entity.offset for entity in entities)])
    text = text[skipped:]
    length = units(text)
    for entity in entities:
        entity.offset -= skipped
        entity.length = min(entity.length, length - entity.offset)
    return text, [entity for entity in entities if entity.length > 0]


def _resolved(entities: list[Entity], known: KnownUser) -> list[Entity]:
    """Mentions with the full user; a mention of somebody unknown, or a link to nowhere, is dropped."""
    resolved: list[Entity] = []
    for entity in entities:
        if entity.type == "text_link":
            url = str(entity.extra["url"])
            user_id = mentioned_user(url)
            if user_id is not None:
                entity.type, entity.extra = "text_mention", {"user": {"id": user_id}}
            else:
                link = checked_link(url)
                if link is None:
                    raise bad_request(f"entity URL '{url}' is invalid")
                entity.extra["url"] = link
        if entity.type == "text_mention":
            wanted = entity.extra["user"]
            user_id = wanted.get("id") if isinstance(wanted, dict) else None
            user = known(user_id) if isinstance(user_id, int) else None
            if user is None:
                continue
            entity.extra = {"user": user}
        resolved.append(entity)
    return resolved
