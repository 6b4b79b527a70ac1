"""Nothing is kept longer than the settings say, and nothing is lost sooner."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from db.life.comment import CommentState
from db.models import (
    Alert,
    Classification,
    Comment,
    ConnectRequest,
    Decision,
    Delivery,
    DraftVersion,
    Event,
    LlmCall,
    Policy,
    TelegramUpdate,
    Transition,
    Upload,
)
from db.models.account import PolicyMode
from db.models.comment import Category
from db.models.event import EventState
from db.models.knowledge import UploadState
from db.models.llm_call import CallOutcome, Purpose
from db.models.telegram_update import UpdateState
from services.alerts import raise_alert, resolve_alert
from services.privacy import retention
from tests.building import IVAN
from tests.sandbox.instagram.player import ACCOUNT
from tests.services.privacy.house import ANNA, ANNA_ID, BORIS, BORIS_ID, PSEUDONYMS, House, message, webhook

FIRST, SECOND = "181000000000001", "181000000000002"
WORDS = "Слова, которым пора"
LONG = timedelta(days=5000)


async def aged(
    house: House, table: Any, age: timedelta, *conditions: Any, column: str = "created_at"
) -> None:
    """Rows that look as old as `age`."""
    async with house.db.transaction() as tx:
        await tx.session.execute(text("ALTER TABLE decisions DISABLE TRIGGER ALL"))
        await tx.session.execute(
            update(table)
            .where(*conditions)
            .values({column: datetime.now(UTC) - age})
            .execution_options(synchronize_session=False)
        )
        await tx.session.execute(text("ALTER TABLE decisions ENABLE TRIGGER ALL"))


async def count(house: House, table: Any) -> int:
    async with house.db.transaction() as tx:
        return await tx.session.scalar(select(func.count()).select_from(table)) or 0


def kept_for(house: House, **days: int) -> House:
    given: dict[str, Any] = {f"retention_{name}": timedelta(days=number) for name, number in days.items()}
    house.options = replace(house.options, **given)
    return house


@pytest.mark.parametrize(
    ("days", "age", "blank"),
    [(14, 13, False), (14, 15, True), (1, 1.5, False), (1, 2.1, True)],
    ids=["within", "over", "never before redeliveries have ended", "just after"],
)
async def test_payloads_go_after_their_time_and_identities_stay(
    house: House, days: int, age: float, *, blank: bool
) -> None:
    body = webhook(FIRST, WORDS)
    await house.arrive(body)
    await aged(house, Event, timedelta(days=age), column="received_at")
    await kept_for(house, payload=days).purge()
    [event] = await house.events()
    assert (event.payload == {}) is blank
    assert (event.identity, event.state) == (f"comment:{FIRST}", EventState.PROCESSED)
    await house.arrive(body)
    assert len(await house.events()) == len(await house.all_comments()) == 1


async def test_what_waited_for_an_account_waits_no_longer_without_its_payload(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS, account="17841400000000099"), b'{"entry": "odd"}')
    await aged(house, Event, timedelta(days=15), column="received_at")
    await house.purge()
    assert {(event.state, str(event.payload)) for event in await house.events()} == {
        (EventState.IGNORED, "{}")
    }
    assert await house.places(WORDS) == []


async def test_an_element_that_was_not_processed_yet_is_kept(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS))
    async with house.db.transaction() as tx:
        await tx.session.execute(update(Event).values(state=EventState.RECEIVED))
    await aged(house, Event, timedelta(days=15), column="received_at")
    await house.purge()
    assert [event.payload != {} for event in await house.events()] == [True]


async def answered(house: House, comment_id: str, **by: Any) -> None:
    await house.arrive(webhook(comment_id, WORDS, **by))
    await house.drafted(comment_id, f"@{ANNA}, {WORDS}", hint=WORDS)
    await house.sent(comment_id)


async def test_words_and_names_of_settled_comments_go(house: House) -> None:
    await answered(house, FIRST)
    await house.arrive(message("mid.2", WORDS, by=ACCOUNT, to=ANNA_ID, echo=True))
    await aged(house, Comment, timedelta(days=181))
    await aged(house, Event, timedelta(days=181), column="received_at")
    await house.purge()
    assert await house.places(WORDS, ANNA, ANNA_ID) == []
    comment = await house.comment(FIRST)
    assert (comment.state, comment.author_instagram_id) == (CommentState.ANSWERED, PSEUDONYMS.of_id(ANNA_ID))
    ours = await house.comment("mid.2")
    assert (ours.author_instagram_id, ours.thread) == (ACCOUNT, f"dm:{PSEUDONYMS.of_id(ANNA_ID)}")
    assert (await house.draft(FIRST)).reason is None
    assert await count(house, Decision) == 1


async def test_words_that_somebody_still_needs_stay(house: House) -> None:
    await answered(house, FIRST)
    await house.arrive(webhook(SECOND, "Ещё ждёт ответа", by=(BORIS_ID, BORIS)))
    await house.drafted(SECOND, "Ответ")
    await aged(house, Comment, timedelta(days=179), Comment.instagram_id == FIRST)
    await aged(house, Comment, timedelta(days=400), Comment.instagram_id == SECOND)
    await house.purge()
    assert [one.text for one in await house.all_comments()] == [WORDS, "Ещё ждёт ответа"]


async def test_an_erasure_after_that_still_takes_the_card(house: House) -> None:
    """What the purge blanked may still stand in Telegram, where nobody redraws old cards every night."""
    await answered(house, FIRST)
    await aged(house, Comment, timedelta(days=181))
    await house.purge()
    assert WORDS in await house.card_text(FIRST)
    await house.erased(instagram_id=ANNA_ID)
    assert WORDS not in await house.card_text(FIRST)


async def a_call(house: House) -> None:
    """A model's call that a reading and a text came from."""
    account = await house.account()
    async with house.db.transaction() as tx:
        call = LlmCall(
            account_id=account.id,
            purpose=Purpose.ANSWER,
            model="m",
            prompt_version="1",
            latency_ms=1,
            outcome=CallOutcome.OK,
        )
        tx.session.add(call)
        await tx.session.flush()
        await tx.session.execute(update(Classification).values(llm_call_id=call.id))
        await tx.session.execute(update(DraftVersion).values(llm_call_id=call.id))


async def test_the_audit_goes_after_its_time(house: House) -> None:
    await answered(house, FIRST)
    await a_call(house)
    async with house.db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(error="transient"))
    audit = (Decision, Transition, LlmCall, Event)
    for table in (*audit, Delivery):
        await aged(
            house, table, timedelta(days=1096), column="received_at" if table is Event else "created_at"
        )
    await house.purge()
    assert [await count(house, table) for table in audit] == [0, 0, 0, 0]
    async with house.db.transaction() as tx:
        delivery = (await tx.session.execute(select(Delivery))).scalar_one()
    assert (delivery.decision_id, delivery.error, delivery.external_id is not None) == (None, None, True)


async def test_the_audit_stays_until_then(house: House) -> None:
    await answered(house, FIRST)
    await a_call(house)
    audit = (Decision, Transition, LlmCall, Event)
    before = [await count(house, table) for table in audit]
    for table in audit:
        await aged(
            house, table, timedelta(days=1094), column="received_at" if table is Event else "created_at"
        )
    await house.purge()
    assert [await count(house, table) for table in audit] == before


async def test_a_decision_on_which_a_policy_rests_stays(house: House) -> None:
    await answered(house, FIRST)
    account = await house.account()
    async with house.db.transaction() as tx:
        decision = (await tx.session.execute(select(Decision))).scalar_one()
        tx.session.add(
            Policy(
                account_id=account.id, category=Category.PRAISE, mode=PolicyMode.AUTO, decision_id=decision.id
            )
        )
    await aged(house, Decision, LONG)
    await house.purge()
    assert await count(house, Decision) == 1


def _upload(name: str, *, told: bool) -> Upload:
    """A file that `IVAN` sent."""
    return Upload(
        nonce=name,
        manager_id=IVAN.id,
        chat_id=1,
        message_id=int(told),
        file_id="f",
        name=name,
        state=UploadState.READ,
        told_at=datetime.now(UTC) if told else None,
    )


async def test_short_lived_rows_go(house: House) -> None:
    async with house.db.transaction() as tx:
        for number, state in enumerate(UpdateState):
            tx.session.add(TelegramUpdate(id=number, payload={"update_id": number}, state=state))
        for subject in ("over", "open"):
            await raise_alert(tx, "quarantined", subject, count=1, problem="p")
        await resolve_alert(tx, "quarantined", "over")
        tx.session.add(
            ConnectRequest(
                state_hash=secrets.token_hex(8), manager_id=IVAN.id, chat_id=1, expires_at=datetime.now(UTC)
            )
        )
        tx.session.add_all(_upload(name, told=name == "told") for name in ("told", "under way"))
        await tx.session.execute(
            text(
                "INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint, created) VALUES"
                " (1, 'successful', 7, 'sweep', now() - interval '8 d'),"
                " (2, 'successful', 7, 'sweep', now() - interval '6 d')"
            )
        )
    await house.purge()
    times: dict[Any, str] = {
        TelegramUpdate: "created_at",
        Alert: "last_at",
        ConnectRequest: "created_at",
        Upload: "told_at",
    }
    assert [await count(house, table) for table in times] == [3, 2, 1, 2]
    for table, column in times.items():
        begun = getattr(table, column).is_not(None)
        await aged(house, table, timedelta(days=91), begun, column=column)
    await house.purge()
    assert [await count(house, table) for table in times] == [1, 1, 0, 1]
    async with house.db.transaction() as tx:
        assert await tx.session.scalar(
            text("SELECT array_agg(job_id) FROM pgqueuer_log WHERE priority = 7")
        ) == [2]


async def test_one_night_takes_a_bounded_number_of_batches(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "BATCHES", 2)
    await house.arrive(*(webhook(f"18100000000000{number}", WORDS) for number in range(7)))
    await aged(house, Event, timedelta(days=15), column="received_at")
    for left in (3, 0):
        await house.purge()
        assert sum(event.payload != {} for event in await house.events()) == left
