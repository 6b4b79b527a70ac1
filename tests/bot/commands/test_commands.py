"""Commands: for whom, where, and how a wrong one is answered."""

from __future__ import annotations

import pytest

from db.life.draft import DraftState
from db.models import Draft
from db.models.comment import Category
from sandbox.telegram import Person
from tests.bot.builders import IVAN, MARIA, OLGA, STRANGER, a_card, an_account
from tests.bot.conftest import World


async def ask(world: World, person: Person, text: str, chat_id: int | None = None) -> str:
    """A command and what it was answered; empty when it was not."""
    sent = await world.write(person, text, chat_id=chat_id)
    await world.pump()
    answers = [one for one in await world.messages(chat_id) if one["message_id"] > sent]
    return "\n".join(str(one["text"]) for one in answers)


async def test_the_owner_is_greeted_with_the_accounts(world: World) -> None:
    await an_account(world.db, world.group)
    await an_account(world.db, None, "second_shop")
    answer = await ask(world, OLGA, "/start", OLGA.id)
    assert "Вы владелец" in answer
    assert "• @shop_main\n" in answer
    assert "• @second_shop — чат не назначен" in answer


async def test_a_manager_is_greeted_in_the_own_language(world: World) -> None:
    answer = await ask(world, IVAN, "/start", IVAN.id)
    assert answer.startswith("Hello, Ivan!")
    assert "/stats — the figures of a period" in answer


async def test_a_stranger_learns_the_id_to_tell_the_owner_and_nothing_more(world: World) -> None:
    await an_account(world.db, world.group)
    for text in ("/start", "/stats", "привет"):
        answer = await ask(world, STRANGER, text, STRANGER.id)
        assert str(STRANGER.id) in answer
        assert "shop_main" not in answer


async def test_in_the_group_start_is_short(world: World) -> None:
    assert len((await ask(world, OLGA, "/start")).splitlines()) == 1


async def test_a_strangers_command_in_the_group_is_refused(world: World) -> None:
    assert await ask(world, STRANGER, "/queue") == "Я отвечаю только команде магазина."


async def test_an_anonymous_administrators_command_is_refused(world: World) -> None:
    await world.control("send", user_id=OLGA.id, text="/queue", anonymous=True)
    await world.pump()
    await world.said("Turn off")


@pytest.mark.parametrize("text", ["/pause", "/next question", "/export@shop_bot"])
async def test_nobody_is_left_to_believe_that_a_command_we_lack_did_something(
    world: World, text: str
) -> None:
    assert await ask(world, OLGA, text) == "Такой команды пока нет. /help — список"
    assert await ask(world, STRANGER, text) == ""


async def test_an_unknown_command_to_another_bot_is_not_ours(world: World) -> None:
    await world.control("switches", admin=True)
    assert await ask(world, OLGA, "/pause@other_bot") == ""


async def test_an_unknown_command_is_helped_in_private(world: World) -> None:
    assert "/queue — " in await ask(world, OLGA, "/frobnicate", OLGA.id)
    assert "/queue — " in await ask(world, OLGA, "что ты умеешь?", OLGA.id)


@pytest.mark.parametrize("text", ["/stats@other_bot", "/stats@other_bot 7d"])
async def test_a_command_to_another_bot_is_not_ours(world: World, text: str) -> None:
    await world.control("switches", admin=True)
    assert await ask(world, OLGA, text) == ""


async def test_a_command_with_our_name_is_ours_in_any_case(world: World) -> None:
    assert "📊" in await ask(world, OLGA, "/Stats@Shop_Bot")


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("/start now", "/start"),
        ("/help nothing", "/help [команда]"),
        ("/stats yesterday", "/stats [today|7d|30d|ГГГГ-ММ-ДД..ГГГГ-ММ-ДД] [@аккаунт]"),
        ("/stats 7d 30d", "/stats [today|7d|30d|ГГГГ-ММ-ДД..ГГГГ-ММ-ДД] [@аккаунт]"),
        ("/stats @nobody", "/stats [today|7d|30d|ГГГГ-ММ-ДД..ГГГГ-ММ-ДД] [@аккаунт]"),
        ("/queue nonsense", "/queue [mine|escalated|@аккаунт] [категория] [страница]"),
        ("/queue 0", "/queue [mine|escalated|@аккаунт] [категория] [страница]"),
        ("/queue 1 2", "/queue [mine|escalated|@аккаунт] [категория] [страница]"),
        ("/queue ²", "/queue [mine|escalated|@аккаунт] [категория] [страница]"),
    ],
)
async def test_wrong_words_are_answered_with_the_usage_line(world: World, text: str, usage: str) -> None:
    assert await ask(world, OLGA, text) == f"Не понимаю. Так: {usage}"


@pytest.mark.parametrize("name", ["start", "help", "queue", "stats", "cancel", "/stats"])
async def test_help_about_one_command_has_its_usage(world: World, name: str) -> None:
    answer = await ask(world, OLGA, f"/help {name}")
    assert answer.startswith(f"/{name.removeprefix('/')}")
    assert len(answer.splitlines()) == 2


async def test_an_answer_stays_in_the_topic_of_the_question(world: World) -> None:
    topic = await world.call("createForumTopic", chat_id=world.group, name="Сводки")
    await world.write(OLGA, "/stats", thread_id=topic["message_thread_id"])
    await world.pump()
    answer = await world.said("📊")
    assert answer["message_thread_id"] == topic["message_thread_id"]


async def test_the_queue_shows_ten_and_says_how_many_more(world: World) -> None:
    seeds = [await world.card() for _ in range(12)]
    answer = await ask(world, OLGA, "/queue")
    assert answer.startswith("Ждут решения: 12. Показаны 1–10:")
    assert answer.endswith("и ещё 2: /queue 2")
    assert f"#{seeds[0].draft.id} · ❓ Вопрос · anna_k" in answer
    second = await ask(world, OLGA, "/queue 2")
    assert second.startswith("Ждут решения: 12. Показаны 11–12:")
    assert "и ещё" not in second
    assert await ask(world, OLGA, "/queue 3") == "Такой страницы нет. Всего страниц: 2."


async def test_the_queue_leads_to_the_cards(world: World) -> None:
    seed = await world.card()
    await ask(world, OLGA, "/queue")
    listing = await world.said("Ждут решения")
    links = [entity["url"] for entity in listing["entities"] if entity["type"] == "text_link"]
    chat = str(world.group).removeprefix("-100")
    assert f"https://t.me/c/{chat}/{seed.card.message_id}" in links


async def test_an_empty_queue_is_good_news(world: World) -> None:
    assert await ask(world, OLGA, "/queue") == "Ничего не ждёт решения 🎉"


async def test_the_queue_puts_urgent_cards_first(world: World) -> None:
    await world.card(text="обычный")
    await world.card(text="срочный", urgent=True)
    lines = (await ask(world, OLGA, "/queue")).splitlines()
    assert lines[2].strip() == "срочный"


async def test_the_queue_can_be_narrowed(world: World) -> None:
    mine = await world.card(claimed_by=OLGA.id)
    handed = await world.card(escalated_to=OLGA.id, state=DraftState.ESCALATED)
    other = await world.card(category=Category.COMPLAINT)
    second = await an_account(world.db, world.group, "second_shop")
    elsewhere = await a_card(world.db, world.group, account=second)

    async def shown(words: str) -> set[int]:
        answer = await ask(world, OLGA, f"/queue {words}")
        return {seed.draft.id for seed in (mine, handed, other, elsewhere) if f"#{seed.draft.id} " in answer}

    assert await shown("mine") == {mine.draft.id, handed.draft.id}
    assert await shown("escalated") == {handed.draft.id}
    assert await shown("complaint") == {other.draft.id}
    assert await shown("жалоба") == {other.draft.id}
    assert await shown("@Second_Shop") == {elsewhere.draft.id}
    assert await shown("mine escalated @shop_main question") == {handed.draft.id}


async def test_a_group_sees_the_queue_of_its_own_accounts_only(world: World) -> None:
    here = await world.card()
    foreign = await an_account(world.db, -1005, "foreign_shop")
    elsewhere = await a_card(world.db, -1005, account=foreign)
    group = await ask(world, OLGA, "/queue")
    assert f"#{here.draft.id} " in group
    assert f"#{elsewhere.draft.id} " not in group
    private = await ask(world, OLGA, "/queue", OLGA.id)
    assert f"#{elsewhere.draft.id} " in private
    assert (await ask(world, OLGA, "/queue @foreign_shop")).startswith("Не понимаю")


async def test_a_customers_words_in_the_queue_are_only_words(world: World) -> None:
    await world.card(text="<b>жирно</b> @olga_owner /stats\nв две строки " + "о" * 100)
    await ask(world, OLGA, "/queue")
    listing = await world.said("Ждут решения")
    assert "<b>жирно</b>" in listing["text"]
    assert "…" in listing["text"]
    kinds = {entity["type"] for entity in listing["entities"]}
    assert kinds.isdisjoint({"mention", "bot_command"})


async def test_a_decided_draft_is_not_in_the_queue(world: World) -> None:
    await world.card(state=DraftState.REJECTED)
    assert await ask(world, OLGA, "/queue") == "Ничего не ждёт решения 🎉"
    assert len(await world.rows(Draft)) == 1


async def test_cancel_outside_of_an_edit_tells_how_it_is_used(world: World) -> None:
    assert "ответьте /cancel" in await ask(world, MARIA, "/cancel")
