"""How an erasure goes on: once, in pieces, to the end, and only as far as it was asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models import (
    Account,
    Alert,
    Card,
    Decision,
    Delivery,
    DraftVersion,
    EditRequest,
    Erasure,
    TelegramUpdate,
)
from db.models.account import TokenState
from db.models.alert import AlertState
from db.models.event import EventState
from db.models.privacy import ErasureSource, ErasureState
from db.repositories import cards, erasures, moves
from services.alerts import raise_alert
from services.decide.outcome import Result
from services.privacy import erasing
from services.privacy.pseudonyms import ERASED
from services.updates import store
from services.work.sweep import Sweep
from tests.building import IVAN
from tests.sandbox.instagram.player import ACCOUNT
from tests.services.privacy.house import (
    ANNA,
    ANNA_ID,
    BORIS,
    BORIS_ID,
    PSEUDONYMS,
    REQUESTS,
    House,
    message,
    webhook,
)

WORDS = "Слова, которые надо стереть"
FIRST, SECOND, BORIS_ASKS = "181000000000001", "181000000000002", "182000000000001"
OTHER = "17841400000000002"


async def the_card(house: House, comment_id: str) -> Card:
    draft = await house.draft(comment_id)
    async with house.db.transaction() as tx:
        card = await cards.of_draft(tx.session, draft.id)
    assert card is not None
    return card


async def test_the_card_says_that_the_data_is_erased_and_offers_nothing(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS))
    await house.drafted(FIRST, "Ответ")
    await house.erased(instagram_id=ANNA_ID)
    shown = await house.card_text(FIRST)
    assert "Данные этого человека удалены по его просьбе" in shown
    assert "inline_keyboard" not in shown
    assert "Ответ" not in shown
    assert "instagram.com/p/" not in shown


async def test_a_button_that_was_shown_before_leads_nowhere(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS))
    draft = await house.drafted(FIRST, "Ответ")
    async with house.db.transaction() as tx:
        await house.decisions.reject(tx, IVAN, draft.id, 1, "spam")
    nonce = (await the_card(house, FIRST)).nonce
    await house.erased(instagram_id=ANNA_ID)
    async with house.db.transaction() as tx:
        assert await cards.find(tx.session, nonce) is None


async def test_questions_to_managers_that_quote_the_person_are_taken_away(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS), webhook(BORIS_ASKS, "Борис", by=(BORIS_ID, BORIS)))
    for comment_id in (FIRST, BORIS_ASKS):
        await house.drafted(comment_id, "Ответ")
    ours = await house.asked_for_text(FIRST, WORDS)
    neighbours = await house.asked_for_text(BORIS_ASKS, "Новый текст для Бориса?")
    await house.erased(instagram_id=ANNA_ID)
    standing = {one["message_id"] for one in await house.messages()}
    assert ours not in standing
    assert neighbours in standing
    async with house.db.transaction() as tx:
        kept = await tx.session.execute(select(EditRequest.message_id))
        assert list(kept.scalars()) == [neighbours]


async def test_threads_still_group_the_same_person_under_another_sign(house: House) -> None:
    await house.arrive(
        webhook(FIRST, WORDS),
        webhook(SECOND, WORDS, parent=FIRST),
        message("mid.1", WORDS),
        message("mid.2", WORDS, by=ACCOUNT, to=ANNA_ID, echo=True),
    )
    await house.erased(instagram_id=ANNA_ID)
    anna = [await house.comment(one) for one in (FIRST, SECOND, "mid.1")]
    assert {one.author_instagram_id for one in anna} == {PSEUDONYMS.of_id(ANNA_ID)}
    assert [one.thread for one in anna[:2]] == [FIRST, FIRST]
    ours = await house.comment("mid.2")
    assert ours.thread == anna[2].thread == f"dm:{PSEUDONYMS.of_id(ANNA_ID)}"
    assert (ours.text, ours.author_instagram_id) == ("", ACCOUNT)


async def test_the_audit_keeps_who_decided_what_and_the_hash(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS))
    draft = await house.drafted(FIRST, f"Ответ про {WORDS}")
    async with house.db.transaction() as tx:
        await house.decisions.reject(tx, IVAN, draft.id, 1, f"{ANNA} не в духе")
        before = await decisions(tx)
    await house.erased(instagram_id=ANNA_ID)
    async with house.db.transaction() as tx:
        after = await decisions(tx)
    assert [one | {"reason": None} for one in before] == after[: len(before)]
    assert after[0]["text_hash"] is not None


async def decisions(tx: Any) -> list[dict[str, Any]]:
    rows = await tx.session.execute(select(Decision.__table__).order_by(Decision.id))
    return [dict(row) for row in rows.mappings()]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET reason = 'another'",
        "UPDATE decisions SET reason = NULL, actor_name = 'nobody'",
        "DELETE FROM decisions",
    ],
)
async def test_the_guard_opens_for_forgetting_a_reason_and_nothing_else(house: House, statement: str) -> None:
    await house.arrive(webhook(FIRST, WORDS))
    draft = await house.drafted(FIRST, "Ответ")
    async with house.db.transaction() as tx:
        await house.decisions.reject(tx, IVAN, draft.id, 1, "spam")
    for setting in ("instachatico.erasing", "instachatico.nothing"):
        with pytest.raises(DBAPIError, match="append-only"):
            await executed(house, f"SELECT set_config('{setting}', 'on', true)", statement)
    with pytest.raises(DBAPIError, match="append-only"):
        await executed(house, "UPDATE decisions SET reason = NULL")


async def executed(house: House, *statements: str) -> None:
    async with house.db.transaction() as tx:
        for statement in statements:
            await tx.session.execute(text(statement))


async def test_every_id_and_name_of_the_person_is_followed(house: House) -> None:
    """Messages tell an id only, another account of ours knows another id, and people rename themselves."""
    await house.account(OTHER, username="other_shop")
    await house.arrive(
        webhook(FIRST, WORDS),
        webhook(SECOND, WORDS, by=(ANNA_ID, "anna_new")),
        webhook("181000000000003", WORDS, by=("900000000000999", ANNA.upper()), account=OTHER),
        message("mid.1", WORDS),
        webhook(BORIS_ASKS, "@anna_new, привет", by=(BORIS_ID, BORIS)),
    )
    await house.erased(username=ANNA)
    assert await house.places(WORDS, ANNA, ANNA_ID, "anna_new", "900000000000999") == []


async def test_in_one_account_another_one_keeps_the_person(house: House) -> None:
    account = await house.account()
    await house.account(OTHER, username="other_shop")
    await house.arrive(webhook(FIRST, WORDS), webhook(SECOND, "Здесь я остаюсь", account=OTHER))
    await house.erased(instagram_id=ANNA_ID, account_id=account.id)
    assert (await house.comment(FIRST)).text == ""
    kept = await house.comment(SECOND)
    assert (kept.text, kept.author_username) == ("Здесь я остаюсь", ANNA)
    assert [event.payload != {} for event in await house.events()] == [False, True]


async def test_the_same_person_asked_for_twice_is_one_request(house: House) -> None:
    first = await house.ask(instagram_id=ANNA_ID)
    assert (await house.ask(instagram_id=ANNA_ID)).code == first.code
    assert (await house.ask(instagram_id=BORIS_ID)).code != first.code
    assert (await house.ask(username=ANNA)).code != first.code
    await house.carried_out(first)
    assert (await house.ask(instagram_id=ANNA_ID)).code != first.code


async def test_a_run_that_dies_in_the_middle_is_finished_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by name: what the first run has erased no longer tells which id belongs to it."""
    await house.arrive(
        *(webhook(f"18100000000000{n}", f"{WORDS} {n}") for n in range(3)), message("m.1", WORDS)
    )
    erasure = await house.ask(username=ANNA)
    erase = house.erase()
    monkeypatch.setattr(erasing, "BATCH", 1)
    ended = 0

    async def dies(*_given: Any) -> bool:
        nonlocal ended
        ended += 1
        if ended == 4:  # only the message is left, which tells no name
            raise ConnectionError
        return True

    with monkeypatch.context() as dying:
        dying.setattr(erase, "_closed", dies)
        with pytest.raises(ConnectionError):
            await erase(erasure.id)
    assert [one.erased_at is None for one in await house.all_comments()] == [False, False, False, True]
    done = await house.carried_out(erasure)
    assert (done.state, done.erased["comments"]) == (ErasureState.DONE, 4)
    assert await house.places(WORDS, ANNA, ANNA_ID) == []


async def test_doing_it_again_changes_nothing(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS))
    await house.drafted(FIRST, "Ответ")
    done = await house.erased(instagram_id=ANNA_ID)
    card = await the_card(house, FIRST)
    await house.erase()(done.id)
    await house.erase()(None)
    assert (await the_card(house, FIRST)).wanted_rev == card.wanted_rev
    assert (await house.comment(FIRST)).text == ""


async def test_words_that_an_old_transaction_stored_late_are_found_by_the_second_look(house: House) -> None:
    erasure = await house.ask(instagram_id=ANNA_ID)
    patient = house.erase(timedelta(minutes=1))
    await patient(erasure.id)
    async with house.db.transaction() as tx:
        open_ = await erasures.get(tx.session, erasure.id)
        assert open_ is not None
        assert (open_.state, open_.sealed is not None) == (ErasureState.RECEIVED, True)
        assert open_.next_attempt_at is not None
        assert open_.next_attempt_at > datetime.now(UTC)
    await house.arrive(webhook(FIRST, WORDS, at=datetime.now(UTC) + timedelta(seconds=2)))
    assert (await house.comment(FIRST)).text == WORDS
    async with house.db.transaction() as tx:
        await tx.session.execute(
            update(Erasure).values(created_at=Erasure.created_at - timedelta(seconds=61))
        )
        meanwhile = "(SELECT created_at FROM erasures) + interval '30 s'"
        await tx.session.execute(text(f"UPDATE comments SET written_at = NULL, created_at = {meanwhile}"))
        await tx.session.execute(text(f"UPDATE events SET sent_at = NULL, received_at = {meanwhile}"))
    await patient(erasure.id)
    assert await house.places(WORDS) == []


async def test_the_sweep_wakes_requests_whose_time_has_come(house: House) -> None:
    erasure = await house.ask(instagram_id=ANNA_ID)
    sweep = Sweep(house.db, house.options, house.decisions)
    async with house.db.transaction() as tx:
        await tx.session.execute(text("DELETE FROM pgqueuer"))
        await erasures.change(
            tx.session, erasure.id, next_attempt_at=datetime.now(UTC) + timedelta(minutes=1)
        )
    await sweep()
    assert await jobs(house) == []
    async with house.db.transaction() as tx:
        await erasures.change(tx.session, erasure.id, next_attempt_at=datetime.now(UTC))
    await sweep()
    assert await jobs(house) == ["erase"]


async def jobs(house: House) -> list[str]:
    async with house.db.transaction() as tx:
        rows = await tx.session.execute(text("SELECT entrypoint FROM pgqueuer WHERE entrypoint = 'erase'"))
        return [row[0] for row in rows]


async def in_doubt(house: House) -> Delivery:
    """Approved, asked of Instagram, and no answer came."""
    await house.arrive(webhook(FIRST, WORDS))
    await house.drafted(FIRST, "Ответ")
    delivery = await house.approved(FIRST)
    async with house.db.transaction() as tx:
        await tx.session.execute(
            update(Delivery).where(Delivery.id == delivery.id).values(request_started_at=func.now())
        )
    return delivery


async def test_a_reply_in_doubt_is_waited_for_with_its_words(house: House) -> None:
    await in_doubt(house)
    erasure = await house.erased(instagram_id=ANNA_ID)
    assert erasure.state is ErasureState.RECEIVED
    assert (await house.comment(FIRST)).text == WORDS
    async with house.db.transaction() as tx:
        assert await tx.session.scalar(select(DraftVersion.text)) == "Ответ"


async def test_but_not_for_ever(house: House) -> None:
    delivery = await in_doubt(house)
    erasure = await house.ask(instagram_id=ANNA_ID)
    async with house.db.transaction() as tx:
        await tx.session.execute(
            text("UPDATE comments SET created_at = now() - interval '1 h', written_at = NULL")
        )
        await tx.session.execute(
            update(Erasure).values(created_at=Erasure.created_at - erasing.DOUBT - timedelta(seconds=1))
        )
    assert (await house.carried_out(erasure)).state is ErasureState.DONE
    assert (await house.comment(FIRST)).text == ""
    async with house.db.transaction() as tx:
        now = await tx.session.get_one(Delivery, delivery.id)
    assert now.state is DeliveryState.CANCELLED


async def test_an_uncertain_reply_keeps_nobody_waiting_any_more(house: House) -> None:
    delivery = await in_doubt(house)
    async with house.db.transaction() as tx:
        await moves.move(tx.session, Delivery, delivery.id, DeliveryState.SENDING)
        await moves.move(tx.session, Delivery, delivery.id, DeliveryState.UNCERTAIN)
        await raise_alert(tx, "delivery_uncertain")
    await house.erased(instagram_id=ANNA_ID)
    assert (await house.draft(FIRST)).state is DraftState.SUPERSEDED
    async with house.db.transaction() as tx:
        open_ = await tx.session.scalar(
            select(func.count()).select_from(Alert).where(Alert.state != AlertState.RESOLVED)
        )
    assert open_ == 0


async def test_a_manager_cannot_approve_other_words_than_were_shown(house: House) -> None:
    """A neighbour's draft mentions the person: it gets a new version, and the old press is refused."""
    await house.arrive(webhook(BORIS_ASKS, "Что с заказом?", by=(BORIS_ID, BORIS)))
    draft = await house.drafted(BORIS_ASKS, f"Спросите у @{ANNA}.")
    await house.erased(username=ANNA)
    async with house.db.transaction() as tx:
        refused = await house.decisions.approve(tx, IVAN, draft.id, 1)
        assert refused.result is Result.STALE
        assert (await house.decisions.approve(tx, IVAN, draft.id, 2)).done
        texts = await tx.session.execute(select(DraftVersion.text).order_by(DraftVersion.version))
        assert list(texts.scalars()) == ["Спросите у @….", "Спросите у @…."]


async def test_approved_words_are_published_as_approved_before_the_name_leaves_them(house: House) -> None:
    await house.arrive(webhook(BORIS_ASKS, "Что с заказом?", by=(BORIS_ID, BORIS)))
    await house.drafted(BORIS_ASKS, f"Спросите у @{ANNA}")
    delivery = await house.approved(BORIS_ASKS)
    erasure = await house.erased(username=ANNA)
    assert erasure.state is ErasureState.RECEIVED
    await house.deliverer(delivery.id)
    assert f"Спросите у @{ANNA}" in str(await house.player.ledger())
    assert (await house.carried_out(erasure)).state is ErasureState.DONE
    assert await house.places(ANNA) == []


@pytest.mark.parametrize(
    ("words", "after"),
    [
        (f"@{ANNA}", "@…"),
        (f"привет,@{ANNA.upper()}!", "привет,@…!"),
        (f"это @{ANNA}.", "это @…."),
        (f"@{ANNA}_2 и @{ANNA}.ru", f"@{ANNA}_2 и @{ANNA}.ru"),
        ("@anna_kx1990", "@anna_kx1990"),
        (f"{ANNA} без собаки", f"{ANNA} без собаки"),
    ],
    ids=range(6),
)
async def test_only_the_person_is_unmentioned(house: House, words: str, after: str) -> None:
    await house.arrive(webhook(BORIS_ASKS, words, by=(BORIS_ID, BORIS)))
    await house.erased(username=ANNA)
    assert (await house.comment(BORIS_ASKS)).text == after
    [event] = await house.events()
    assert event.payload["text"] == after


async def test_what_still_waited_in_the_inbox_is_settled(house: House) -> None:
    stranger = webhook(FIRST, WORDS, account="17841400000000099")
    await house.arrive(stranger)
    assert [event.state for event in await house.events()] == [EventState.UNCLAIMED]
    await house.erased(instagram_id=ANNA_ID)
    [event] = await house.events()
    assert (event.state, event.payload) == (EventState.IGNORED, {})


async def test_a_press_on_the_persons_card_is_forgotten_whatever_it_quotes(house: House) -> None:
    """Words too short to be anybody's, no name: the message alone tells that it is the person's card."""
    await house.arrive(message("mid.1", "ок"))
    await house.drafted("mid.1", "Хорошо")
    [card] = [one for one in await house.messages() if "Хорошо" in one.get("text", "")]
    other = {"message_id": card["message_id"] + 1000, "chat": card["chat"], "text": "ок"}
    async with house.db.transaction() as tx:
        await store(
            tx,
            [
                {"update_id": number, "callback_query": {"id": "1", "message": shown, "data": "d:ap:x:1"}}
                for number, shown in enumerate((card, other))
            ],
        )
    await house.erased(instagram_id=ANNA_ID)
    async with house.db.transaction() as tx:
        kept = await tx.session.execute(select(TelegramUpdate).order_by(TelegramUpdate.id))
        assert ["callback_query" in one.payload for one in kept.scalars()] == [False, True]


async def test_an_account_owner_takes_everything_along(house: House) -> None:
    account = await house.account(app_scoped_id="555", page_id="777", tone="весело", preferences={"a": "b"})
    await house.account(OTHER, username="other_shop")
    await house.arrive(
        webhook(FIRST, WORDS),
        webhook(BORIS_ASKS, "Борис спрашивает", by=(BORIS_ID, BORIS)),
        webhook(SECOND, "Другому магазину", account=OTHER),
    )
    await house.drafted(FIRST, "Ответ")
    async with house.db.transaction() as tx:
        erasure = await REQUESTS.account(tx, ErasureSource.CALLBACK, account)
    async with house.db.transaction() as tx:
        at_once = await tx.session.get_one(Account, account.id)
        assert (at_once.token_encrypted, at_once.token_state) == (None, TokenState.INVALID)
    done = await house.carried_out(erasure)
    assert done.state is ErasureState.DONE
    gone = (WORDS, "Борис спрашивает", account.username, ACCOUNT, "весело")
    assert await house.places(*gone) == []
    assert account.username not in await house.card_text(FIRST)
    assert (await house.comment(SECOND)).text == "Другому магазину"
    async with house.db.transaction() as tx:
        row = await tx.session.get_one(Account, account.id)
        assert row.instagram_id.startswith(ERASED)
        assert (row.app_scoped_id, row.page_id, row.tone, row.preferences) == (None, None, None, {})


async def test_an_account_that_was_connected_again_meanwhile_stays_connected(house: House) -> None:
    account = await house.account()
    await house.arrive(webhook(FIRST, WORDS))
    async with house.db.transaction() as tx:
        erasure = await REQUESTS.account(tx, ErasureSource.CALLBACK, account)
    await house.account()
    await house.carried_out(erasure)
    async with house.db.transaction() as tx:
        row = await tx.session.get_one(Account, account.id)
    assert (row.instagram_id, row.token_encrypted is not None) == (ACCOUNT, True)
    assert (await house.comment(FIRST)).text == ""
