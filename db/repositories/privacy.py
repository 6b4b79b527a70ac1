"""Where a person's words, names and ids stand, and how they leave. Everything here can be done twice."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    func,
    select,
    text,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.life.comment import CommentState
from db.life.delivery import DeliveryState
from db.models import (
    Account,
    Card,
    Classification,
    Comment,
    Decision,
    Delivery,
    Draft,
    DraftVersion,
    EditRequest,
    Event,
    LlmCall,
    Media,
    Transition,
)
from db.models.comment import CommentKind, MediaState
from db.repositories.cards import NONCE_BYTES

DM = "dm:"  # begins the thread of a conversation; the person's id follows
NAMELESS = "erased"  # why an element is not for the pipeline any more
KEYS = (
    "spam",
    "off_topic",
    "elsewhere",
    "wrong",
    "wrote_again",
    "deleted",
    "hidden",
    "answered_in_app",
    "erased",
    "edited",
    "silent for too long",
)
"""Reasons of decisions that are ours and say nothing of anybody; others are managers' own words."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows of one account or of all, of a person or (`everyone`) of all people, written until `before`."""

    before: datetime
    account_id: int | None = None
    accounts: frozenset[str] = frozenset()  # the same as webhooks name it: professional account or Page
    ids: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()
    pseudonyms: frozenset[str] = frozenset()
    everyone: bool = False

    def comments(self) -> ColumnElement[bool]:
        """Whose, and in which account; our own words belong to nobody but the account."""
        theirs: ColumnElement[bool] = true()
        if not self.everyone:
            by_id = Comment.author_instagram_id.in_(self.ids | self.pseudonyms)
            nameless = Comment.author_instagram_id.is_(None) & (
                func.lower(Comment.author_username).in_(self.usernames)
            )
            theirs = (by_id | nameless) & (Comment.state != CommentState.OWN)
        return and_(theirs, self._of_account(Comment.account_id), written() <= self.before)

    def events(self) -> ColumnElement[bool]:
        """Elements of the account; those that name none are told by what became of them."""
        sent = func.least(func.coalesce(Event.sent_at, Event.received_at), Event.received_at)
        arrived = sent <= self.before
        if not self.accounts:
            return arrived
        named = Event.account_instagram_id.in_(self.accounts)
        nameless: ColumnElement[bool] = Event.account_instagram_id.is_(None)
        if self.everyone:
            became = (Comment.id == Event.comment_id) & (Comment.account_id == self.account_id)
            nameless &= select(Comment.id).where(became).exists()
        return arrived & (named | nameless)

    def _of_account(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        return true() if self.account_id is None else column == self.account_id


def written() -> ColumnElement[datetime]:
    """What was stored in time was written in time, whatever another clock says of it."""
    return func.least(func.coalesce(Comment.written_at, Comment.created_at), Comment.created_at)


async def known_as(
    session: AsyncSession, account_id: int | None, ids: Collection[str], usernames: Collection[str]
) -> tuple[set[str], set[str]]:
    """Every id that had one of the names, and every name (lower case) that one of those ids had."""
    mine: ColumnElement[bool] = true() if account_id is None else Comment.account_id == account_id
    strangers = Comment.state != CommentState.OWN
    name = func.lower(Comment.author_username)
    by_name = select(Comment.author_instagram_id).where(name.in_(usernames), strangers, mine).distinct()
    found = {one for one in (await session.execute(by_name)).scalars() if one is not None}
    all_ids = found | set(ids)
    by_id = select(name).where(Comment.author_instagram_id.in_(all_ids), strangers, mine).distinct()
    names = {one for one in (await session.execute(by_id)).scalars() if one is not None}
    return all_ids, names | set(usernames)


async def count(
    session: AsyncSession, account_id: int | None, ids: Collection[str], usernames: Collection[str]
) -> int:
    """How many comments and messages of a person are stored."""
    now = datetime.now(UTC)
    scope = Scope(now, account_id, ids=frozenset(ids), usernames=frozenset(usernames))
    statement = select(func.count()).select_from(Comment).where(scope.comments(), Comment.erased_at.is_(None))
    return await session.scalar(statement) or 0


async def comments_of(session: AsyncSession, scope: Scope, after: int, limit: int) -> Sequence[Comment]:
    """The next comments that still say something, or whose messages in Telegram may."""
    asked = select(EditRequest.id).where(EditRequest.draft_id == Draft.id).exists()
    shown = (
        select(Draft.id)
        .where(Draft.comment_id == Comment.id, Draft.reason.is_distinct_from(NAMELESS) | asked)
        .exists()
    )
    statement = (
        select(Comment)
        .where(Comment.id > after, scope.comments(), Comment.erased_at.is_(None) | shown)
        .order_by(Comment.id)
        .limit(limit)
    )
    return (await session.execute(statement)).scalars().all()


async def deliveries_under_way(session: AsyncSession, comment_id: int) -> Sequence[Delivery]:
    """What was planned for a comment and is not settled."""
    open_ = (DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.UNCERTAIN)
    statement = select(Delivery).where(Delivery.comment_id == comment_id, Delivery.state.in_(open_))
    return (await session.execute(statement.order_by(Delivery.id).with_for_update())).scalars().all()


@dataclass(frozen=True, slots=True)
class Nobody:
    """Who a comment is by from now on."""

    comment_id: int
    author: str | None
    thread: str


async def blank(session: AsyncSession, people: Sequence[Nobody], *, reason: str | None) -> None:
    """Take the words, names and ids of these comments, and of all that was made of them.

    `reason` becomes that of their drafts. Decisions keep who, what, when and the keyed hash.
    """
    ids = [one.comment_id for one in people]
    await _blank_our_replies(session, ids)
    await _blank_foreign_posts(session, ids)
    now = datetime.now(UTC)
    await session.execute(
        update(Comment),
        [
            {
                "id": one.comment_id,
                "author_instagram_id": one.author,
                "author_username": None,
                "thread": one.thread,
                "text": "",
                "attachments": [],
                "error": None,
                "erased_at": now,
            }
            for one in people
        ],
    )
    drafts = select(Draft.id).where(Draft.comment_id.in_(ids)).scalar_subquery()
    await set_on(session, Classification, Classification.comment_id.in_(ids), reasoning="")
    await set_on(session, Draft, Draft.comment_id.in_(ids), hint=None, error=None, reason=reason)
    await set_on(session, DraftVersion, DraftVersion.draft_id.in_(drafts), text="", hint=None, flags=[])
    await set_on(session, Transition, Transition.comment_id.in_(ids), note=None)
    await set_on(session, Delivery, Delivery.comment_id.in_(ids), error=None)
    await set_on(session, LlmCall, LlmCall.comment_id.in_(ids), problem=None)
    await forget_reasons(session, Decision.comment_id.in_(ids))


async def set_on(session: AsyncSession, table: Any, *conditions: ColumnElement[bool], **values: Any) -> None:
    await session.execute(
        update(table).where(*conditions).values(**values).execution_options(synchronize_session=False)
    )


async def forget_reasons(session: AsyncSession, *conditions: ColumnElement[bool]) -> None:
    """Managers' own words go; the guard of the append-only table lets this one change through."""
    await session.execute(text("SELECT set_config('instachatico.erasing', 'on', true)"))
    await set_on(session, Decision, *conditions, Decision.reason.not_in(KEYS), reason=None)
    await session.execute(text("SELECT set_config('instachatico.erasing', 'off', true)"))


async def _blank_our_replies(session: AsyncSession, comment_ids: Collection[int]) -> None:
    """Our own words to these people: known by what they answer, or by the delivery that sent them."""
    theirs = aliased(Comment)
    answers = (
        select(theirs.id)
        .where(
            theirs.id.in_(comment_ids),
            theirs.account_id == Comment.account_id,
            theirs.instagram_id == Comment.parent_instagram_id,
        )
        .exists()
    )
    sent = (
        select(Delivery.id)
        .where(
            Delivery.comment_id.in_(comment_ids),
            Delivery.account_id == Comment.account_id,
            Delivery.external_id == Comment.instagram_id,
        )
        .exists()
    )
    await set_on(
        session,
        Comment,
        Comment.state == CommentState.OWN,
        Comment.erased_at.is_(None),
        answers | sent,
        text="",
        erased_at=func.now(),
    )


async def _blank_foreign_posts(session: AsyncSession, comment_ids: Collection[int]) -> None:
    """A post that mentions us is the person's own, unless others mentioned us there too."""
    mention = (Comment.kind == CommentKind.MENTION) & Comment.id.in_(comment_ids)
    posts = select(Comment.media_id).where(mention).scalar_subquery()
    others = (
        select(Comment.id)
        .where(Comment.media_id == Media.id, Comment.id.not_in(comment_ids), Comment.erased_at.is_(None))
        .exists()
    )
    await set_on(session, Media, Media.id.in_(posts), ~others, **_NO_POST)


_NO_POST: Mapping[str, Any] = {
    "caption": None,
    "permalink": None,
    "image_url": None,
    "description": None,
    "children": [],
    "state": MediaState.UNREADABLE,
}


async def blank_conversations(session: AsyncSession, scope: Scope, threads: Mapping[str, str]) -> int:
    """Our own messages to the person; `threads` tells what a conversation is called from now on."""
    blanked = 0
    for before, after in threads.items():
        changed = await session.execute(
            update(Comment)
            .where(
                Comment.thread == before,
                Comment.state == CommentState.OWN,
                written() <= scope.before,
                true() if scope.account_id is None else Comment.account_id == scope.account_id,
            )
            .values(text="", thread=after, erased_at=func.now())
            .returning(Comment.id)
            .execution_options(synchronize_session=False)
        )
        blanked += len(changed.all())
    return blanked


async def new_nonces(session: AsyncSession, comment_ids: Collection[int]) -> Sequence[Draft]:
    """The drafts about these comments; no button of their cards leads anywhere any more."""
    rows = await session.execute(
        select(Draft)
        .where(Draft.comment_id.in_(comment_ids))
        .order_by(Draft.id)
        .execution_options(populate_existing=True)
    )
    drafts = rows.scalars().all()
    cards = await session.execute(select(Card.id).where(Card.draft_id.in_([draft.id for draft in drafts])))
    for card_id in cards.scalars().all():
        await set_on(session, Card, Card.id == card_id, nonce=secrets.token_urlsafe(NONCE_BYTES), step=None)
    return drafts


async def drafts_about(session: AsyncSession, comment_ids: Collection[int]) -> Sequence[Draft]:
    """The drafts about these comments."""
    rows = await session.execute(select(Draft).where(Draft.comment_id.in_(comment_ids)).order_by(Draft.id))
    return rows.scalars().all()


async def prompts_about(session: AsyncSession, draft_id: int) -> Sequence[EditRequest]:
    """Messages that asked for a draft's text, or gave it."""
    found = select(EditRequest).where(EditRequest.draft_id == draft_id).order_by(EditRequest.id)
    return (await session.execute(found)).scalars().all()


async def forget_prompts(session: AsyncSession, draft_id: int) -> None:
    """They are gone from Telegram, as far as it let us."""
    await session.execute(delete(EditRequest).where(EditRequest.draft_id == draft_id))


async def blank_posts(session: AsyncSession, account_id: int) -> None:
    """Everything that was read of an account's posts."""
    await set_on(session, Media, Media.account_id == account_id, ad_id=None, **_NO_POST)


async def blank_account(session: AsyncSession, account_id: int, instagram_id: str, username: str) -> bool:
    """An account without a token becomes nobody's row; False when it was connected again."""
    values: dict[str, Any] = {
        "instagram_id": instagram_id,
        "username": username,
        "app_scoped_id": None,
        "page_id": None,
        "tone": None,
        "scopes": [],
        "subscribed_fields": [],
        "preferences": {},
    }
    changed = await session.execute(
        update(Account)
        .where(Account.id == account_id, Account.token_encrypted.is_(None))
        .values(**values)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    return changed.one_or_none() is not None
