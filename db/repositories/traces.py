"""Where rows about other people, about nobody yet or about our own work name a person. See `privacy`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Text, and_, case, cast, delete, func, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models import (
    Alert,
    Card,
    Classification,
    Comment,
    Decision,
    Draft,
    DraftVersion,
    EditRequest,
    Event,
    TelegramUpdate,
    Transition,
)
from db.models.event import EventState
from db.models.telegram_update import UpdateState
from db.repositories.privacy import NAMELESS, Scope, deliveries_under_way, forget_reasons, set_on, written

PAGE = 1000  # rows of one statement

Table: TypeAlias = type[Comment | Classification | Draft | DraftVersion | Transition | Event | Decision]
WORDS: tuple[tuple[Table, InstrumentedAttribute[Any]], ...] = (
    (Comment, Comment.text),
    (Classification, Classification.reasoning),
    (Draft, Draft.hint),
    (Draft, Draft.reason),
    (DraftVersion, DraftVersion.hint),
    (Transition, Transition.note),
)
"""Where somebody may have mentioned the person; texts of drafts have rules of their own."""


async def next_page(session: AsyncSession, table: Table, after: int) -> int | None:
    """The last id of the next `PAGE` rows after `after`; None when there are none."""
    ids = select(table.id).where(table.id > after).order_by(table.id).limit(PAGE).subquery()
    upto: int | None = await session.scalar(select(func.max(ids.c.id)))
    return upto


def _page(table: Table, after: int, upto: int) -> ColumnElement[bool]:
    return (table.id > after) & (table.id <= upto)


async def blank_events(
    session: AsyncSession, scope: Scope, after: int, upto: int, as_value: str | None, anywhere: str | None
) -> int:
    """Payloads that are the person's own, or of a shape that nobody understood and with the person in it.

    Identities stay, so that a redelivery finds its row, but for those that name the person: reactions and
    the like, which nothing is ever made of. Elements that still waited are settled.
    """
    payload = cast(Event.payload, Text)
    odd = or_(Event.state == EventState.QUARANTINED, Event.field == "unknown")
    theirs: ColumnElement[bool] = true()
    if not scope.everyone:
        patterns = [payload.regexp_match(as_value, flags="i")] if as_value else []
        patterns += [odd & payload.regexp_match(anywhere, flags="i")] if anywhere else []
        theirs = or_(*patterns, _became(scope))
    here = and_(_page(Event, after, upto), scope.events(), theirs)
    naming = Event.identity.regexp_match("^(standby:)?(reaction|referral):")
    gone = await session.execute(delete(Event).where(here, naming).returning(Event.id))
    blanked = await session.execute(
        update(Event)
        .where(here, cast(Event.payload, Text) != "{}")
        .values(payload={}, state=_settled(), problem=_why())
        .returning(Event.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all()) + len(blanked.all())


async def rename_account(session: AsyncSession, scope: Scope, after: int, upto: int, name: str) -> None:
    """Elements of an erased account are `name`'s; the same ones of an earlier erasure give way."""
    earlier = aliased(Event)
    here = _page(Event, after, upto) & scope.events()
    known = select(earlier.id).where(earlier.account_instagram_id == name, earlier.identity == Event.identity)
    await session.execute(delete(Event).where(here, known.exists()))
    await set_on(session, Event, here, account_instagram_id=name)


def _became(scope: Scope) -> ColumnElement[bool]:
    """What an element became is the person's, or a reply of ours that says nothing any more."""
    ours = (Comment.state == CommentState.OWN) & Comment.erased_at.is_not(None)
    return select(Comment.id).where(Comment.id == Event.comment_id, scope.comments() | ours).exists()


def _settled() -> ColumnElement[Any]:
    return case(
        (Event.state == EventState.PROCESSED, Event.state),
        else_=literal(EventState.IGNORED, Event.state.type),
    )


def _why() -> ColumnElement[Any]:
    return case((Event.state == EventState.PROCESSED, Event.problem), else_=literal(NAMELESS))


async def any_erased(session: AsyncSession, account_id: int, instagram_ids: Collection[str]) -> bool:
    """Whether the words of one of these comments are gone."""
    if not instagram_ids:
        return False
    found = select(Comment.id).where(
        Comment.account_id == account_id,
        Comment.instagram_id.in_(instagram_ids),
        Comment.erased_at.is_not(None),
    )
    return await session.scalar(found.limit(1)) is not None


async def turn_away(session: AsyncSession, event: Event, *, homeless: bool) -> None:
    """Settle an element whose words must not come back.

    One whose identity names somebody goes, and so does one of an account that is not here (`homeless`).
    """
    if homeless or event.identity.removeprefix("standby:").startswith(("reaction:", "referral:")):
        await session.execute(delete(Event).where(Event.id == event.id))
        return
    settled = EventState.IGNORED
    await set_on(session, Event, Event.id == event.id, payload={}, state=settled, problem=NAMELESS)


async def unmention_events(
    session: AsyncSession, scope: Scope, after: int, upto: int, mentions: str, by: str
) -> int:
    """Other people's payloads say `by` in place of the name."""
    payload = cast(Event.payload, Text)
    changed = await session.execute(
        update(Event)
        .where(_page(Event, after, upto), scope.events(), payload.regexp_match(mentions, flags="i"))
        .values(payload=cast(func.regexp_replace(payload, mentions, by, "gi"), JSONB))
        .returning(Event.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


async def unmention(
    session: AsyncSession,
    place: tuple[Table, InstrumentedAttribute[Any]],
    scope: Scope,
    page: tuple[int, int],
    mentions: str,
    by: str,
) -> Sequence[int]:
    """Other people's words in `place` say `by` in place of the name; the ids of the changed rows."""
    table, column = place
    conditions = [_page(table, *page), column.regexp_match(mentions, flags="i")]
    conditions.append(written() <= scope.before if table is Comment else _made(table) <= scope.before)
    if scope.account_id is not None:
        conditions.append(table.account_id == scope.account_id)  # type: ignore[union-attr] # of all in WORDS
    changed = await session.execute(
        update(table)
        .where(*conditions)
        .values({column: func.regexp_replace(column, mentions, by, "gi")})
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    ids: Sequence[int] = changed.scalars().all()
    return ids


def _made(table: Any) -> ColumnElement[datetime]:
    column: ColumnElement[datetime] = table.created_at
    return column


async def forget_mentioning_reasons(
    session: AsyncSession, scope: Scope, after: int, upto: int, mentions: str
) -> None:
    """Managers' own words in decisions about others that mention the person."""
    mine = true() if scope.account_id is None else Decision.account_id == scope.account_id
    about = Decision.reason.regexp_match(mentions, flags="i")
    await forget_reasons(session, _page(Decision, after, upto), mine, about)


async def mentioning_versions(
    session: AsyncSession, scope: Scope, after: int, upto: int, mentions: str
) -> Sequence[tuple[DraftVersion, Draft]]:
    """Texts of drafts about other people's words that mention the person, with their drafts, locked."""
    statement = (
        select(DraftVersion, Draft)
        .join(Draft, Draft.id == DraftVersion.draft_id)
        .where(
            _page(DraftVersion, after, upto),
            DraftVersion.text.regexp_match(mentions, flags="i"),
            DraftVersion.created_at <= scope.before,
            true() if scope.account_id is None else DraftVersion.account_id == scope.account_id,
        )
        .order_by(DraftVersion.id)
        .with_for_update(of=Draft)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def is_leaving(session: AsyncSession, draft: Draft) -> bool:
    """Whether the draft's words are on their way to Instagram and so must not change."""
    if draft.state is not DraftState.APPROVED:
        return False
    return any(
        delivery.state in {DeliveryState.PLANNED, DeliveryState.SENDING}
        for delivery in await deliveries_under_way(session, draft.comment_id)
    )


async def reword(session: AsyncSession, version_id: int, words: str) -> None:
    """Give a version other words."""
    await set_on(session, DraftVersion, DraftVersion.id == version_id, text=words)


async def alerts_about(
    session: AsyncSession, draft_ids: Collection[int], comment_ids: Collection[int]
) -> Sequence[Alert]:
    """Alerts whose subject is one of these drafts or comments."""
    by_draft = Alert.params["draft"].astext.in_([str(one) for one in draft_ids])
    by_comment = Alert.params["comment"].astext.in_([str(one) for one in comment_ids])
    return (await session.execute(select(Alert).where(by_draft | by_comment))).scalars().all()


async def alerts_naming(session: AsyncSession, pattern: str, account_id: int | None) -> Sequence[Alert]:
    """Alerts with something in them that fits `pattern`, and all of `account_id` if it is given."""
    naming = cast(Alert.params, Text).regexp_match(pattern, flags="i")
    naming |= Alert.fingerprint.regexp_match(pattern, flags="i")
    named = select(Alert).where(naming if account_id is None else naming | (Alert.account_id == account_id))
    return (await session.execute(named.order_by(Alert.id))).scalars().all()


async def pare_alert(session: AsyncSession, alert: Alert, **values: Any) -> Alert:
    """Give an alert `values`; it is to be drawn again."""
    changed = await session.execute(
        update(Alert)
        .where(Alert.id == alert.id)
        .values(wanted_rev=Alert.wanted_rev + 1, **values)
        .returning(Alert)
        .execution_options(populate_existing=True)
    )
    return changed.scalar_one()


async def updates_kept(session: AsyncSession, after: int) -> Sequence[TelegramUpdate]:
    """The next updates of Telegram that still hold what people wrote; handled ones hold nothing."""
    statement = select(TelegramUpdate).where(
        TelegramUpdate.id > after, TelegramUpdate.state != UpdateState.PROCESSED
    )
    return (await session.execute(statement.order_by(TelegramUpdate.id).limit(PAGE))).scalars().all()


async def blank_update(session: AsyncSession, update_id: int) -> None:
    """Forget what an update said; it needs no handling any more."""
    said: dict[str, Any] = {"update_id": update_id}
    about = TelegramUpdate.id == update_id
    await set_on(session, TelegramUpdate, about, payload=said, state=UpdateState.PROCESSED)


async def messages_about(session: AsyncSession, draft_ids: Collection[int]) -> set[tuple[int, int]]:
    """Chat and id of every Telegram message known to be about these drafts."""
    cards = select(Card.chat_id, Card.message_id).where(Card.draft_id.in_(draft_ids))
    asked = select(EditRequest.chat_id, EditRequest.message_id).where(EditRequest.draft_id.in_(draft_ids))
    found = [*(await session.execute(cards)).all(), *(await session.execute(asked)).all()]
    return {(chat_id, message_id) for chat_id, message_id in found if message_id is not None}
