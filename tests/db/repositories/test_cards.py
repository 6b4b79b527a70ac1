"""Cards: wanted, claimed, drawn; and everything that one shows."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from db.engine import Database
from db.models import Card, Draft
from db.repositories import cards, drafts
from tests.building import ANNA, CHAT_ID, IVAN, OLGA, Scene, a_comment, a_scene, people

LEASE = timedelta(seconds=15)


async def stale_scene(db: Database) -> Scene:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await cards.want(tx.session, scene.draft, CHAT_ID)
    return scene


async def test_a_draft_has_one_card_and_every_wish_raises_its_revision(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        again = await cards.want(tx.session, scene.draft, CHAT_ID)
        assert (again.id, again.nonce, again.wanted_rev) == (scene.card.id, scene.card.nonce, 2)
        assert len(again.nonce) == 22
        for found in (
            await cards.find(tx.session, again.nonce),
            await cards.get(tx.session, again.id),
            await cards.of_draft(tx.session, scene.draft.id),
            await cards.of_message(tx.session, CHAT_ID, 100),
        ):
            assert found is not None
            assert found.id == scene.card.id
        assert await cards.find(tx.session, "another") is None


async def test_a_stale_card_is_drawn_by_one_worker(db: Database) -> None:
    scene = await stale_scene(db)
    async with db.transaction() as tx:
        assert [card.id for card in await cards.stale(tx.session)] == [scene.card.id]
        claimed = await cards.claim(tx.session, scene.card.id, LEASE)
        assert claimed is not None
        assert await cards.claim(tx.session, scene.card.id, LEASE) is None
        assert await cards.stale(tx.session) == []
    async with db.transaction() as tx:
        drawn = await cards.drawn(tx.session, claimed, claimed.wanted_rev, message_id=7)
        assert drawn is not None
        assert (drawn.rendered_rev, drawn.message_id, drawn.attempts) == (2, 7, 0)
        assert await cards.claim(tx.session, scene.card.id, LEASE) is None  # right already


async def test_a_lost_lease_draws_nothing(db: Database) -> None:
    scene = await stale_scene(db)
    async with db.transaction() as tx:
        first = await cards.claim(tx.session, scene.card.id, timedelta(seconds=-1))
        assert first is not None
    async with db.transaction() as tx:
        first_token = first.lease_token
        second = await cards.claim(tx.session, scene.card.id, LEASE)
        assert second is not None
        assert second.lease_token == first_token + 1
    async with db.transaction() as tx:
        first.lease_token = first_token
        assert await cards.drawn(tx.session, first, 2) is None
        assert await cards.postpone(tx.session, first, LEASE, "late") is None


async def test_a_postponed_card_waits_unless_it_is_wanted_anew(db: Database) -> None:
    scene = await stale_scene(db)
    async with db.transaction() as tx:
        claimed = await cards.claim(tx.session, scene.card.id, LEASE)
        assert claimed is not None
        assert await cards.postpone(tx.session, claimed, timedelta(minutes=1), "429")
        assert await cards.stale(tx.session) == []
        await cards.want(tx.session, scene.draft, CHAT_ID)
        assert len(await cards.stale(tx.session)) == 1


async def test_a_chat_that_moved_takes_its_cards_along(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await cards.move_chat(tx.session, CHAT_ID, -100_777)
    async with db.transaction() as tx:
        card = await cards.get(tx.session, scene.card.id)
        assert card is not None
        assert (card.chat_id, card.message_id, card.wanted_rev) == (-100_777, None, 2)


async def test_a_card_shows_everybody_who_has_to_do_with_it(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await tx.session.execute(
            update(Draft).values(decided_by=OLGA.id, claimed_by=IVAN.id, escalated_to=ANNA.id)
        )
    async with db.transaction() as tx:
        card = await cards.get(tx.session, scene.card.id)
        assert card is not None
        rows = await cards.rows(tx.session, card)
    assert rows.version is not None
    assert (rows.version.version, rows.previous, rows.position) == (1, None, 1)
    names = [
        person.name if person else None for person in (rows.decided_by, rows.claimed_by, rows.escalated_to)
    ]
    assert names == [OLGA.name, IVAN.name, ANNA.name]
    assert (rows.delivery, rows.visibility, rows.media) == (None, None, None)
    assert rows.classification is not None


async def test_a_question_for_a_new_text_is_remembered(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        request = await cards.ask(
            tx.session,
            draft_id=scene.draft.id,
            manager_id=IVAN.id,
            version=1,
            chat_id=CHAT_ID,
            message_id=55,
        )
        found = await cards.asked(tx.session, CHAT_ID, 55)
        assert found is not None
        assert found.id == request.id
        assert await cards.asked(tx.session, CHAT_ID, 56) is None
    async with db.transaction() as tx:
        await cards.answer_request(tx.session, request.id)
    async with db.transaction() as tx:
        answered = await cards.asked(tx.session, CHAT_ID, 55)
        assert answered is not None
        assert answered.answered_at is not None


async def test_the_queue_shows_urgent_drafts_first_and_counts_open_ones(db: Database) -> None:
    first = await a_scene(db, instagram_id="1")
    urgent = await a_scene(db, instagram_id="2", draft_values={"urgent": True})
    closed = await a_scene(db, instagram_id="3", draft_values={"state": "rejected"})
    async with db.transaction() as tx:
        account = first.account.id
        assert await drafts.count_open(tx.session, None) == 2
        assert await drafts.count_open(tx.session, account) == 2
        assert await drafts.count_open(tx.session, account + 1) == 0
        rows = await drafts.queue(tx.session, account, 10, 0)
        assert [row[0].id for row in rows] == [urgent.draft.id, first.draft.id]
        assert {row[2] for row in rows} == {"question"}
        second = await drafts.queue(tx.session, None, 1, 1, Draft.id != closed.draft.id)
        assert [row[0].id for row in second] == [first.draft.id]


async def test_a_draft_is_opened_once_per_comment(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await people(tx)
        again = await drafts.open_for(tx.session, scene.comment)
        assert (again.id, again.version) == (scene.draft.id, 1)
        found = await drafts.for_comment(tx.session, scene.comment.id)
        assert found is not None
        other = await a_comment(tx, scene.account, "2")
        assert await drafts.for_comment(tx.session, other.id) is None
        assert await drafts.version(tx.session, scene.draft.id, 0) is None
    assert isinstance(scene.card, Card)
