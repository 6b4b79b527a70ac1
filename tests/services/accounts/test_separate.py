"""Two accounts of one installation never see each other's data: tests that try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from db.engine import Database
from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import Account, Card, Comment, Delivery, Draft
from db.models.knowledge import PassageKind
from db.repositories import accounts, cards, comments, deliveries, drafts, inbox, knowledge
from services.cards import show
from services.chats import bring_to
from services.context import thread_part
from services.deliver.confirming import confirm_own
from services.deliver.releasing import release
from services.knowledge.offering import offered
from services.opening import open_card
from tests.building import SUPERSEDING, an_account, arrive, people
from tests.webhook.door import change, delivery

ONE, TWO = "17841400000000001", "17841400000000002"
CHAT_ONE, CHAT_TWO = -1_002_000_000_011, -1_002_000_000_022
SHARED = "18100000000000500"
"""A mention may reach both accounts under the same id (events.identity is per account)."""


@pytest.fixture
async def both(db: Database) -> tuple[Account, Account]:
    """Two accounts with chats, tokens and languages of their own."""
    async with db.transaction() as tx:
        await people(tx)
        return (
            await an_account(tx, ONE, username="shop_one", chat_id=CHAT_ONE),
            await an_account(tx, TWO, username="shop_two", chat_id=CHAT_TWO, locale="en"),
        )


async def the_same_person_writes_to_both(db: Database) -> tuple[Comment, Comment]:
    """The same id, person, post and thread, with different words."""
    await arrive(
        db,
        delivery(change(SHARED, "Слова для первого"), account=ONE),
        delivery(change(SHARED, "Words for the second"), account=TWO),
    )
    async with db.transaction() as tx:
        found = {
            account.instagram_id: await comments.find(tx.session, account.id, SHARED)
            for account in await accounts.every(tx.session)
        }
    first, second = found[ONE], found[TWO]
    assert first is not None
    assert second is not None
    return first, second


async def test_the_same_comment_id_is_a_comment_of_each(db: Database, both: tuple[Account, Account]) -> None:
    first, second = await the_same_person_writes_to_both(db)

    assert (first.text, second.text) == ("Слова для первого", "Words for the second")
    assert first.account_id != second.account_id
    assert first.media_id != second.media_id, "what is known of a post is the account's own"
    assert first.thread == second.thread


async def test_a_thread_shows_the_accounts_own_words_only(
    db: Database, both: tuple[Account, Account]
) -> None:
    await the_same_person_writes_to_both(db)
    await arrive(db, delivery(change("18100000000000501", "ещё", parent_id=SHARED), account=ONE))
    async with db.transaction() as tx:
        reply = await comments.find(tx.session, both[0].id, "18100000000000501")
        assert reply is not None
        thread = await comments.thread(tx.session, reply)
        shown = thread_part(reply, thread, both[0])

    assert {one.account_id for one in thread} == {both[0].id}
    assert [one["text"] for one in shown] == ["Слова для первого"]


async def test_knowledge_is_the_accounts_own_and_what_all_share(
    db: Database, both: tuple[Account, Account]
) -> None:
    def passage(words: str) -> list[dict[str, Any]]:
        return [{"title": words, "text": words, "kind": PassageKind.TEXT}]

    async with db.transaction() as tx:
        for account_id, name in (
            (both[0].id, "цены первого"),
            (both[1].id, "prices of two"),
            (None, "общее"),
        ):
            await knowledge.replace(tx.session, account_id, "prices.md", name, passage(name), {})
    async with db.transaction() as tx:
        first, second = [
            {one.text for one in await offered(tx.session, account.id, "цены prices")} for account in both
        ]

    assert first == {"цены первого", "общее"}
    assert second == {"prices of two", "общее"}


async def opened(db: Database, both: tuple[Account, Account]) -> tuple[Draft, Draft]:
    first, second = await the_same_person_writes_to_both(db)
    async with db.transaction() as tx:
        pair = await drafts.open_for(tx.session, first), await drafts.open_for(tx.session, second)
        for draft, account in zip(pair, both, strict=True):
            await show(tx, draft, account)
        return pair


async def test_each_card_is_in_its_accounts_chat_and_shows_its_own_comment(
    db: Database, both: tuple[Account, Account]
) -> None:
    await opened(db, both)
    async with db.transaction() as tx:
        shown = []
        for card in (await tx.session.execute(select(Card).order_by(Card.id))).scalars():
            rows = await cards.rows(tx.session, card)
            shown.append((card.chat_id, rows.comment.text, rows.account.username, rows.position))

    assert shown == [
        (CHAT_ONE, "Слова для первого", "shop_one", 1),
        (CHAT_TWO, "Words for the second", "shop_two", 1),
    ]


async def test_moving_one_account_to_another_chat_moves_nothing_of_the_other(
    db: Database, both: tuple[Account, Account]
) -> None:
    await opened(db, both)
    async with db.transaction() as tx:
        await accounts.bring_to(tx.session, both[1].id, CHAT_ONE)  # now they share a chat
        await bring_to(tx, both[0], CHAT_TWO, given=-1)
    async with db.transaction() as tx:
        places = {
            card.account_id: card.chat_id for card in (await tx.session.execute(select(Card))).scalars()
        }

    assert places == {both[0].id: CHAT_TWO, both[1].id: CHAT_ONE}


async def test_the_queue_of_one_has_nothing_of_the_other(db: Database, both: tuple[Account, Account]) -> None:
    first, _second = await opened(db, both)
    async with db.transaction() as tx:
        found = await drafts.queue(tx.session, both[0].id, limit=10, offset=0)

    assert [draft.id for draft, _comment, _category in found] == [first.id]


async def test_a_person_who_writes_again_to_one_closes_nothing_of_the_other(
    db: Database, both: tuple[Account, Account]
) -> None:
    first, second = await opened(db, both)
    await arrive(db, delivery(change("18100000000000700", "И ещё вопрос", parent_id=SHARED), account=ONE))

    async with db.transaction() as tx:
        again = await comments.find(tx.session, both[0].id, "18100000000000700")
        assert again is not None
        await open_card(tx, again, both[0], SUPERSEDING)
    async with db.transaction() as tx:
        found = [await drafts.get(tx.session, draft.id) for draft in (first, second)]
    assert [draft and draft.state for draft in found] == [DraftState.SUPERSEDED, DraftState.PENDING]


async def planned(db: Database, both: tuple[Account, Account]) -> tuple[Delivery, Delivery]:
    """One approved reply of each, whose request left and got no answer."""
    made = []
    pair = await opened(db, both)
    async with db.transaction() as tx:
        for draft in pair:
            await drafts.add_version(
                tx.session, draft, 1, text="Спасибо!", language="ru", origin="model", flags=[]
            )
            decision = await drafts.record(
                tx.session,
                draft,
                actor_id=None,
                actor_name="x",
                action="approve",
                from_state=draft.state,
                to_state=draft.state,
                draft_version=1,
            )
            row = await deliveries.plan(
                tx.session,
                account_id=draft.account_id,
                comment_id=draft.comment_id,
                draft_id=draft.id,
                draft_version=1,
                decision_id=decision.id,
                effect=Effect.REPLY,
                request_started_at=decision.created_at,
            )
            assert row is not None
            made.append(row)
    return made[0], made[1]


async def test_the_same_words_in_the_same_thread_confirm_only_the_accounts_own_reply(
    db: Database, both: tuple[Account, Account]
) -> None:
    first, second = await planned(db, both)
    async with db.transaction() as tx:
        confirmed = await confirm_own(
            tx, both[1], thread=SHARED, external_id="18200000000000001", text="Спасибо!", written_at=None
        )
    async with db.transaction() as tx:
        states = {row.id: row.state for row in (await tx.session.execute(select(Delivery))).scalars()}

    assert confirmed is not None
    assert confirmed.id == second.id
    assert states == {first.id: DeliveryState.PLANNED, second.id: DeliveryState.SENT}


async def test_what_is_let_go_for_one_stays_held_for_the_other(
    db: Database, both: tuple[Account, Account]
) -> None:
    first, second = await planned(db, both)
    async with db.transaction() as tx:
        held = datetime.now(UTC) - timedelta(hours=1)
        await tx.session.execute(
            update(Delivery).values(request_started_at=None, next_attempt_at=held, send_after=held)
        )
        await release(tx, both[0].id)
    async with db.transaction() as tx:
        waits = {
            one.id: one.next_attempt_at == held
            for one in (await tx.session.execute(select(Delivery))).scalars()
        }
    assert waits == {first.id: False, second.id: True}


async def test_events_that_were_set_aside_go_to_their_own_account_only(db: Database) -> None:
    await arrive(
        db,
        delivery(change("18100000000000601"), account=ONE),
        delivery(change("18100000000000602"), account=TWO),
    )
    async with db.transaction() as tx:
        first = await an_account(tx, ONE, username="shop_one", chat_id=CHAT_ONE)
        assert await inbox.reclaim(tx.session, ONE, only_one=False) == 1
    await arrive(db)

    async with db.transaction() as tx:
        found = [
            (one.account_id, one.instagram_id)
            for one in (await tx.session.execute(select(Comment))).scalars()
        ]
    assert found == [(first.id, "18100000000000601")]
