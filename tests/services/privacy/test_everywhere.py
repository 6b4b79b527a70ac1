"""The promise as a whole: one person among others leaves every table, every card and every log."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from db.life.delivery import DeliveryState, Effect
from db.life.draft import DraftState
from db.models import TelegramUpdate
from db.models.alert import Severity
from db.models.privacy import ErasureState
from db.repositories import deliveries
from services.alerts import raise_alert
from services.updates import store
from tests.building import IVAN
from tests.sandbox.instagram.player import ACCOUNT
from tests.services.privacy.house import ANNA, ANNA_ID, BORIS, BORIS_ID, House, message, webhook

PROMISE = "Очень личные слова Анны про лаванду"
QUESTION, RUDE, PLANNED, THREADED, SILENT = (
    "181000000000001",
    "181000000000002",
    "181000000000003",
    "181000000000004",
    "181000000000005",
)
BORIS_ASKS, BORIS_MENTIONS = "182000000000001", "182000000000002"
BODIES = [
    webhook(QUESTION, f"{PROMISE}: вопрос"),
    webhook(RUDE, f"{PROMISE}: грубость"),
    webhook(PLANNED, f"{PROMISE}: второй вопрос"),
    webhook(SILENT, f"{PROMISE}: без ответа", by=(None, ANNA.upper())),
    webhook(BORIS_ASKS, "Борис спрашивает про свечи", by=(BORIS_ID, BORIS)),
    webhook(BORIS_MENTIONS, f"Спасибо, @{ANNA}! И тебе, @anna_k", by=(BORIS_ID, BORIS)),
    webhook(THREADED, f"{PROMISE}: в чужой ветке", parent=BORIS_ASKS),
    message("mid.anna.1", f"{PROMISE}: в личных сообщениях"),
    message("mid.ours.1", f"Анна, ваши слова «{PROMISE}» мы запомнили", by=ACCOUNT, to=ANNA_ID, echo=True),
]
ODD = (
    b'{"object": "instagram", "entry": [{"id": "%s", "time": 1, "changes": [{"field": "surprise", "value":'
    % ACCOUNT.encode()
)
TRACES = (ANNA, ANNA_ID, PROMISE)


@pytest.fixture
async def lived_in(house: House) -> House:
    """A little history: answered, hidden, edited, escalated, planned, asked about, spoken to."""
    odd = ODD + f'{{"told": "{ANNA_ID} ({ANNA}) said {PROMISE}"}}}}]}}]}}'.encode()
    await house.arrive(*BODIES)
    await house.arrive(odd)
    await house.drafted(QUESTION, f"@{ANNA} Здравствуйте! Вы пишете: {PROMISE}", hint=f"как для {ANNA}")
    await house.sent(QUESTION)
    rude = await house.drafted(RUDE, "Черновик", reason=None)
    async with house.db.transaction() as tx:
        await house.decisions.set_hidden(tx, IVAN, rude.id, hidden=True)
        hiding = await deliveries.newest(tx.session, rude.id, deliveries.VISIBILITY)
    assert hiding is not None
    await house.deliverer(hiding.id)
    async with house.db.transaction() as tx:
        await house.decisions.reject(tx, IVAN, rude.id, 1, f"{ANNA} опять пишет «{PROMISE}»")
    planned = await house.drafted(PLANNED, "Первый вариант", f"Второй вариант для @{ANNA}")
    async with house.db.transaction() as tx:
        await house.decisions.edit(tx, IVAN, planned.id, 2, f"{PROMISE}, повторил менеджер")
    await house.asked_for_text(PLANNED, f"Новый текст вместо «{PROMISE}»?")
    await house.approved(PLANNED)
    threaded = await house.drafted(THREADED, f"@{ANNA} отвечаем в ветке")
    async with house.db.transaction() as tx:
        await house.decisions.escalate(tx, IVAN, threaded.id, 1)
        await raise_alert(
            tx, "delivery_failed", str(threaded.id), draft=threaded.id, says=f"not sent to {ANNA}"
        )
        await raise_alert(
            tx, "step_failed", f"x:{ANNA}", severity=Severity.CRITICAL, error=PROMISE, says=ANNA
        )
    await house.drafted("mid.anna.1", f"Ответ: {PROMISE}")
    await house.drafted(BORIS_ASKS, "Борису: свеча стоит 900 ₽")
    await house.drafted(BORIS_MENTIONS, f"Борис, @{ANNA} будет рада")
    await _updates(house)
    await house.draw()
    return house


async def _updates(house: House) -> None:
    """A press on a card that nobody has handled yet, a manager's words that quote, and others'."""
    card = next(one for one in await house.messages() if PROMISE in one.get("text", ""))
    async with house.db.transaction() as tx:
        await store(
            tx,
            [
                {"update_id": 1, "callback_query": {"id": "1", "message": card, "data": "d:ap:x:1"}},
                {"update_id": 2, "message": {"text": f"ответь {ANNA}", "chat": {"id": 1}, "message_id": 7}},
                {"update_id": 3, "message": {"text": "обед?", "chat": {"id": 1}, "message_id": 8}},
            ],
        )


async def test_nothing_of_the_person_is_left_anywhere(lived_in: House) -> None:
    assert len(await lived_in.places(*TRACES)) > 20  # the history has what the erasure must find
    with capture_logs() as logs:
        erasure = await lived_in.erased(instagram_id=ANNA_ID)
    assert erasure.state is ErasureState.DONE
    assert await lived_in.places(*TRACES) == []
    shown = await lived_in.messages()
    assert [one for one in shown for trace in TRACES if trace in str(one)] == []
    assert [line for line in logs for trace in TRACES if trace in str(line)] == []


async def test_asked_for_by_name_the_same_is_gone(lived_in: House) -> None:
    await lived_in.erased(username=ANNA.title())
    assert await lived_in.places(*TRACES) == []


async def test_what_waited_is_closed_and_nothing_is_sent_any_more(lived_in: House) -> None:
    await lived_in.erased(instagram_id=ANNA_ID)
    states = {one: (await lived_in.draft(one)).state for one in (QUESTION, PLANNED, THREADED, RUDE)}
    assert states == {
        QUESTION: DraftState.APPROVED,
        PLANNED: DraftState.SUPERSEDED,
        THREADED: DraftState.SUPERSEDED,
        RUDE: DraftState.REJECTED,
    }
    async with lived_in.db.transaction() as tx:
        planned = await deliveries.newest(tx.session, (await lived_in.draft(PLANNED)).id, {Effect.REPLY})
    assert planned is not None
    assert planned.state is DeliveryState.CANCELLED
    before = await lived_in.player.ledger()
    await lived_in.deliverer(planned.id)
    assert await lived_in.player.ledger() == before


async def test_neighbours_keep_everything_but_the_name(lived_in: House) -> None:
    asks = await lived_in.card_text(BORIS_ASKS)
    await lived_in.erased(instagram_id=ANNA_ID)
    boris = await lived_in.comment(BORIS_MENTIONS)
    assert boris.text == "Спасибо, @…! И тебе, @anna_k"
    assert (boris.author_instagram_id, boris.author_username, boris.erased_at) == (BORIS_ID, BORIS, None)
    assert (await lived_in.comment(BORIS_ASKS)).text == "Борис спрашивает про свечи"
    assert await lived_in.card_text(BORIS_ASKS) == asks
    draft = await lived_in.draft(BORIS_MENTIONS)
    assert (draft.state, draft.version) == (DraftState.PENDING, 2)
    assert "@… будет рада" in await lived_in.card_text(BORIS_MENTIONS)
    payloads = {event.identity: event.payload for event in await lived_in.events()}
    assert payloads[f"comment:{BORIS_ASKS}"]["from"]["username"] == BORIS
    async with lived_in.db.transaction() as tx:
        lunch = await tx.session.get_one(TelegramUpdate, 3)
        assert lunch.payload["message"]["text"] == "обед?"
