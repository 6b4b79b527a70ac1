"""Cards reach their chat: once, as they are now, and whatever Telegram makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cards.callbacks import Callback, Press
from bot.cards.drawing import CardDrawer
from bot.connect import connect
from bot.outgoing import Outgoing
from db.life.draft import DraftState
from db.models import Account, Alert, Card, Draft
from db.models.alert import AlertState, Severity
from db.models.comment import Category
from db.models.manager import Role
from db.queue import Step
from db.repositories import accounts, cards, drafts, managers
from services import cards as card_service
from services.decide.outcome import Actor
from services.decide.service import Decisions
from services.limits import Limits
from tests.bot.builders import IVAN, Seed, a_card, an_account
from tests.bot.conftest import World
from tests.bot.jobs import forget_jobs, queued

SUPERGROUP = -1_009_999_999_998
SLOW = 0.4  # seconds by which the stand-in holds a call back, so that something can happen meanwhile


@pytest.fixture
async def limits(redis_url: str) -> AsyncIterator[Limits]:
    limits = Limits(redis_url)
    yield limits
    await limits.close()


@pytest.fixture
def drawer(world: World, limits: Limits) -> CardDrawer:
    return CardDrawer(world.db, Outgoing(world.bot, limits, 600), world.options)


async def wanted(world: World, **values: Any) -> Seed:
    """A card that was never drawn."""
    seed = await a_card(world.db, world.group, **values)
    await want(world, seed)
    return seed


async def want(world: World, seed: Seed) -> None:
    """Have the card drawn again."""
    async with world.db.transaction() as tx:
        draft = await drafts.get(tx.session, seed.draft.id)
        assert draft is not None
        await card_service.show(tx, draft)


async def shown(world: World, drawer: CardDrawer, **values: Any) -> Seed:
    """A card that stands in the chat."""
    seed = await wanted(world, **values)
    await drawer(seed.card.id)
    await forget_jobs(world.db)
    return seed


async def card_of(world: World, seed: Seed) -> Card:
    [card] = await world.rows(Card, Card.id == seed.card.id)
    assert isinstance(card, Card)
    return card


async def move(world: World, seed: Seed, state: DraftState) -> None:
    async with world.db.transaction() as tx:
        assert await drafts.decide(tx.session, seed.draft.id, state)


async def calling(world: World, method: str) -> None:
    """Wait until a call of `method` has reached Telegram."""

    async def came() -> bool:
        return bool(await world.calls(method))

    await world.until(came)


def actions(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    parsed = [Callback.parse(button.get("callback_data", "")) for row in rows for button in row]
    return [callback.press.value for callback in parsed if callback]


async def test_a_new_card_is_posted_and_remembered(world: World, drawer: CardDrawer) -> None:
    seed = await wanted(world)
    await drawer(seed.card.id)
    [message] = await world.messages()
    card = await card_of(world, seed)
    assert card.message_id == message["message_id"]
    assert card.rendered_rev == card.wanted_rev
    assert card.shown_at is not None
    assert (card.lease_until, card.attempts, card.error) == (None, 0, None)
    assert "Сколько стоит доставка?" in message["text"]
    assert actions(message) == ["ap", "ed", "rg", "es", "rj", "hd"]


async def test_a_card_that_changed_is_edited(world: World, drawer: CardDrawer) -> None:
    seed = await shown(world, drawer)
    first = await card_of(world, seed)
    await move(world, seed, DraftState.ESCALATED)
    await want(world, seed)
    await drawer(seed.card.id)
    [message] = await world.messages()
    card = await card_of(world, seed)
    assert message["edits"] == 1
    assert "🚨" in message["text"]
    assert (card.message_id, card.shown_at) == (first.message_id, first.shown_at)


async def test_a_card_that_is_right_costs_no_call(world: World, drawer: CardDrawer) -> None:
    seed = await shown(world, drawer)
    await drawer(seed.card.id)
    await drawer(seed.card.id + 1)
    await drawer(None)
    assert len(await world.calls("sendMessage")) == 1
    assert await world.calls("editMessageText") == []


async def test_several_changes_make_one_edit(world: World, drawer: CardDrawer) -> None:
    seed = await shown(world, drawer)
    for state in (DraftState.ESCALATED, DraftState.PENDING, DraftState.REJECTED):
        await move(world, seed, state)
        await want(world, seed)
    for _ in range(3):
        await drawer(seed.card.id)
    assert len(await world.calls("editMessageText")) == 1


async def test_two_drawers_at_once_post_one_card(world: World, drawer: CardDrawer, limits: Limits) -> None:
    seed = await wanted(world)
    await world.control("faults", operation="sendMessage", kind="delay", seconds=SLOW, times=5)
    others = [CardDrawer(world.db, Outgoing(world.bot, limits, 600), world.options) for _ in range(4)]
    await asyncio.gather(*(one(seed.card.id) for one in [drawer, *others]))
    assert len(await world.messages()) == 1
    assert len(await world.calls("sendMessage")) == 1


async def test_a_drawer_that_was_stuck_takes_its_second_card_back(world: World, drawer: CardDrawer) -> None:
    seed = await wanted(world)
    await world.control("faults", operation="sendMessage", kind="delay", seconds=SLOW)
    stuck = asyncio.create_task(drawer(seed.card.id))
    await calling(world, "sendMessage")
    async with world.db.transaction() as tx:
        long_ago = datetime.now(UTC) - timedelta(seconds=1)
        await cards.change(tx.session, seed.card.id, lease_until=long_ago)
    await drawer(seed.card.id)
    await stuck
    [message] = await world.messages()
    assert (await card_of(world, seed)).message_id == message["message_id"]


async def test_what_changes_while_a_card_is_drawn_is_drawn_next(world: World, drawer: CardDrawer) -> None:
    seed = await wanted(world)
    await forget_jobs(world.db)
    await world.control("faults", operation="sendMessage", kind="delay", seconds=SLOW)
    drawing = asyncio.create_task(drawer(seed.card.id))
    await calling(world, "sendMessage")
    await move(world, seed, DraftState.ESCALATED)
    await want(world, seed)
    await drawer(seed.card.id)  # its own job finds the card claimed, and is still there when the key is asked
    await drawing
    keys = [job.key for job in await queued(world.db, Step.RENDER_CARD)]
    assert len(set(keys)) == 2
    await drawer(seed.card.id)
    [message] = await world.messages()
    assert "🚨" in message["text"]


async def test_a_card_waits_as_long_as_telegram_asks(world: World, drawer: CardDrawer) -> None:
    seed = await wanted(world)
    await forget_jobs(world.db)
    await world.control("faults", operation="sendMessage", kind="status", code=429, retry_after=30)
    await drawer(seed.card.id)
    card = await card_of(world, seed)
    [job] = await queued(world.db, Step.RENDER_CARD)
    assert (card.error, card.lease_until, card.message_id) == ("Postponed", None, None)
    assert card.next_attempt_at is not None
    assert job.row == card.id
    assert 30 <= job.after <= 33


async def test_waiting_cards_spread_and_urgent_ones_come_first(world: World, limits: Limits) -> None:
    drawer = CardDrawer(world.db, Outgoing(world.bot, limits, 1), world.options)
    await shown(world, drawer)
    account = (await world.rows(Account))[0]
    calm = await wanted(world, account=account)
    urgent = await wanted(world, account=account, urgent=True)
    await forget_jobs(world.db)
    for _ in range(6):
        await drawer(calm.card.id)
        await drawer(urgent.card.id)
    jobs = await queued(world.db, Step.RENDER_CARD)
    assert {job.priority for job in jobs if job.row == urgent.card.id} == {card_service.URGENT}
    assert max(job.after for job in jobs if job.row == urgent.card.id) <= 63
    assert len({job.key for job in jobs}) == 12
    assert len(await world.calls("sendMessage")) == 1


async def test_a_card_that_waits_is_drawn_when_it_may(world: World, drawer: CardDrawer) -> None:
    seed = await wanted(world)
    await world.control("faults", operation="sendMessage", kind="drop_before")
    await drawer(seed.card.id)
    assert await world.messages() == []
    await drawer(seed.card.id)
    assert len(await world.messages()) == 1
    assert (await card_of(world, seed)).attempts == 0


@pytest.mark.parametrize("state", [DraftState.ESCALATED, DraftState.REJECTED])
async def test_a_card_that_somebody_deleted_comes_back(
    world: World, drawer: CardDrawer, state: DraftState
) -> None:
    seed = await shown(world, drawer)
    old = (await card_of(world, seed)).message_id
    await world.control("chat", action="delete_message", message_id=old)
    await move(world, seed, state)
    await want(world, seed)
    await forget_jobs(world.db)
    await drawer(seed.card.id)
    [job] = await queued(world.db, Step.RENDER_CARD)
    assert job.after < 1
    await drawer(job.row)
    [message] = await world.messages()
    assert (await card_of(world, seed)).message_id == message["message_id"] != old


async def test_a_deleted_topic_is_left_for_the_general_one(world: World, drawer: CardDrawer) -> None:
    topic = await world.call("createForumTopic", chat_id=world.group, name="Жалобы")
    seed = await wanted(world, thread_id=topic["message_thread_id"])
    await world.control("chat", action="delete_topic", thread_id=topic["message_thread_id"])
    await drawer(seed.card.id)
    await drawer(seed.card.id)
    message = (await world.messages())[-1]
    assert "message_thread_id" not in message
    assert (await card_of(world, seed)).message_id == message["message_id"]


async def test_cards_follow_a_group_that_became_a_supergroup(world: World, drawer: CardDrawer) -> None:
    open_card = await shown(world, drawer)
    settled = await shown(world, drawer, account=open_card.account)
    await move(world, settled, DraftState.REJECTED)
    await want(world, settled)
    await drawer(settled.card.id)
    await world.control("chat", action="migrate", new_chat_id=SUPERGROUP)
    await want(world, open_card)
    for _ in range(2):
        await drawer(open_card.card.id)
        await drawer(settled.card.id)
    shown_there = [message for message in await world.messages(SUPERGROUP) if "text" in message]
    assert len(shown_there) == 1  # what is settled stays behind
    assert (await card_of(world, open_card)).chat_id == SUPERGROUP
    assert (await card_of(world, open_card)).message_id == shown_there[0]["message_id"]
    old = await card_of(world, settled)
    assert (old.chat_id, old.message_id, old.rendered_rev) == (SUPERGROUP, None, old.wanted_rev)
    [account] = await world.rows(Account)
    assert account.chat_id == SUPERGROUP
    [alert] = await world.rows(Alert)
    assert (alert.kind, alert.chat_id) == ("chat_moved", SUPERGROUP)
    assert alert.params == {"old": world.group, "new": SUPERGROUP}


async def test_a_lost_chat_is_told_once_and_the_cards_wait(world: World, drawer: CardDrawer) -> None:
    seed = await wanted(world)
    await forget_jobs(world.db)
    await world.control("chat", action="kick")
    for _ in range(4):
        await drawer(seed.card.id)
    [alert] = await world.rows(Alert)
    assert (alert.kind, alert.severity, alert.count) == ("chat_lost", Severity.CRITICAL, 1)
    assert alert.chat_id is None
    delays = [job.after for job in await queued(world.db, Step.RENDER_CARD)]
    assert delays == sorted(delays)
    assert delays[0] >= 5
    assert delays[-1] >= 40
    await world.control("chat", action="unkick")
    await drawer(seed.card.id)
    assert any("Сколько стоит доставка?" in message.get("text", "") for message in await world.messages())
    [alert] = await world.rows(Alert)
    assert alert.state is AlertState.RESOLVED


async def test_a_request_that_telegram_calls_wrong_is_told_once(world: World, drawer: CardDrawer) -> None:
    seed = await wanted(world)
    says = "Bad Request: BUTTON_DATA_INVALID"
    await world.control("faults", operation="sendMessage", kind="status", code=400, message=says, times=2)
    await drawer(seed.card.id)
    await drawer(seed.card.id)
    [alert] = await world.rows(Alert)
    assert (alert.kind, alert.count) == ("step_failed", 1)
    assert alert.params == {"step": "render_card", "error": says, "comment": seed.comment.id}
    await drawer(seed.card.id)
    [alert] = await world.rows(Alert)
    assert alert.state is AlertState.RESOLVED
    assert len(await world.messages()) == 1


async def test_without_a_token_the_cards_wait(world: World, limits: Limits) -> None:
    bot = connect("700100200:AAanother-token", world.address)
    seed = await wanted(world)
    await forget_jobs(world.db)
    try:
        await CardDrawer(world.db, Outgoing(bot, limits, 600), world.options)(seed.card.id)
    finally:
        await bot.session.close()
    [job] = await queued(world.db, Step.RENDER_CARD)
    assert job.after >= 5
    assert await world.rows(Alert) == []


async def test_a_card_speaks_the_language_of_its_chat(world: World, drawer: CardDrawer) -> None:
    account = await an_account(world.db, world.group)
    async with world.db.transaction() as tx:
        await accounts.change(tx.session, account.id, locale="en")
    await shown(world, drawer, account=account)
    [message] = await world.messages()
    assert "Waiting for you" in message["text"]


@pytest.mark.parametrize(("category", "silent"), [(Category.URGENT, "false"), (Category.PRAISE, "true")])
async def test_only_what_cannot_wait_rings(
    world: World, drawer: CardDrawer, category: Category, silent: str
) -> None:
    await shown(world, drawer, category=category)
    [call] = await world.calls("sendMessage")
    assert str(call["params"].get("disable_notification", False)).lower() == silent


async def test_a_card_names_who_wrote_the_text(world: World, drawer: CardDrawer) -> None:
    seed = await shown(world, drawer)
    async with world.db.transaction() as tx:
        await managers.change(tx.session, IVAN.id, name="Иван Петров")
        actor = Actor(IVAN.id, "Иван Петров", Role.MANAGER)
        decisions = Decisions(world.options, b"key of tests")
        assert (await decisions.edit(tx, actor, seed.draft.id, 1, "Триста рублей.")).done
    await drawer(seed.card.id)
    [message] = await world.messages()
    assert "правка: Иван Петров" in message["text"]
    assert "Триста рублей." in message["text"]
    assert "Доставка бесплатная." in message["text"]
    [approve] = [
        button["callback_data"]
        for row in message["reply_markup"]["inline_keyboard"]
        for button in row
        if "d:ap:" in button.get("callback_data", "")
    ]
    assert approve == Callback(Press.APPROVE, seed.card.nonce, 2).pack()


async def test_a_card_that_nobody_needs_any_more_is_never_posted(world: World, drawer: CardDrawer) -> None:
    seed = await wanted(world)
    await move(world, seed, DraftState.SUPERSEDED)
    await want(world, seed)
    await drawer(seed.card.id)
    card = await card_of(world, seed)
    assert await world.messages() == []
    assert card.rendered_rev == card.wanted_rev


@pytest.mark.parametrize(
    "text",
    [
        "Ж" * 100_000,
        "</blockquote><b>&lt;" * 500,
        "@olga_owner /pause@shop_bot " * 3000,
        "\u202e\u200b👨‍👩‍👧‍👦" * 5000,
    ],
    ids=["long", "markup", "pings", "directions"],
)
async def test_a_strict_telegram_takes_any_customers_words(
    world: World, drawer: CardDrawer, text: str
) -> None:
    await shown(world, drawer, text=text, answer=text[:2000])
    [message] = await world.messages()
    assert message["reply_markup"]["inline_keyboard"]
    assert len(await world.calls("sendMessage")) == 1  # at the first try, with its markup
    assert not {"mention", "bot_command"} & {entity["type"] for entity in message["entities"]}


async def test_the_editing_lease_of_a_draft_is_no_claim_of_its_card(world: World, drawer: CardDrawer) -> None:
    seed = await shown(world, drawer)
    async with world.db.transaction() as tx:
        draft = await drafts.claim_for(tx.session, seed.draft.id, IVAN.id, timedelta(minutes=10))
        assert isinstance(draft, Draft)
        await card_service.show(tx, draft)
    await drawer(seed.card.id)
    [message] = await world.messages()
    assert actions(message) == ["to", "ap"]
