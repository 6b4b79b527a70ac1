"""What an element changes in its thread."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text, update

from db.engine import Database
from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import Account, Comment, Draft, Event
from db.models.comment import CommentKind
from db.models.decision import Action
from db.models.event import EventState
from db.repositories import accounts, comments, deliveries, drafts, moves
from db.repositories.deliveries import WORDS
from services.decide.superseding import EDITED, Why
from services.opening import dead_letter
from tests.building import OLGA, Scene, a_scene, an_account, arrive
from tests.services.ingest.talk import ACCOUNT, ANNA, BEGAN, body, edited, edited_by_us, ours, said, unsent
from tests.webhook.door import change, delivery

S = CommentState
BORIS = "900000000000002"
US: dict[str, Any] = {"from": {"id": ACCOUNT, "username": "lavanda_home", "self_ig_scoped_id": "21"}}


@pytest.fixture(autouse=True)
async def account(db: Database) -> Account:
    async with db.transaction() as tx:
        return await an_account(tx, ACCOUNT)


async def rows(db: Database) -> dict[str, Comment]:
    async with db.transaction() as tx:
        found = (await tx.session.execute(select(Comment).order_by(Comment.id))).scalars()
        return {comment.instagram_id: comment for comment in found}


async def only(db: Database) -> Comment:
    [comment] = (await rows(db)).values()
    return comment


async def jobs(db: Database, step: str = "classify") -> int:
    async with db.transaction() as tx:
        statement = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = :step")
        return int(await tx.session.scalar(statement, {"step": step}) or 0)


async def states(db: Database) -> dict[str, tuple[DraftState, str | None]]:
    """Drafts by their comments: state and reason."""
    async with db.transaction() as tx:
        found = await tx.session.execute(
            select(Comment.instagram_id, Draft.state, Draft.reason).join(
                Draft, Draft.comment_id == Comment.id
            )
        )
        return {row[0]: (row[1], row[2]) for row in found}


async def on_cards(db: Database, *instagram_ids: str, **values: Any) -> Sequence[Scene]:
    """Questions of a thread, each on a card with a draft."""
    scenes = []
    for instagram_id in instagram_ids:
        given = {"written_at": datetime(2026, 1, 1, tzinfo=UTC)} | values
        if given.pop("replies", False) and instagram_id != instagram_ids[0]:
            given |= {"parent_instagram_id": instagram_ids[0], "thread": instagram_ids[0]}
        scenes.append(await a_scene(db, instagram_id=instagram_id, comment_values=given))
    return scenes


MESSAGE = {"kind": CommentKind.MESSAGE, "thread": f"dm:{ANNA}", "author_instagram_id": ANNA}
OPEN = (DraftState.PENDING, None)
ANSWERED = (DraftState.SUPERSEDED, Why.ANSWERED_IN_APP.value)


# Answered in the Instagram app


async def test_a_reply_from_the_app_closes_the_card_of_the_comment_that_it_answers(db: Database) -> None:
    await on_cards(db, "1", "2", replies=True)
    await arrive(db, delivery(change("9", "1 290 ₽", parent_id="1", **US)))

    assert await states(db) == {"1": ANSWERED, "2": OPEN}
    seen = await rows(db)
    assert (seen["1"].state, seen["2"].state) == (S.SUPERSEDED, S.WAITING)
    assert await jobs(db, "render_card") == 1


async def test_a_reply_that_begins_with_a_name_closes_the_cards_of_that_person(db: Database) -> None:
    await on_cards(db, "1", "2", replies=True)
    await on_cards(db, "3", thread="1", parent_instagram_id="1", author_username="boris")
    await arrive(db, delivery(change("9", "@boris 1 290 ₽", parent_id="1", **US)))

    assert await states(db) == {"1": OPEN, "2": OPEN, "3": ANSWERED}


async def test_a_reply_to_something_unknown_closes_what_is_older_in_the_thread(db: Database) -> None:
    await on_cards(db, "2", "3", thread="1", parent_instagram_id="1")
    await on_cards(db, "4", thread="1", parent_instagram_id="1", written_at=datetime(2099, 1, 1, tzinfo=UTC))
    await on_cards(db, "5")
    await arrive(db, delivery(change("9", "1 290 ₽", parent_id="1", **US)))

    assert await states(db) == {"2": ANSWERED, "3": ANSWERED, "4": OPEN, "5": OPEN}


async def test_a_message_from_the_app_closes_all_cards_of_the_conversation(db: Database) -> None:
    await on_cards(db, "m1", "m2", **MESSAGE)
    other = MESSAGE | {"thread": f"dm:{BORIS}", "author_instagram_id": BORIS}
    await on_cards(db, "m3", **other)
    await arrive(db, body([ours("m9", "1 290 ₽")]))

    assert await states(db) == {"m1": ANSWERED, "m2": ANSWERED, "m3": OPEN}


async def test_what_is_not_read_yet_needs_no_reading_any_more(db: Database) -> None:
    await arrive(db, body([said("m1", "Сколько?", 1), said("m2", "И доставка?", 3)]))
    await arrive(db, body([ours("m9", "1 290 ₽", 2)]))

    seen = await rows(db)
    assert (seen["m1"].state, seen["m2"].state) == (S.SUPERSEDED, S.RECEIVED)


async def sent(db: Database, scene: Scene, external_id: str | None) -> None:
    """A delivery of the scene's words that has left."""
    async with db.transaction() as tx:
        decision = await drafts.record(
            tx.session,
            scene.draft,
            actor_id=OLGA.id,
            actor_name=OLGA.name,
            action=Action.APPROVE,
            from_state="pending",
            to_state="approved",
            draft_version=1,
        )
        await moves.move(tx.session, Draft, scene.draft.id, DraftState.APPROVED)
        planned = await deliveries.plan(
            tx.session,
            account_id=scene.account.id,
            comment_id=scene.comment.id,
            draft_id=scene.draft.id,
            draft_version=1,
            decision_id=decision.id,
            effect=Effect.MESSAGE,
        )
        assert planned is not None
        planned.request_started_at = datetime.fromtimestamp(BEGAN / 1000, UTC)
        planned.state = DeliveryState.SENT if external_id else DeliveryState.UNCERTAIN
        planned.external_id = external_id


@pytest.mark.parametrize("known", ["m9", None], ids=["saved", "not saved yet"])
async def test_our_own_message_that_comes_back_closes_no_card(db: Database, known: str | None) -> None:
    scene, _open = await on_cards(db, "m1", "m2", **MESSAGE)
    await sent(db, scene, known)
    assert scene.version is not None
    await arrive(db, body([ours("m9", scene.version.text)]))

    assert (await states(db))["m2"] == OPEN
    async with db.transaction() as tx:
        delivered = await deliveries.newest(tx.session, scene.draft.id, WORDS)
        assert delivered is not None
        assert (delivered.state, delivered.external_id) == (DeliveryState.SENT, "m9")


async def test_words_of_ours_that_were_taken_back_answer_nothing(db: Database) -> None:
    await on_cards(db, "m1", **MESSAGE)
    await arrive(db, body([ours("m9", "", is_deleted=True)]), body([ours("m9", "1 290 ₽")]))

    assert await states(db) == {"m1": OPEN}
    own = (await rows(db))["m9"]
    assert (own.state, own.text) == (S.OWN, "1 290 ₽")
    assert own.gone_at is not None


# Edits


async def test_an_edit_renews_the_card_and_the_words_are_read_again(db: Database) -> None:
    await on_cards(db, "m1", **MESSAGE)
    await arrive(db, body([edited("m1", "А две свечи?", 1)]))

    comment = await only(db)
    assert (comment.text, comment.state) == ("А две свечи?", S.RECEIVED)
    assert await jobs(db) == 1
    async with db.transaction() as tx:
        draft = await drafts.for_comment(tx.session, comment.id)
    assert draft is not None
    assert (draft.state, draft.version, draft.why_no_text) == (DraftState.PENDING, 0, EDITED)


async def test_our_own_edit_changes_the_thread_only(db: Database) -> None:
    await arrive(db, body([ours("m9", "5 EUR")]), body([edited_by_us("m9", "6 EUR", 1)]))
    comment = await only(db)
    assert (comment.state, comment.text) == (S.OWN, "6 EUR")
    assert await jobs(db) == 0


async def test_our_own_edit_before_our_message_is_the_message(db: Database) -> None:
    await arrive(db, body([edited_by_us("m9", "6 EUR", 1)]), body([ours("m9", "5 EUR")]))
    comment = await only(db)
    assert (comment.state, comment.text, comment.thread) == (S.OWN, "6 EUR", f"dm:{ANNA}")


async def test_an_edit_by_nobody_changes_what_is_known_and_else_is_read_by_its_id(db: Database) -> None:
    nobody = [edited("m1", "две?", 1) | {"sender": None, "recipient": None}]
    await arrive(db, body(nobody))
    comment = await only(db)
    assert (comment.state, comment.text, comment.author_instagram_id) == (S.RECEIVED, "", None)

    await arrive(db, body([said("m1", "одна?")]), body([edited("m1", "две?", 2)]))
    comment = await only(db)
    assert (comment.text, comment.thread, comment.author_instagram_id) == ("две?", f"dm:{ANNA}", ANNA)


# Messages without words


@pytest.mark.parametrize("person", [None, ANNA], ids=["by nobody", "by Anna"])
async def test_a_message_of_which_only_the_id_is_told_is_completed_by_its_own_event(
    db: Database, person: str | None
) -> None:
    odd = edited("m1", "", 0, 1)
    if person is None:
        odd |= {"sender": None, "recipient": None}
    await arrive(db, body([odd]))
    assert (await only(db)).state is S.RECEIVED
    await arrive(db, body([said("m1", "Сколько?", 1)]))

    comment = await only(db)
    assert (comment.text, comment.thread, comment.author_instagram_id) == ("Сколько?", f"dm:{ANNA}", ANNA)
    assert await jobs(db) == 1


async def test_a_known_message_is_not_touched_by_the_anomaly(db: Database) -> None:
    await arrive(db, body([said("m1", "Сколько?", 1)]), body([edited("m1", "", 0, 9)]))
    comment = await only(db)
    assert (comment.text, comment.edited_at) == ("Сколько?", None)
    assert await jobs(db) == 1


async def test_a_message_of_which_only_the_id_was_told_may_turn_out_to_be_ours(db: Database) -> None:
    await on_cards(db, "m0", **MESSAGE)
    odd = edited("m1", "", 0) | {"sender": None, "recipient": None}
    await arrive(db, body([odd]), body([ours("m1", "1 290 ₽")]))

    seen = await rows(db)
    assert (seen["m1"].state, seen["m1"].text, seen["m1"].thread) == (S.OWN, "1 290 ₽", f"dm:{ANNA}")
    assert await states(db) == {"m0": ANSWERED}


async def unreadable(db: Database, instagram_id: str, **values: Any) -> None:
    """A comment whose words could not be read, on a card that says so."""
    async with db.transaction() as tx:
        account = await accounts.find(tx.session, ACCOUNT)
        assert account is not None
        comment = await comments.add(
            tx.session,
            account_id=account.id,
            instagram_id=instagram_id,
            thread=instagram_id,
            text="",
            state=S.FAILED,
            **values,
        )
        assert comment is not None
        await dead_letter(tx, comment, account, "classify", "words")


async def test_words_that_could_not_be_read_may_come_by_themselves(db: Database) -> None:
    await unreadable(db, "m1", kind=CommentKind.MESSAGE)
    await unreadable(db, "m2", kind=CommentKind.MESSAGE)
    await arrive(db, body([said("m1", "Сколько?")]), body([ours("m2", "1 290 ₽", person=BORIS)]))

    seen = await rows(db)
    assert (seen["m1"].state, seen["m1"].text) == (S.RECEIVED, "Сколько?")
    assert await jobs(db) == 1
    assert seen["m2"].text == "1 290 ₽"
    assert await states(db) == {"m1": OPEN, "m2": ANSWERED}


async def test_a_mention_is_completed_by_the_comment_that_it_stands_in(db: Database) -> None:
    mention = {"field": "mentions", "value": {"media_id": "18000000000000001", "comment_id": "1"}}
    await arrive(db, delivery(mention), delivery(change("1", "@lavanda_home цена?", parent_id="0")))

    comment = await only(db)
    assert (comment.kind, comment.text, comment.thread) == (CommentKind.COMMENT, "@lavanda_home цена?", "0")
    assert comment.author_username == "anna_k"
    assert await jobs(db) == 1


# Taken back


async def test_a_deletion_closes_the_card(db: Database) -> None:
    await on_cards(db, "m1", **MESSAGE)
    await arrive(db, body([unsent("m1")]), body([unsent("m1", 9)]))

    assert await states(db) == {"m1": (DraftState.SUPERSEDED, Why.DELETED.value)}
    comment = await only(db)
    assert comment.state is S.SUPERSEDED
    assert comment.gone_at is not None


async def test_our_own_deletion_is_noted_in_the_thread(db: Database) -> None:
    await arrive(db, body([ours("m9", "5 EUR")]), body([ours("m9", "", is_deleted=True)]))
    comment = await only(db)
    assert (comment.state, comment.text) == (S.OWN, "5 EUR")
    assert comment.gone_at is not None


async def test_what_was_taken_back_is_not_shown_to_the_model_any_more(db: Database) -> None:
    messages = [said("m1", "телефон сына", 1), said("m2", "Сколько?", 3), ours("m9", "Сейчас", 2)]
    await arrive(db, body(messages), body([unsent("m1", 4)]))
    seen = await rows(db)
    async with db.transaction() as tx:
        shown = await comments.thread(tx.session, seen["m2"])
        assert [comment.instagram_id for comment in shown] == ["m9", "m2"]
        position = await comments.thread(tx.session, seen["m1"])
        assert [comment.instagram_id for comment in position] == ["m1"]


# Erased


async def test_an_erased_persons_words_do_not_come_back(db: Database) -> None:
    await arrive(db, body([said("m1", "тайна")]))
    async with db.transaction() as tx:
        erased = update(Comment).values(text="", author_instagram_id=None, erased_at=datetime.now(UTC))
        await tx.session.execute(erased)
    # As a bare body it is another element, which no identity keeps out.
    again = {"field": "messages", "value": said("m1", "тайна")}
    await arrive(db, body([edited("m1", "другая тайна", 1)]), json.dumps(again).encode())

    comment = await only(db)
    assert (comment.text, comment.author_instagram_id, comment.edited_at) == ("", None, None)


# Several accounts


async def test_two_accounts_of_ours_may_write_to_each_other(db: Database) -> None:
    second = "17841400000000002"
    async with db.transaction() as tx:
        other = await an_account(tx, second, username="lavanda_riga")
    event = said("m1", "Сколько у вас свечей?", person=second)
    echo = event | {"message": event["message"] | {"is_echo": True}}
    entries = [
        {"id": second, "time": 1_790_000_400_000, "messaging": [echo]},
        {"id": ACCOUNT, "time": 1_790_000_400_000, "messaging": [event]},
    ]
    await arrive(db, json.dumps({"object": "instagram", "entry": entries}).encode())

    async with db.transaction() as tx:
        found = (await tx.session.execute(select(Comment))).scalars().all()
    seen = {(comment.account_id == other.id): (comment.state, comment.thread) for comment in found}
    assert seen == {True: (S.OWN, f"dm:{ACCOUNT}"), False: (S.RECEIVED, f"dm:{second}")}


async def states_of_events(db: Database) -> Sequence[EventState]:
    async with db.transaction() as tx:
        return (await tx.session.execute(select(Event.state))).scalars().all()


async def test_one_mention_of_two_accounts_is_one_for_each(db: Database) -> None:
    second = "17841400000000002"
    async with db.transaction() as tx:
        await an_account(tx, second, username="lavanda_riga")
    mention = {"field": "mentions", "value": {"media_id": "18", "comment_id": "1"}}
    entries = [{"id": one, "time": 1_790_000_000, "changes": [mention]} for one in (ACCOUNT, second)]
    together = json.dumps({"object": "instagram", "entry": entries}).encode()
    await arrive(db, together)
    assert len(await states_of_events(db)) == 2
    await arrive(db, delivery(mention), delivery(mention, account=second))
    assert len(await states_of_events(db)) == 2

    async with db.transaction() as tx:
        owners = (await tx.session.execute(select(Comment.account_id))).scalars().all()
    assert len(owners) == len(set(owners)) == 2


async def test_what_happens_in_one_account_changes_nothing_in_another(db: Database) -> None:
    """The same ids in both, as two accounts never have them: nothing may cross over all the same."""
    await on_cards(db, "m1", **MESSAGE)
    await on_cards(db, "1")
    second = "17841400000000002"
    async with db.transaction() as tx:
        await an_account(tx, second, username="lavanda_riga")
    us = {"from": {"id": second, "username": "lavanda_riga"}}
    foreign = ours("m9", "да") | {"sender": {"id": second}}
    await arrive(
        db,
        body([unsent("m1"), edited("m1", "?", 1), foreign], account=second),
        delivery(change("9", "да", parent_id="1", **us), account=second),
    )

    assert await states(db) == {"m1": OPEN, "1": OPEN}


async def test_a_page_that_two_accounts_name_belongs_to_neither(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(update(Account).values(page_id="555"))
        await an_account(tx, "17841400000000002", page_id="555")
    await arrive(db, body([said("m1", "Сколько?")], account="555"))
    assert await rows(db) == {}
