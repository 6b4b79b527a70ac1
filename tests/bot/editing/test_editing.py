"""The edit flow: asked by a message, answered by a reply, kept as the next version, never sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cards.callbacks import Press
from db.life.draft import DraftState
from db.models import Card, Decision, Delivery, EditRequest
from db.models.decision import Action
from db.repositories import drafts
from services.decide.wording import LONGEST_REPLY
from services.updates import store
from tests.bot.builders import IVAN, MARIA, OLGA, STRANGER, Seed, a_card
from tests.bot.conftest import World

LATER = timedelta(minutes=5)


async def asked(world: World, seed: Seed, part: str = "новый текст") -> dict[str, Any]:
    """The bot's question, after Olga pressed Edit."""
    await world.tap(OLGA, seed, seed.data(Press.EDIT))
    return await world.said(part)


async def actions(world: World, seed: Seed) -> list[Action]:
    found = await world.rows(Decision, Decision.draft_id == seed.draft.id)
    return [decision.action for decision in found]


async def reactions(world: World, message_id: int) -> list[str]:
    [message] = [one for one in await world.messages() if one["message_id"] == message_id]
    return [reaction["emoji"] for reaction in message["reactions"]]


async def test_the_question_replies_to_the_card_and_mentions_one_person(world: World) -> None:
    seed = await world.card(answer="Доставка <бесплатная> & быстрая.")
    question = await asked(world, seed)
    assert question["reply_to_message"]["message_id"] == seed.card.message_id
    kinds = {entity["type"]: entity for entity in question["entities"]}
    assert kinds["text_mention"]["user"]["id"] == OLGA.id
    pre = kinds["pre"]
    words = question["text"].encode("utf-16-le")[2 * pre["offset"] : 2 * (pre["offset"] + pre["length"])]
    assert words.decode("utf-16-le") == "Доставка <бесплатная> & быстрая."
    assert question["force_reply"]["selective"] is True
    assert question["force_reply"]["input_field_placeholder"] == f"Новый ответ для #{seed.draft.id}"


async def test_the_question_stands_in_the_cards_topic(world: World) -> None:
    topic = await world.call("createForumTopic", chat_id=world.group, name="Вопросы")
    thread_id = topic["message_thread_id"]
    message_id = await world.post(message_thread_id=thread_id)
    seed = await a_card(world.db, world.group, message_id, thread_id=thread_id)
    question = await asked(world, seed)
    assert question["message_thread_id"] == thread_id


async def test_the_question_is_asked_in_the_general_topic_when_its_own_is_gone(world: World) -> None:
    seed = await world.card(thread_id=424242)
    question = await asked(world, seed)
    assert not question.get("is_topic_message")


async def test_a_reply_becomes_the_next_version_and_nothing_is_sent(world: World) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    [before] = await world.rows(Card)
    reply = await world.write(OLGA, "Доставим за 300 ₽.", reply_to=question["message_id"])
    await world.pump()
    draft = await world.draft(seed)
    assert (draft.version, draft.state, draft.claimed_by) == (2, DraftState.PENDING, None)
    assert await world.text(seed) == "Доставим за 300 ₽."
    assert await world.rows(Delivery) == []
    assert await reactions(world, reply) == ["👍"]
    assert question["message_id"] not in {one["message_id"] for one in await world.messages()}
    [after] = await world.rows(Card)
    assert after.wanted_rev > before.wanted_rev


async def test_a_card_without_a_text_asks_for_one(world: World) -> None:
    seed = await world.card(answer=None)
    await world.tap(OLGA, seed, seed.data(Press.EDIT, version=0))
    question = await world.said("новый текст")
    assert "pre" not in {entity["type"] for entity in question["entities"]}
    await world.write(OLGA, "Да, есть.", reply_to=question["message_id"])
    await world.pump()
    assert await world.text(seed) == "Да, есть."


async def test_a_question_survives_a_slow_telegram(world: World) -> None:
    seed = await world.card()
    await world.control("faults", operation="sendMessage", kind="status", code=429, retry_after=1)
    question = await asked(world, seed)
    [request] = await world.rows(EditRequest)
    assert request.message_id == question["message_id"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("\u2060 \u200b", "Текст пуст"),
        ("я" * (LONGEST_REPLY + 1), f"{LONGEST_REPLY + 1} из {LONGEST_REPLY} знаков"),
    ],
)
async def test_a_text_that_cannot_be_sent_is_refused_and_the_lease_stays(
    world: World, text: str, part: str
) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    reply = await world.write(OLGA, text, reply_to=question["message_id"])
    await world.pump()
    refusal = await world.said(part)
    assert refusal["reply_to_message"]["message_id"] == reply
    draft = await world.draft(seed)
    assert (draft.version, draft.claimed_by) == (1, OLGA.id)
    await world.write(OLGA, "Короче.", reply_to=question["message_id"])
    await world.pump()
    assert await world.text(seed) == "Короче."


async def test_a_reply_to_the_card_itself_is_a_quick_edit(world: World) -> None:
    seed = await world.card()
    reply = await world.write(IVAN, "Quick.", reply_to=seed.card.message_id)
    await world.pump()
    assert await world.text(seed) == "Quick."
    assert await actions(world, seed) == [Action.CLAIM, Action.EDIT]
    assert await reactions(world, reply) == ["👍"]


async def test_a_quick_edit_while_a_colleague_edits_tells_who(world: World) -> None:
    seed = await world.card(claimed_by=MARIA.id, claim_until=datetime.now(UTC) + LATER)
    await world.write(IVAN, "Quick.", reply_to=seed.card.message_id)
    await world.pump()
    refusal = await world.said("Мария is editing until")
    assert "Take over" in refusal["text"]
    assert (await world.draft(seed)).version == 1


async def test_a_reply_to_somebody_elses_question_tells_who_edits(world: World) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    await world.write(IVAN, "Mine!", reply_to=question["message_id"])
    await world.pump()
    refusal = await world.said("Ольга is editing until")
    assert "Take over" in refusal["text"]
    draft = await world.draft(seed)
    assert (draft.version, draft.claimed_by) == (1, OLGA.id)


async def test_take_over_asks_the_new_editor_and_tells_the_former_one(world: World) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    answer = await world.tap(MARIA, seed, seed.data(Press.TAKE_OVER))
    assert answer["text"].startswith("🙋")
    told = await world.said("теперь редактирует Мария")
    mentioned = [entity["user"]["id"] for entity in told["entities"] if entity["type"] == "text_mention"]
    assert mentioned == [OLGA.id]
    await world.write(OLGA, "Моё.", reply_to=question["message_id"])
    await world.pump()
    await world.said("Мария редактирует до")
    assert (await world.draft(seed)).version == 1


async def test_a_reply_for_a_version_that_is_gone_is_told(world: World) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    async with world.db.transaction() as tx:
        await drafts.change(tx.session, seed.draft.id, version=2)
    await world.write(OLGA, "Поздно.", reply_to=question["message_id"])
    await world.pump()
    await world.said("Текст уже v2")


async def test_a_reply_after_the_decision_is_told(world: World) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    await world.tap(OLGA, seed, seed.data(Press.APPROVE))
    await world.write(OLGA, "Поздно.", reply_to=question["message_id"])
    await world.pump()
    await world.said("Одобрено: Ольга")
    assert (await world.draft(seed)).version == 1


@pytest.mark.parametrize("word", ["/cancel", "/cancel@shop_bot", "Отмена", "cancel "])
async def test_cancel_leaves_the_text_and_frees_the_draft(world: World, word: str) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    reply = await world.write(OLGA, word, reply_to=question["message_id"])
    await world.pump()
    draft = await world.draft(seed)
    assert (draft.version, draft.claimed_by) == (1, None)
    assert await reactions(world, reply) == ["👌"]
    assert question["message_id"] not in {one["message_id"] for one in await world.messages()}


async def test_cancelling_what_one_does_not_edit_is_told(world: World) -> None:
    seed = await world.card()
    await world.write(OLGA, "отмена", reply_to=seed.card.message_id)
    await world.pump()
    await world.said("Вы это не редактируете")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("hint: shorter, offer a call", "shorter, offer a call"),
        ("Подсказка:  короче\nи теплее ", "короче\nи теплее"),
        ("hint:", None),
    ],
)
async def test_a_hint_has_the_model_write_another_version(world: World, words: str, hint: str | None) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    reply = await world.write(OLGA, words, reply_to=question["message_id"])
    await world.pump()
    draft = await world.draft(seed)
    assert (draft.state, draft.hint) == (DraftState.REGENERATING, hint)
    assert await reactions(world, reply) == ["👍"]


async def test_a_hint_may_answer_the_card_itself(world: World) -> None:
    seed = await world.card()
    await world.write(IVAN, "hint: warmer", reply_to=seed.card.message_id)
    await world.pump()
    assert (await world.draft(seed)).hint == "warmer"


async def test_editing_the_reply_gives_another_version(world: World) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    reply = await world.write(OLGA, "Раз.", reply_to=question["message_id"])
    await world.pump()
    for number, words in enumerate(["Два.", "Три."], start=3):
        await world.control("edit", user_id=OLGA.id, message_id=reply, text=words)
        await world.pump()
        assert await world.text(seed) == words
        assert (await world.draft(seed)).version == number


async def test_an_edit_that_changes_no_word_is_no_version(world: World) -> None:
    seed = await world.card()
    reply = await world.write(OLGA, "Раз.", reply_to=seed.card.message_id)
    await world.pump()
    await world.control("edit", user_id=OLGA.id, message_id=reply, text="Раз.")
    await world.pump()
    assert (await world.draft(seed)).version == 2


async def test_editing_the_reply_after_the_decision_is_told(world: World) -> None:
    seed = await world.card()
    reply = await world.write(OLGA, "Раз.", reply_to=seed.card.message_id)
    await world.pump()
    await world.tap(IVAN, seed, seed.data(Press.APPROVE, version=2))
    await world.control("edit", user_id=OLGA.id, message_id=reply, text="Два.")
    await world.pump()
    await world.said("Одобрено: Ivan")
    assert await world.text(seed) == "Раз."


async def test_a_refused_reply_may_be_mended_by_editing_it(world: World) -> None:
    seed = await world.card()
    question = await asked(world, seed)
    reply = await world.write(OLGA, "я" * 3000, reply_to=question["message_id"])
    await world.pump()
    await world.control("edit", user_id=OLGA.id, message_id=reply, text="Короче.")
    await world.pump()
    assert await world.text(seed) == "Короче."


async def test_two_edits_of_one_person_do_not_mix(world: World) -> None:
    one, two = await world.card(answer="Один."), await world.card(answer="Два.")
    first, second = await asked(world, one), await asked(world, two)
    await world.write(OLGA, "К первому.", reply_to=first["message_id"])
    await world.write(OLGA, "Ко второму.", reply_to=second["message_id"])
    await world.pump()
    assert await world.text(one) == "К первому."
    assert await world.text(two) == "Ко второму."


async def test_a_question_whose_id_was_never_noted_is_still_answered(world: World) -> None:
    """Telegram took the question and its answer got lost, or the process died in between."""
    seed = await world.card()
    question = await asked(world, seed)
    async with world.db.transaction() as tx:
        [request] = await world.rows(EditRequest)
        await tx.session.delete(await tx.session.merge(request))
    await world.write(OLGA, "Нашлось.", reply_to=question["message_id"])
    await world.pump()
    assert await world.text(seed) == "Нашлось."


async def test_a_link_to_a_card_in_another_message_means_nothing(world: World) -> None:
    seed = await world.card()
    await world.write(OLGA, "/queue")
    await world.pump()
    listing = await world.said(f"#{seed.draft.id}")
    await world.write(OLGA, "хорошо", reply_to=listing["message_id"])
    await world.pump()
    assert (await world.draft(seed)).version == 1


async def test_an_anonymous_administrator_is_asked_to_show_the_face(world: World) -> None:
    seed = await world.card()
    reply = await world.write(OLGA, "Кто я?", reply_to=seed.card.message_id, anonymous=True)
    await world.pump()
    refusal = await world.said("от имени группы")
    assert refusal["reply_to_message"]["message_id"] == reply
    assert (await world.draft(seed)).version == 1


async def test_a_strangers_reply_changes_and_says_nothing(world: World) -> None:
    seed = await world.card()
    before = len(await world.messages())
    await world.write(STRANGER, "Купите у меня", reply_to=seed.card.message_id)
    await world.pump()
    assert (await world.draft(seed)).version == 1
    assert len(await world.messages()) == before + 1


async def test_chatter_is_not_answered_even_where_the_bot_sees_it(world: World) -> None:
    await world.control("switches", admin=True)
    seed = await world.card()
    other = await world.post("a report")
    await world.write(OLGA, "Доброе утро!")
    await world.write(IVAN, "ok", reply_to=other)
    topic = await world.call("createForumTopic", chat_id=world.group, name="Болтовня")
    await world.write(MARIA, "и вам", thread_id=topic["message_thread_id"])
    before = len(await world.messages())
    await world.pump()
    assert len(await world.messages()) == before
    assert (await world.draft(seed)).version == 1


async def test_a_command_is_never_taken_for_words_to_a_customer(world: World) -> None:
    seed = await world.card()
    await world.write(OLGA, "/stats", reply_to=seed.card.message_id)
    await world.pump()
    await world.said("📊")
    assert (await world.draft(seed)).version == 1


async def test_inside_a_thread_the_customers_name_comes_first(world: World) -> None:
    seed = await world.card(parent="18000000000000001")
    await world.write(OLGA, "Да, есть.", reply_to=seed.card.message_id)
    await world.pump()
    assert await world.text(seed) == "@anna_k Да, есть."


async def test_a_picture_is_no_answer(world: World) -> None:
    """The stand-in's people only write, so the update is made by hand."""
    seed = await world.card()
    reply = await world.write(OLGA, "вот", reply_to=seed.card.message_id)
    [update] = await world.call("getUpdates", offset=0, timeout=0)
    message = update["message"]
    del message["text"]
    message["photo"] = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    message["caption"] = "вот"
    async with world.db.transaction() as tx:
        await store(tx, [update])
    await world.handler(update["update_id"])
    refusal = await world.said("Нужен текст")
    assert refusal["reply_to_message"]["message_id"] == reply
    assert (await world.draft(seed)).version == 1
