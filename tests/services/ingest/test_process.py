"""From elements to comments: once each, ours never as a customer's, the odd ones aside."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.life.comment import CommentState
from db.life.delivery import DeliveryState, Effect
from db.models import Alert, Comment, Delivery, Event
from db.models.alert import Severity
from db.models.comment import CommentKind
from db.models.decision import Action
from db.models.event import EventSource, EventState
from db.repositories import accounts, comments, deliveries, drafts, inbox, moves
from db.repositories.inbox import MAX_ATTEMPTS
from sandbox.instagram import Instagram, InstagramConfig
from services.ingest.process import Ingest
from tests.building import OLGA, OPTIONS, SUPERSEDING, Scene, a_scene, an_account, arrive, receive
from tests.webhook.door import ACCOUNT, TIME, change, delivery

COMMENT = "18100000000000001"
REPLY = "18100000000000002"
OURS: dict[str, Any] = {
    "from": {"id": ACCOUNT, "username": "lavanda_home", "self_ig_scoped_id": "2100000000000001"}
}


async def connected(db: Database) -> None:
    async with db.transaction() as tx:
        await an_account(tx, ACCOUNT)


async def stored(db: Database) -> list[tuple[EventState, str | None]]:
    async with db.transaction() as tx:
        rows = await tx.session.execute(select(Event.state, Event.problem).order_by(Event.id))
        return [(row[0], row[1]) for row in rows]


async def written(db: Database) -> Sequence[Comment]:
    async with db.transaction() as tx:
        return (await tx.session.execute(select(Comment).order_by(Comment.id))).scalars().all()


async def jobs(db: Database, step: str) -> int:
    async with db.transaction() as tx:
        statement = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = :step")
        return int(await tx.session.scalar(statement, {"step": step}) or 0)


async def alerts(db: Database) -> dict[str, int]:
    async with db.transaction() as tx:
        rows = await tx.session.execute(select(Alert.fingerprint, Alert.count))
        return {row[0]: row[1] for row in rows}


async def test_a_comment_enters_the_pipeline(db: Database) -> None:
    await connected(db)
    await arrive(db, delivery(change(COMMENT, "Сколько стоит свеча?")))

    (comment,) = await written(db)
    assert (comment.instagram_id, comment.text) == (COMMENT, "Сколько стоит свеча?")
    assert (comment.kind, comment.state) == (CommentKind.COMMENT, CommentState.RECEIVED)
    assert (comment.author_instagram_id, comment.author_username) == ("900000000000001", "anna_k")
    assert (comment.thread, comment.parent_instagram_id) == (COMMENT, None)
    async with db.transaction() as tx:
        media = await comments.media_of(tx.session, comment)
        assert media is not None
        assert (media.instagram_id, media.kind) == ("18000000000000001", "FEED")
        assert await tx.session.scalar(select(Event.comment_id)) == comment.id
    assert await jobs(db, "classify") == 1
    assert await stored(db) == [(EventState.PROCESSED, None)]


async def test_a_comment_under_no_known_post_enters_too(db: Database) -> None:
    await connected(db)
    await arrive(db, delivery(change(COMMENT, media=None)))

    (comment,) = await written(db)
    assert comment.media_id is None
    assert await jobs(db, "classify") == 1


async def test_a_hundred_deliveries_of_a_comment_are_one_comment_and_one_job(db: Database) -> None:
    await connected(db)
    body = delivery(change(COMMENT))
    await asyncio.gather(*(arrive(db, body, body) for _ in range(10)))
    await arrive(db, *[body] * 80)

    assert await stored(db) == [(EventState.PROCESSED, None)]
    assert len(await written(db)) == 1
    assert await jobs(db, "classify") == 1


async def test_two_workers_share_the_elements(db: Database) -> None:
    await connected(db)
    await receive(db, delivery(*(change(str(number)) for number in range(1, 251))))

    await asyncio.gather(*(Ingest(db, SUPERSEDING)() for _ in range(3)))

    assert len(await written(db)) == 250
    assert await jobs(db, "classify") == 250


async def test_a_comment_that_also_mentions_us_is_one_comment(db: Database) -> None:
    await connected(db)
    mention = {"field": "mentions", "value": {"media_id": "18000000000000001", "comment_id": COMMENT}}
    await arrive(db, delivery(change(COMMENT)), delivery(mention))

    (comment,) = await written(db)
    assert await jobs(db, "classify") == 1
    async with db.transaction() as tx:
        linked = (await tx.session.execute(select(Event.comment_id))).scalars().all()
    assert linked == [comment.id, comment.id]


async def test_answers_belong_to_the_thread_of_what_they_answer(db: Database) -> None:
    await connected(db)
    third, orphan = "18100000000000003", "18100000000000004"
    await arrive(
        db,
        delivery(
            change(COMMENT),
            change(REPLY, parent_id=COMMENT),
            change(third, parent_id=REPLY),
            change(orphan, parent_id="18100000000000999"),
        ),
    )

    assert {comment.instagram_id: comment.thread for comment in await written(db)} == {
        COMMENT: COMMENT,
        REPLY: COMMENT,
        third: COMMENT,
        orphan: "18100000000000999",
    }


async def test_an_answer_that_comes_before_its_question_shares_its_thread(db: Database) -> None:
    await connected(db)
    await arrive(db, delivery(change(REPLY, parent_id=COMMENT)), delivery(change(COMMENT)))

    assert {comment.thread for comment in await written(db)} == {COMMENT}
    assert await jobs(db, "classify") == 2


# Our own words


@pytest.mark.parametrize(
    "author",
    [OURS, {"from": {"username": "Lavanda_Home"}}, {"from": {"id": "2", "username": "lavanda_home"}}],
    ids=["by id", "by name", "by name with another id"],
)
async def test_our_own_words_are_kept_as_context_and_never_classified(
    db: Database, author: dict[str, Any]
) -> None:
    await connected(db)
    body = delivery(change(REPLY, "1 290 ₽", parent_id=COMMENT, **author))
    await arrive(db, body, body)

    (comment,) = await written(db)
    assert (comment.state, comment.thread) == (CommentState.OWN, COMMENT)
    assert (comment.author_instagram_id, comment.author_username) == (ACCOUNT, "lavanda_home")
    assert await jobs(db, "classify") == 0
    assert await stored(db) == [(EventState.PROCESSED, "our own words")]


@pytest.mark.parametrize("envelope", ["changes", "flat", "bare", "array"])
@pytest.mark.parametrize("switches", [{}, {"id_key": "comment_id"}, {"drop_from_id": True}], ids=str)
async def test_the_echo_is_known_in_every_shape_that_instagram_gives_it(
    db: Database, envelope: str, switches: dict[str, Any]
) -> None:
    await connected(db)
    account = Instagram(InstagramConfig(app_secret="-", verify_token="-", access_token="-")).account
    account.switches.change({"envelope": envelope, **switches})
    media = next(iter(account.state.posts.values()))
    question = account.state.add_comment(media, account.state.person("anna_k"), "Сколько?")
    answer = account.state.reply(question.id, "1 290 ₽")

    await arrive(db, account.comment_body(question), account.comment_body(answer))

    states = {comment.instagram_id: comment.state for comment in await written(db)}
    # No delivery of ours wrote it: somebody answered in the Instagram app.
    assert states == {question.id: CommentState.SUPERSEDED, answer.id: CommentState.OWN}


async def a_doubt(db: Database) -> tuple[Scene, Delivery]:
    """An approved reply whose request left and whose answer never came."""
    scene = await a_scene(db, text="1 290 ₽, и доставка бесплатна.")
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
        planned = await deliveries.plan(
            tx.session,
            account_id=scene.account.id,
            comment_id=scene.comment.id,
            draft_id=scene.draft.id,
            draft_version=1,
            decision_id=decision.id,
            effect=Effect.REPLY,
        )
        assert planned is not None
        sending = await moves.claim(
            tx.session, Delivery, planned.id, DeliveryState.SENDING, lease=OPTIONS.lease
        )
        assert sending is not None
        assert await deliveries.start_request(tx.session, sending)
        sending.request_started_at = datetime.fromtimestamp(TIME, UTC)  # the echo is as old as its webhook
        return scene, sending


async def test_the_echo_confirms_a_delivery_in_doubt(db: Database) -> None:
    scene, doubt = await a_doubt(db)
    echo = change(REPLY, " 1 290 ₽,\nи доставка бесплатна. ", parent_id=scene.comment.instagram_id, **OURS)
    await arrive(db, delivery(echo))

    async with db.transaction() as tx:
        sent = await deliveries.get(tx.session, doubt.id)
        assert sent is not None
        assert (sent.state, sent.external_id) == (DeliveryState.SENT, REPLY)
        assert sent.sent_at is not None
        comment = await comments.get(tx.session, scene.comment.id)
        assert comment.state is CommentState.ANSWERED
    assert await jobs(db, "render_card") == 1
    assert await jobs(db, "classify") == 0


async def test_other_words_of_ours_confirm_nothing(db: Database) -> None:
    scene, doubt = await a_doubt(db)
    await arrive(
        db,
        delivery(change(REPLY, "Спасибо!", parent_id=scene.comment.instagram_id, **OURS)),
        delivery(change("18100000000000003", "1 290 ₽, и доставка бесплатна.", parent_id="1", **OURS)),
    )

    async with db.transaction() as tx:
        kept = await deliveries.get(tx.session, doubt.id)
        assert kept is not None
        assert (kept.state, kept.external_id) == (DeliveryState.SENDING, None)


# What is not for the pipeline


async def test_the_dashboards_test_is_ignored(db: Database) -> None:
    await arrive(db, delivery(change("17865799348089039"), account="0"))

    assert await stored(db) == [(EventState.IGNORED, "a test of the dashboard")]
    assert await alerts(db) == {}


async def test_every_press_of_the_test_button_is_seen(db: Database) -> None:
    await connected(db)
    async with db.transaction() as tx:
        assert await inbox.last_test(tx.session) is None
        account = await accounts.find(tx.session, ACCOUNT)
        assert account is not None
        assert await inbox.last_event(tx.session, account) is None
    test = change("17865799348089039", "This is an example.")
    odd = {"field": "something_new", "value": "?"}
    pressed = [
        {"id": "0", "time": 1_790_000_000, "changes": [test]},
        {"id": "0", "time": 1_790_000_060, "changes": [test]},
        {"id": "0", "time": 1_790_000_090, "changes": [odd]},
        {"id": "0", "time": 1_790_000_120, "messaging": [{"message": {"mid": "random_mid"}}]},
    ]
    newest = []
    for entry in pressed:
        await arrive(db, orjson.dumps({"object": "instagram", "entry": [entry]}))
        async with db.transaction() as tx:
            newest.append(await inbox.last_test(tx.session))
    await arrive(db, delivery(change(COMMENT)))

    assert [seen.field for seen in newest if seen] == ["comments", "comments", "unknown", "messages"]
    assert len({seen.at for seen in newest if seen}) == 4
    assert (await stored(db))[:4] == [(EventState.IGNORED, inbox.TEST)] * 4
    assert await alerts(db) == {}
    async with db.transaction() as tx:
        event = await inbox.last_event(tx.session, account)
        test_seen = await inbox.last_test(tx.session)
    assert event is not None
    assert test_seen is not None
    assert (event.field, event.at > test_seen.at) == ("comments", True)


async def test_what_reconciliation_finds_is_no_sign_of_life_of_the_webhooks(db: Database) -> None:
    await connected(db)
    await receive(db, delivery(change(COMMENT)))
    async with db.transaction() as tx:
        await tx.session.execute(update(Event).values(source=EventSource.RECONCILIATION))
    await Ingest(db, SUPERSEDING)()

    assert len(await written(db)) == 1
    async with db.transaction() as tx:
        account = await accounts.find(tx.session, ACCOUNT)
        assert account is not None
        assert account.last_event_at is None
        assert await inbox.last_event(tx.session, account) is None


async def test_what_needs_no_answer_is_ignored_and_why(db: Database) -> None:
    await connected(db)
    await arrive(db, delivery({"field": "story_insights", "value": {"reach": 1}}))

    assert await stored(db) == [(EventState.IGNORED, "story_insights")]
    assert await written(db) == []


async def test_a_shape_that_cannot_be_meant_is_set_aside_and_told(db: Database) -> None:
    await connected(db)
    await arrive(db, delivery(change(COMMENT, **{"from": "nobody"}), change(REPLY)))

    (odd, _problem), sound = await stored(db)
    assert odd is EventState.QUARANTINED
    assert sound == (EventState.PROCESSED, None)
    assert await alerts(db) == {"quarantined:": 1}


async def test_an_unknown_account_is_kept_and_told(db: Database) -> None:
    await connected(db)
    await arrive(db, delivery(change(COMMENT), change(REPLY, **OURS), account="17841400000000009"))

    assert await stored(db) == [(EventState.UNCLAIMED, "an unknown account")] * 2
    assert await written(db) == []
    assert await alerts(db) == {"unknown_account:17841400000000009": 2}
    async with db.transaction() as tx:
        assert await tx.session.scalar(select(Alert.severity)) is Severity.CRITICAL


async def test_a_body_that_names_no_account_belongs_to_the_only_one(db: Database) -> None:
    await connected(db)
    await arrive(db, orjson.dumps(change(COMMENT)))
    assert await stored(db) == [(EventState.PROCESSED, None)]

    async with db.transaction() as tx:
        await an_account(tx, "17841400000000002")
    await arrive(db, orjson.dumps(change(REPLY)))
    assert (await stored(db))[1] == (EventState.UNCLAIMED, "an unknown account")


# Poison


async def poison(db: Database, payload: str) -> None:
    """A row that no code of ours would write."""
    async with db.transaction() as tx:
        await tx.session.execute(
            text(
                "INSERT INTO events (identity, account_instagram_id, field, payload, state)"
                " VALUES ('poison', :account, 'comments', CAST(:payload AS jsonb), 'received')"
            ),
            {"account": ACCOUNT, "payload": payload},
        )


async def test_an_element_that_breaks_the_code_is_set_aside_while_its_siblings_pass(db: Database) -> None:
    await connected(db)
    await receive(db, delivery(change(COMMENT)))
    await poison(db, "[]")
    await receive(db, delivery(change(REPLY)))

    await Ingest(db, SUPERSEDING)()

    assert await stored(db) == [
        (EventState.PROCESSED, None),
        (EventState.QUARANTINED, "AttributeError"),
        (EventState.PROCESSED, None),
    ]
    async with db.transaction() as tx:
        attempts = await tx.session.scalar(select(Event.attempts).where(Event.identity == "poison"))
    assert attempts == MAX_ATTEMPTS
    assert await alerts(db) == {"quarantined:": 1}
    assert await jobs(db, "classify") == 2


@pytest.mark.parametrize(
    "poisoned", [{"from": "nobody"}, {"id": "with a space"}], ids=["its meaning", "its shape"]
)
async def test_one_poisoned_element_of_a_thousand_is_set_aside_and_told_once(
    db: Database, poisoned: dict[str, Any]
) -> None:
    await connected(db)
    elements = [change(str(number), f"Вопрос {number}") for number in range(1, 1001)]
    elements[499] = change("500", **poisoned)
    await arrive(db, delivery(*elements))

    states = Counter(state for state, _problem in await stored(db))
    assert states == {EventState.PROCESSED: 999, EventState.QUARANTINED: 1}
    [problem] = [problem for state, problem in await stored(db) if state is EventState.QUARANTINED]
    assert problem is not None
    numbers = {int(comment.instagram_id) for comment in await written(db)}
    assert numbers == set(range(1, 1001)) - {500}
    assert await jobs(db, "classify") == 999
    assert await alerts(db) == {"quarantined:": 1}


async def test_an_element_that_the_database_refuses_is_set_aside_too(db: Database) -> None:
    await connected(db)
    async with db.transaction() as tx:
        await tx.session.execute(text("ALTER TABLE comments ADD CHECK (text <> 'яд')"))
    await arrive(db, delivery(change("1"), change("2", "яд"), change("3")))

    assert await stored(db) == [
        (EventState.PROCESSED, None),
        (EventState.QUARANTINED, "IntegrityError"),
        (EventState.PROCESSED, None),
    ]
    assert [comment.instagram_id for comment in await written(db)] == ["1", "3"]


async def test_a_database_that_fails_is_nobodys_poison(db: Database) -> None:
    await connected(db)
    await receive(db, delivery(change(COMMENT)))
    async with db.transaction() as tx:
        await tx.session.execute(text("ALTER TABLE comments RENAME TO away"))

    with pytest.raises(SQLAlchemyError):
        await Ingest(db, SUPERSEDING)()

    async with db.transaction() as tx:
        await tx.session.execute(text("ALTER TABLE away RENAME TO comments"))
        assert await tx.session.scalar(select(Event.attempts)) == 0
    await Ingest(db, SUPERSEDING)()
    assert await stored(db) == [(EventState.PROCESSED, None)]
