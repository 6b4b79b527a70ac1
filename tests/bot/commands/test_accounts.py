"""`/accounts` and `/tokens`: who sees what, and what the owner can change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.updates.handling import UpdateHandler
from db.models import Account, Card, ConnectRequest
from db.models.account import TokenState
from db.models.manager import Role
from db.repositories import accounts, managers
from sandbox.telegram import Person
from services.accounts.disconnecting import Why, disconnect
from services.accounts.inviting import hashed
from services.accounts.removing import PARTING
from services.decide.service import Decisions
from services.updates import store
from tests.bot.builders import IVAN, MARIA, OLGA, STRANGER, a_card, an_account
from tests.bot.conftest import MOSCOW, World
from tests.bot.updates.test_chats import standing

START = "https://bot.example/instagram/oauth/start"
ELSEWHERE = -1_009_999_999_999
SUBSCRIBED = ["comments", "live_comments", "messages"]
WRONG = "Не понимаю. Так: /accounts [check"


def given(world: World, **values: Any) -> None:
    """The bot with other options."""
    world.options = replace(world.options, **values)
    performer = world.handler._performer
    decisions = Decisions(world.options, b"key of tests")
    world.handler = UpdateHandler(world.db, world.bot, performer, decisions, world.options, MOSCOW)


async def answer(world: World, person: Person, words: str, chat_id: int | None = None) -> dict[str, Any]:
    """What a command was answered: the message."""
    sent = await world.write(person, words, chat_id=chat_id)
    await world.pump()
    [message] = [one for one in await world.messages(chat_id) if one["message_id"] > sent]
    return message


async def said(world: World, person: Person, words: str, chat_id: int | None = None) -> str:
    return str((await answer(world, person, words, chat_id))["text"])


async def connected(world: World, username: str = "shop_main", **values: Any) -> Account:
    """An account in good order."""
    now = datetime.now(UTC)
    good: dict[str, Any] = {
        "token_encrypted": b"sealed",
        "token_state": TokenState.VALID,
        "token_obtained_at": now - timedelta(days=3),
        "token_expires_at": now + timedelta(days=43, hours=1),
        "token_checked_at": now - timedelta(hours=2, minutes=1),
        "subscribed_fields": SUBSCRIBED,
        "subscription_checked_at": now,
        "last_event_at": now - timedelta(minutes=5),
    }
    return await an_account(world.db, values.pop("chat_id", world.group), username, **(good | values))


async def changed(world: World, account: Account) -> Account:
    async with world.db.transaction() as tx:
        return await accounts.get(tx.session, account.id)


async def promote(world: World, person: Person) -> None:
    async with world.db.transaction() as tx:
        await managers.change(tx.session, person.id, role=Role.SENIOR)


# The list


async def test_the_list_says_how_each_account_is_doing(world: World) -> None:
    await connected(world)
    assert (await said(world, OLGA, "/accounts")).startswith(
        "Аккаунты Instagram\n\n"
        "✅ @shop_main\n"
        "    🔑 ещё 43 дня, проверен 2 ч 1 мин назад\n"
        "    📬 подписка на события включена\n"
        "    🕐 последнее событие 5 мин назад\n"
        "    💬 карточки приходят сюда\n"
    )


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"token_state": TokenState.INVALID}, "🔴 @shop_main\n    🔑 Instagram нас не пускает"),
        ({"token_encrypted": None}, "🔑 доступа нет"),
        ({"token_expires_at": None}, "🔑 доступ без срока, проверен"),
        ({"token_checked_at": None}, "🔑 ещё 43 дня, ещё не проверен"),
        ({"subscribed_fields": ["comments"]}, "⚠️ Instagram не шлёт события: live_comments, messages"),
        ({"subscription_checked_at": None}, "📭 подписка на события ещё не проверена"),
        ({"scopes": ["instagram_business_basic"]}, "⚠️ нет разрешения на комментарии"),
        ({"last_event_at": None}, "🕐 событий ещё не было"),
    ],
)
async def test_the_list_names_what_is_wrong(world: World, values: dict[str, Any], shown: str) -> None:
    await connected(world, **values)
    assert shown in await said(world, OLGA, "/accounts")


async def test_a_disconnected_account_stays_on_the_list(world: World) -> None:
    account = await connected(world)
    async with world.db.transaction() as tx:
        await disconnect(tx, account, Why.DEAUTHORISED)
    shown = await said(world, OLGA, "/accounts")
    assert "⚪ @shop_main\n    🔑 отключён" in shown
    assert "подписка на события включена" not in shown


async def test_a_group_sees_its_own_accounts_and_the_owner_in_private_all(world: World) -> None:
    await connected(world)
    await connected(world, "other_shop", chat_id=ELSEWHERE)
    for command in ("/accounts", "/tokens"):
        here = await said(world, OLGA, command)
        assert "@shop_main" in here
        assert "@other_shop" not in here
        everywhere = await said(world, OLGA, command, OLGA.id)
        assert "@shop_main" in everywhere
        assert "@other_shop" in everywhere
    assert f"в чат {ELSEWHERE}" in await said(world, OLGA, "/accounts", OLGA.id)


async def test_no_name_on_the_list_calls_anybody(world: World) -> None:
    await connected(world, "olga_owner")
    message = await answer(world, OLGA, "/accounts")
    kinds = {entity["type"] for entity in message["entities"]}
    assert "mention" not in kinds


async def test_a_long_list_is_cut_and_says_so(world: World) -> None:
    for number in range(17):
        await connected(world, f"shop_{number:02}")
    for command in ("/accounts", "/tokens"):
        shown = await said(world, OLGA, command)
        assert "@shop_14" in shown
        assert "@shop_15" not in shown
        assert "и ещё 2" in shown


async def test_without_accounts_the_answer_is_short(world: World) -> None:
    assert (await said(world, OLGA, "/accounts")).startswith("В этом чате нет подключённых аккаунтов.")
    assert await said(world, OLGA, "/tokens") == "В этом чате нет подключённых аккаунтов."


# Who may


async def test_managers_see_nothing_and_seniors_change_nothing(world: World) -> None:
    account = await connected(world)
    given(world, oauth_start=START)
    for command in ("/accounts", "/tokens", "/accounts remove @shop_main"):
        assert await said(world, MARIA, command) == "Аккаунты и доступы смотрят старшие и владелец."

    await promote(world, MARIA)
    message = await answer(world, MARIA, "/accounts")
    assert "@shop_main" in message["text"]
    assert "reply_markup" not in message
    assert "@shop_main" in await said(world, MARIA, "/tokens")
    for words in ("check", "chat @shop_main", "tone @shop_main тепло", "remove @shop_main"):
        assert await said(world, MARIA, f"/accounts {words}") == "Это может менять только владелец."
    after = await changed(world, account)
    assert (after.token_encrypted, after.tone, after.chat_id) == (b"sealed", None, world.group)
    assert await world.rows(ConnectRequest) == []


async def test_a_stranger_gets_nothing(world: World) -> None:
    await connected(world)
    assert "shop_main" not in await said(world, STRANGER, "/accounts")


# Connecting


@pytest.mark.parametrize("private", [False, True])
async def test_the_owner_gets_a_button_with_a_link_of_her_own(world: World, private: bool) -> None:
    given(world, oauth_start=START)
    chat_id = OLGA.id if private else world.group
    message = await answer(world, OLGA, "/accounts", chat_id if private else None)

    [[button]] = message["reply_markup"]["inline_keyboard"]
    assert button["text"] == "🔗 Подключить аккаунт"
    address, _, state = button["url"].partition("?state=")
    assert address == START
    [request] = await world.rows(ConnectRequest)
    assert (request.state_hash, request.manager_id, request.chat_id) == (hashed(state), OLGA.id, chat_id)
    assert state not in message["text"]


async def test_every_button_has_a_new_link(world: World) -> None:
    given(world, oauth_start=START)
    await said(world, OLGA, "/accounts")
    await said(world, OLGA, "/accounts")
    assert len({one.state_hash for one in await world.rows(ConnectRequest)}) == 2


async def test_settings_that_are_missing_for_it_are_named(world: World) -> None:
    given(world, oauth_lacks=("INSTAGRAM_APP_ID",))
    message = await answer(world, OLGA, "/accounts")
    assert "задайте в настройках: INSTAGRAM_APP_ID" in message["text"]
    assert "reply_markup" not in message
    assert await world.rows(ConnectRequest) == []


# What the owner changes


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "check now",
        "chat",
        "chat shop_main",
        "chat @nobody",
        "chat @shop_main here",
        "tone",
        "tone shop_main тепло",
        "remove",
        "remove @nobody",
        "remove @shop_main really",
        "@shop_main",
    ],
)
async def test_wrong_words_are_answered_with_the_usage_line(world: World, words: str) -> None:
    account = await connected(world)
    assert (await said(world, OLGA, f"/accounts {words}")).startswith(WRONG)
    assert (await changed(world, account)).token_encrypted == b"sealed"


async def test_tokens_takes_no_words(world: World) -> None:
    assert await said(world, OLGA, "/tokens @shop_main") == "Не понимаю. Так: /tokens"


async def test_an_account_gets_the_chat_where_that_was_asked(world: World) -> None:
    account = await connected(world, chat_id=ELSEWHERE)
    other = await connected(world, "other_shop", chat_id=ELSEWHERE)
    seed = await a_card(world.db, ELSEWHERE, 77, account=account)
    stays = await a_card(world.db, ELSEWHERE, 78, account=other)

    assert "теперь приходят сюда" in await said(world, OLGA, "/accounts chat @Shop_Main")
    assert (await changed(world, account)).chat_id == world.group
    assert (await changed(world, other)).chat_id == ELSEWHERE
    cards = {card.id: card for card in await world.rows(Card)}
    moved = cards[seed.card.id]
    assert (moved.chat_id, moved.message_id) == (world.group, None)
    assert moved.wanted_rev > moved.rendered_rev
    assert (cards[stays.card.id].chat_id, cards[stays.card.id].message_id) == (ELSEWHERE, 78)

    assert "и так приходят сюда" in await said(world, OLGA, "/accounts chat @shop_main")


async def test_in_private_no_chat_is_given(world: World) -> None:
    account = await connected(world)
    assert "Напишите это в группе" in await said(world, OLGA, "/accounts chat @shop_main", OLGA.id)
    assert (await changed(world, account)).chat_id == world.group


async def test_the_owner_can_bring_the_bot_to_a_new_chat(world: World) -> None:
    """A chat that nobody knows is left, unless the owner added the bot; there only this command is heard."""
    account = await connected(world, chat_id=ELSEWHERE)
    given(world, chat_id=ELSEWHERE)  # the group of the stand-in is a new one now
    chat = {"id": world.group, "type": "supergroup", "title": "Новый"}
    update = standing(900_001, chat, "left", "member")
    update["my_chat_member"]["from"] = {"id": OLGA.id, "is_bot": False, "first_name": OLGA.name}
    async with world.db.transaction() as tx:
        await store(tx, [update])
    await world.handler(900_001)
    await world.said("/accounts chat @аккаунт")
    assert await world.calls("leaveChat") == []

    for person, words in ((IVAN, "/accounts chat @shop_main"), (OLGA, "/stats"), (STRANGER, "/accounts")):
        sent = await world.write(person, words)
        await world.pump()
        assert [one for one in await world.messages() if one["message_id"] > sent] == []
    assert "теперь приходят сюда" in await said(world, OLGA, "/accounts chat @shop_main")
    assert (await changed(world, account)).chat_id == world.group
    assert "📊" in await said(world, OLGA, "/stats")


async def test_a_tone_is_set_shown_and_cleared(world: World) -> None:
    account = await connected(world)
    assert "тон не задан" in await said(world, OLGA, "/accounts tone @shop_main")

    shown = await said(world, OLGA, "/accounts tone @shop_main Тепло,  на «вы», <b>без</b> эмодзи")
    assert shown == "✅ Тон @shop_main: Тепло, на «вы», <b>без</b> эмодзи"
    assert (await changed(world, account)).tone == "Тепло, на «вы», <b>без</b> эмодзи"
    assert "Тон @shop_main: Тепло" in await said(world, OLGA, "/accounts tone @shop_main")

    assert "больше нет своего тона" in await said(world, OLGA, "/accounts tone @shop_main -")
    assert (await changed(world, account)).tone is None


async def test_a_tone_has_a_limit(world: World) -> None:
    account = await connected(world)
    shown = await said(world, OLGA, f"/accounts tone @shop_main {'о' * 501}")
    assert shown == "Слишком длинно: не больше 500 знаков."
    assert (await changed(world, account)).tone is None


async def test_removing_forgets_the_token_and_keeps_the_rest(world: World) -> None:
    account = await connected(world, tone="тепло")
    seed = await a_card(world.db, world.group, account=account)
    assert "@shop_main отключён" in await said(world, OLGA, "/accounts remove @shop_main")

    after = await changed(world, account)
    assert (after.token_encrypted, after.tone, after.chat_id) == (None, "тепло", world.group)
    assert after.disconnected_at is not None
    assert after.preferences[PARTING] == "sealed", "for the one call that ends its webhooks"
    assert (await world.draft(seed)).account_id == account.id
    assert "уже отключён" in await said(world, OLGA, "/accounts remove @shop_main")


async def test_a_check_is_made_at_once_and_looks_at_everything(world: World) -> None:
    account = await connected(world)
    assert "Проверяю" in await said(world, OLGA, "/accounts check")
    assert (await changed(world, account)).subscription_checked_at is None
    async with world.db.transaction() as tx:
        keys = await tx.session.execute(
            text("SELECT dedupe_key FROM pgqueuer WHERE entrypoint = 'check_tokens'")
        )
        assert [row[0] for row in keys] == ["tokens:asked"]


# Tokens


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, "🔄 продлю сам {in_4_days}"),
        ({"token_obtained_at": None, "token_expires_at": None}, "🔄 проверяю каждый день"),
        ({"token_obtained_at": datetime(2026, 1, 1, tzinfo=UTC)}, "🔄 продлю при ближайшей проверке"),
        ({"page_id": "1000"}, "🔄 проверяю каждый день"),
        ({"token_encrypted": None}, "👉 подключите заново: /accounts"),
        ({"token_state": TokenState.INVALID}, "Подключите аккаунт заново: /accounts."),
        (
            {"token_state": TokenState.INVALID, "preferences": {"token_remedy": "log_in"}},
            "Войдите в этот аккаунт на instagram.com",
        ),
        (
            {"token_state": TokenState.INVALID, "preferences": {"token_remedy": "restore_key"}},
            "Верните прежний ключ в ENCRYPTION_KEY",
        ),
    ],
)
async def test_tokens_say_what_happens_next(world: World, values: dict[str, Any], shown: str) -> None:
    account = await connected(world, **values)
    words = await said(world, OLGA, "/tokens")
    assert words.startswith("Доступ к Instagram\n\n")
    obtained = account.token_obtained_at or datetime.now(UTC)
    day = (obtained + timedelta(days=7)).astimezone(MOSCOW)
    assert shown.format(in_4_days=f"{day:%d.%m.%Y}") in words


@pytest.mark.parametrize(
    ("days", "shown"), [(1, "ещё 1 день"), (14, "ещё 14 дней"), (0, "ещё 0 дней"), (-3, "ещё 0 дней")]
)
async def test_days_are_counted_in_good_russian(world: World, days: int, shown: str) -> None:
    await connected(world, token_expires_at=datetime.now(UTC) + timedelta(days=days, hours=1))
    assert shown in await said(world, OLGA, "/tokens")


async def test_a_senior_reads_it_in_the_own_language(world: World) -> None:
    await connected(world)
    await promote(world, IVAN)
    assert "🔑 43 days left, checked 2 h 1 min ago" in await said(world, IVAN, "/tokens")
