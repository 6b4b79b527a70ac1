"""A card as a message: a pure function of its rows (telegram, §3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiogram.types import InlineKeyboardMarkup
from aiogram.utils.formatting import Bold, Text

from bot.cards.keyboard import keyboard
from bot.cards.layout import Quote, fitted
from bot.cards.stage import Stage, stage_of
from bot.cards.status import status, visibility_line
from bot.markup import clean, filled, link, moment, one_line, profile, safe_url, said, shows_nothing, tidy
from bot.texts import Texts
from db.models import DraftVersion, Media
from db.models.comment import Category, CommentKind
from db.models.draft import DraftOrigin
from db.repositories.cards import CardRows
from db.repositories.comments import THREAD_LIMIT
from services.decide.superseding import Why

LONGEST_COMMENT: Final = 1200  # UTF-16 units (telegram, §3.2)
LONGEST_DRAFT: Final = 1500
LONGEST_PREVIOUS: Final = 500
LONGEST_CAPTION: Final = 40
LONGEST_NAME: Final = 40
SHOWN_SOURCES: Final = 3
SHOWN_FLAGS: Final = 5

LOUD: Final = frozenset({Category.URGENT, Category.COMPLAINT})
"""Categories whose cards ring.

Urgent: somebody waits for a person now. Complaint: every reader of the post sees it unanswered. Questions
and partnership come all day and have the SLA's reminders; praise needs no hurry; toxic and spam come in
waves, and a chat that rings for each of them is soon muted as a whole.
"""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is sent; `silent` matters for a new message only."""

    html: str
    keyboard: InlineKeyboardMarkup | None
    silent: bool


def render(
    rows: CardRows, texts: Texts, *, now: datetime, undo: timedelta, editor: str | None = None
) -> Rendered:
    """The card at `now` (aware). `editor` is the name of the manager who wrote the version shown."""
    stage = stage_of(rows, now)
    if rows.comment.erased_at is not None:
        return _erased(rows, texts, stage)
    parts: list[Text | Quote] = [
        _header(rows, texts, stage),
        _place(rows, texts, now),
        *_warnings(rows, texts),
        _customer(rows, texts),
        *_notes(rows, texts, now),
        *_draft(rows, texts, editor),
        *_flags(rows, texts),
        *visibility_line(rows, texts),
        *status(rows, texts, stage, now),
    ]
    return Rendered(
        html=fitted(parts),
        keyboard=keyboard(rows, texts, now=now, undo=undo),
        silent=not _rings(rows),
    )


def _erased(rows: CardRows, texts: Texts, stage: Stage) -> Rendered:
    """No name, no words, no way to the comment: only that there was one."""
    key = "card.superseded.erased" if rows.draft.reason == Why.ERASED else "card.kept_too_long"
    lines: list[Text | Quote] = [_header(rows, texts, stage), Text(texts(key))]
    return Rendered(html=fitted(lines), keyboard=None, silent=True)


def _rings(rows: CardRows) -> bool:
    """Loud categories, and a comment that nobody could classify: it may be anything."""
    classification = rows.classification
    return rows.draft.urgent or classification is None or classification.category in LOUD


def _header(rows: CardRows, texts: Texts, stage: Stage) -> Text:
    classification = rows.classification
    category = classification.category.value if classification else "none"
    return _joined(
        Bold(texts(f"card.stage.{stage}")),
        f"#{rows.draft.id}",
        texts(f"card.category.{category}"),
        profile(rows.account.username),
    )


def _place(rows: CardRows, texts: Texts, now: datetime) -> Text:
    comment = rows.comment
    author = comment.author_username
    pieces: list[object] = [
        _post(comment.kind, rows.media, texts),
        profile(author) if author else texts("card.author.unknown"),
        moment(comment.written_at or comment.created_at, now),
    ]
    if rows.position > 1:
        position = f"{THREAD_LIMIT}+" if rows.position >= THREAD_LIMIT else str(rows.position)
        pieces.append(texts("card.thread", position=position))
    return _joined(*pieces)


def _post(kind: CommentKind, media: Media | None, texts: Texts) -> Text:
    """What stands where, with a link to the post."""
    what = texts(f"card.kind.{kind}")
    if media is None or kind in {CommentKind.MESSAGE, CommentKind.STORY_REPLY}:
        return Text(what)
    key = f"card.media.{(media.kind or '').lower()}"
    where = texts(key if texts.has(key) else "card.media.other")
    title = (
        texts("card.media.title", caption=one_line(media.caption, LONGEST_CAPTION))
        if (media.caption and not shows_nothing(media.caption))
        else None
    )
    label = " ".join(filter(None, [where, title]))
    url = safe_url(media.permalink)
    return Text(what, " ", link(f"{label} ↗", url) if url else said(label, 2 * LONGEST_CAPTION))


def _notes(rows: CardRows, texts: Texts, now: datetime) -> Iterable[Text]:
    """What came with the words, and what became of them."""
    if rows.comment.attachments:
        kinds = [f"card.attachment.{kind}" for kind in dict.fromkeys(rows.comment.attachments)]
        named = [texts(key if texts.has(key) else "card.attachment.other") for key in kinds]
        yield Text(texts("card.attached", what=", ".join(dict.fromkeys(named))))
    if rows.comment.edited_at is not None:
        yield filled(texts, "card.edited", at=moment(rows.comment.edited_at, now))


def _warnings(rows: CardRows, texts: Texts) -> Iterable[Text]:
    if rows.classification is not None and rows.classification.injection_suspected:
        yield Text(texts("card.injection"))


def _customer(rows: CardRows, texts: Texts) -> Text | Quote:
    if shows_nothing(rows.comment.text):
        return Text(texts("card.customer.attached" if rows.comment.attachments else "card.customer.wordless"))
    url = safe_url(rows.media.permalink if rows.media else None)

    def hint(_missing: int) -> Text:
        label = texts("card.cut.customer")
        return link(label, url) if url else Text(label)

    return Quote(tidy(rows.comment.text), LONGEST_COMMENT, rank=1, expandable=True, hint=hint)


def _draft(rows: CardRows, texts: Texts, editor: str | None) -> Iterable[Text | Quote]:
    """The text with where it comes from, or why there is none."""
    version = rows.version
    if version is None:
        key = f"card.no_text.{rows.draft.why_no_text}"
        yield Text(texts(key if texts.has(key) else "card.no_text.other"))
        return
    edited = version.origin is DraftOrigin.MANAGER

    def hint(missing: int) -> Text:
        return Text(texts.plural("card.cut.draft", missing))

    yield _edited_by(version, texts, editor) if edited else _written(rows, version, texts)
    yield Quote(clean(version.text), LONGEST_DRAFT, rank=0, hint=hint)
    if edited and rows.previous is not None:
        yield Text(texts("card.draft.before", version=rows.previous.version))
        yield Quote(clean(rows.previous.text), LONGEST_PREVIOUS, rank=2, expandable=True)


def _edited_by(version: DraftVersion, texts: Texts, editor: str | None) -> Text:
    who = said(editor, LONGEST_NAME) if editor else texts("card.somebody")
    return filled(texts, "card.draft.edited", version=str(version.version), who=who)


def _written(rows: CardRows, version: DraftVersion, texts: Texts) -> Text:
    pieces: list[object] = [texts("card.draft.written", version=version.version)]
    if rows.comment.kind is CommentKind.LIVE_COMMENT:  # Instagram takes no public replies there
        pieces.append(texts("card.draft.private"))
    if version.language:
        pieces.append(one_line(version.language, 8))
    if rows.classification is not None:
        pieces.append(texts("card.draft.confidence", percent=rows.classification.confidence))
    titles = [
        one_line(str(source.get("title") or "?"), LONGEST_CAPTION) for source in _dicts(version.sources)
    ]
    if titles:
        more = f" +{len(titles) - SHOWN_SOURCES}" if len(titles) > SHOWN_SOURCES else ""
        pieces.append(
            filled(
                texts,
                "card.draft.sources",
                titles=said(", ".join(titles[:SHOWN_SOURCES]), SHOWN_SOURCES * (LONGEST_CAPTION + 2)),
            )
            + more
        )
    if version.hint:
        pieces.append(filled(texts, "card.draft.hint", hint=said(version.hint, LONGEST_CAPTION)))
    return _joined(*pieces)


def _flags(rows: CardRows, texts: Texts) -> Iterable[Text]:
    """Failed checks in words."""
    flags = _dicts(rows.version.flags) if rows.version is not None else []
    for flag in flags[:SHOWN_FLAGS]:
        key = f"card.flag.{flag.get('check')}"
        found = said(str(flag.get("found") or ""), LONGEST_CAPTION)
        if not flag.get("found") and texts.has(f"{key}.bare"):
            key = f"{key}.bare"
        yield filled(texts, key if texts.has(key) else "card.flag.other", found=found)
    if len(flags) > SHOWN_FLAGS:
        yield Text(texts.plural("card.flag.more", len(flags) - SHOWN_FLAGS))


def _dicts(values: list[Any]) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)]


def _joined(*pieces: object) -> Text:
    """Pieces of a line with dots between them."""
    line: list[object] = []
    for piece in pieces:
        line += [" · ", piece] if line else [piece]
    return Text(*line)
