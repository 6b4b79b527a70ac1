"""Whose knowledge a file is, where there are several accounts: asked, answered once, by who may."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.commands.scope import Pressable
from bot.knowledge.callbacks import KnowledgeCallback, KnowledgePress
from db.models import Upload
from db.models.knowledge import UploadState
from db.repositories import accounts
from tests.bot.builders import IVAN, MARIA, OLGA, STRANGER, an_account
from tests.bot.jobs import forget_jobs
from tests.bot.knowledge.conftest import FAQ, PRICES, Knowledge, buttons


async def two_accounts(knowledge: Knowledge) -> tuple[int, int]:
    """Both have their cards in the group."""
    world = knowledge.world
    first = await an_account(world.db, world.group)
    second = await an_account(world.db, None, "second_shop")
    return first.id, second.id


async def test_with_several_accounts_a_person_says_whose_it_is(knowledge: Knowledge) -> None:
    _first, second = await two_accounts(knowledge)
    sent = await knowledge.send(OLGA, "c.csv", PRICES)
    await knowledge.work()
    question = await knowledge.last(OLGA.id)
    assert question["text"] == "📚 Чьё это знание: c.csv?"
    assert question["reply_to_message"]["message_id"] == sent
    assert [label for label, _data in buttons(question)] == [
        "@shop_main",
        "@second_shop",
        "Для всех аккаунтов",
        "✖ Не нужно",
    ]
    await knowledge.work()
    assert await knowledge.documents() == []
    assert await knowledge.press(OLGA, question, "@second_shop") == "Читаю"
    chosen = await knowledge.last(OLGA.id)
    assert (chosen["text"], buttons(chosen)) == ("📚 c.csv → @second_shop. Читаю, это недолго…", [])
    await knowledge.work()
    assert "✅ c.csv: прочитал и уже пользуюсь.\n👤 @second_shop\n📖 2 товара" in await knowledge.told(
        OLGA.id, sent
    )
    assert await knowledge.passages() == [(second, "Свеча"), (second, "Мыло")]


async def test_it_may_be_for_all_accounts_or_for_none(knowledge: Knowledge) -> None:
    await two_accounts(knowledge)
    await knowledge.promote(IVAN)
    await knowledge.give(IVAN, "c.csv", PRICES)
    await knowledge.press(IVAN, await knowledge.last(IVAN.id), "For all accounts")
    await knowledge.work()
    assert "👤 all accounts" in (await knowledge.last(IVAN.id))["text"]
    assert {account for account, _title in await knowledge.passages()} == {None}
    await knowledge.give(IVAN, "faq.md", FAQ)
    assert await knowledge.press(IVAN, await knowledge.last(IVAN.id), "Never mind") == "Left alone"
    await knowledge.work()
    assert (await knowledge.last(IVAN.id))["text"] == "✖ faq.md: left alone. Nothing changed."
    assert [document.name for document in await knowledge.documents()] == ["c.csv"]
    assert [upload.state for upload in await knowledge.uploads()] == [
        UploadState.READ,
        UploadState.CANCELLED,
    ]


async def test_one_document_of_a_name_for_each_account(knowledge: Knowledge) -> None:
    first, second = await two_accounts(knowledge)
    for label, data in (("@shop_main", PRICES), ("@second_shop", "name;price\nВоск;90\n".encode())):
        await knowledge.give(OLGA, "c.csv", data)
        await knowledge.press(OLGA, await knowledge.last(OLGA.id), label)
        await knowledge.work()
    assert await knowledge.passages() == [(first, "Свеча"), (first, "Мыло"), (second, "Воск")]


async def test_with_one_account_in_the_chat_nothing_is_asked(knowledge: Knowledge) -> None:
    world = knowledge.world
    here = await an_account(world.db, world.group)
    await an_account(world.db, -1005, "elsewhere")
    await knowledge.send(OLGA, "c.csv", PRICES, "/knowledge", world.group)
    await knowledge.work()
    assert "👤 @shop_main" in (await world.said("c.csv"))["text"]
    assert {account for account, _title in await knowledge.passages()} == {here.id}


async def test_disconnected_accounts_are_not_offered(knowledge: Knowledge) -> None:
    world = knowledge.world
    first, _second = await two_accounts(knowledge)
    async with world.db.transaction() as tx:
        await accounts.change(tx.session, first, disconnected_at=datetime.now(UTC))
    await knowledge.give(OLGA, "c.csv", PRICES)
    assert "👤 @second_shop" in (await knowledge.last(OLGA.id))["text"]


async def test_the_answer_counts_once(knowledge: Knowledge) -> None:
    first, _second = await two_accounts(knowledge)
    await knowledge.give(OLGA, "c.csv", PRICES)
    question = await knowledge.last(OLGA.id)
    assert await knowledge.press(OLGA, question, "@shop_main") == "Читаю"
    assert await knowledge.press(OLGA, question, "@second_shop") == "Уже решено"
    assert await knowledge.press(OLGA, question, "Не нужно") == "Уже решено"
    await knowledge.work()
    assert await knowledge.press(OLGA, question, "Не нужно") == "Уже решено"
    assert {account for account, _title in await knowledge.passages()} == {first}
    assert [change[0] for change in await knowledge.changes()] == ["added"]


async def test_of_two_answers_at_once_one_counts(knowledge: Knowledge) -> None:
    await two_accounts(knowledge)
    world = knowledge.world
    await knowledge.send(OLGA, "c.csv", PRICES, "/knowledge", world.group)
    await knowledge.work()
    question = await knowledge.last(world.group)
    toasts = await asyncio.gather(
        knowledge.press(OLGA, question, "@shop_main"), knowledge.press(MARIA, question, "@second_shop")
    )
    assert sorted(toasts) == ["Уже решено", "Читаю"]
    await knowledge.work()
    assert len(await knowledge.documents()) == 1


async def test_a_manager_and_a_stranger_cannot_answer(knowledge: Knowledge) -> None:
    await two_accounts(knowledge)
    group = knowledge.world.group
    await knowledge.send(OLGA, "c.csv", PRICES, "/knowledge", group)
    await knowledge.work()
    question = await knowledge.last(group)
    assert (
        await knowledge.press(IVAN, question, "@shop_main") == "That is for seniors and the owner to decide."
    )
    assert "команды магазина" in await knowledge.press(STRANGER, question, "@shop_main")
    assert [upload.state for upload in await knowledge.uploads()] == [UploadState.ASKING]
    assert buttons(await knowledge.last(group)) == buttons(question)


async def test_forged_answers_change_nothing(knowledge: Knowledge) -> None:
    first, _second = await two_accounts(knowledge)
    world = knowledge.world
    hidden = await an_account(world.db, -1005, "elsewhere")
    await knowledge.send(OLGA, "c.csv", PRICES, "/knowledge", world.group)
    await knowledge.work()
    question = await knowledge.last(world.group)
    [upload] = await knowledge.uploads()
    other = await world.post("другое сообщение")
    right = KnowledgeCallback(KnowledgePress.CHOOSE, upload.nonce, first).pack()
    private = await world.call("sendMessage", chat_id=MARIA.id, text="личное")
    for message_id, chat_id, data in (
        (question["message_id"], world.group, right.replace(upload.nonce, "A" * 22)),
        (question["message_id"], world.group, f"k:ch:{upload.nonce}:{hidden.id}"),
        (question["message_id"], world.group, f"k:ch:{upload.nonce}:999999"),
        (question["message_id"], world.group, f"k:zz:{upload.nonce}:{first}"),
        (question["message_id"], world.group, "k:nonsense"),
        (other, world.group, right),
        (private["message_id"], MARIA.id, right),
    ):
        assert "устарела" in await knowledge.forge(MARIA, message_id, data, chat_id), data
    [upload] = await knowledge.uploads()
    assert upload.state is UploadState.ASKING


async def test_a_question_whose_message_was_never_noted_is_put_again_and_both_work(
    knowledge: Knowledge,
) -> None:
    first, _second = await two_accounts(knowledge)
    await knowledge.send(OLGA, "c.csv", PRICES)
    [upload] = await knowledge.uploads()
    shown = await knowledge.world.call(  # as a process that died right after sending leaves it
        "sendMessage",
        chat_id=OLGA.id,
        text="вопрос",
        reply_markup={
            "inline_keyboard": [
                [{"text": "@shop_main", "callback_data": f"k:ch:{upload.nonce}:{first}"}],
            ]
        },
    )
    elsewhere = await knowledge.world.call("sendMessage", chat_id=MARIA.id, text="личное")
    [(_label, data)] = buttons(shown)
    assert "устарела" in await knowledge.forge(MARIA, elsewhere["message_id"], data, MARIA.id)
    assert await knowledge.press(OLGA, shown, "@shop_main") == "Читаю"
    await knowledge.work()
    assert {account for account, _title in await knowledge.passages()} == {first}


async def test_an_answer_that_comes_while_the_question_is_being_noted_is_not_forgotten(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_accounts(knowledge)
    await knowledge.send(OLGA, "c.csv", PRICES)
    send = knowledge.importer._send

    async def slow(upload: Upload, shown: Pressable) -> int:
        message_id = await send(upload, shown)
        assert await knowledge.press(OLGA, await knowledge.last(OLGA.id), "@shop_main") == "Читаю"
        await knowledge.work()  # its reader finds the file in our hands
        await forget_jobs(knowledge.world.db)
        return message_id

    monkeypatch.setattr(knowledge.importer, "_send", slow)
    await knowledge.work()
    monkeypatch.undo()
    await knowledge.work()
    assert "прочитал" in (await knowledge.last(OLGA.id))["text"]


async def test_a_restart_between_question_and_answer_loses_nothing(knowledge: Knowledge) -> None:
    await two_accounts(knowledge)
    await knowledge.give(OLGA, "c.csv", PRICES)
    await forget_jobs(knowledge.world.db)
    await knowledge.sweep()
    assert await knowledge.queued() == []  # a person's word is waited for, and not asked for again
    question = await knowledge.last(OLGA.id)
    await knowledge.press(OLGA, question, "@shop_main")
    await forget_jobs(knowledge.world.db)
    await knowledge.grow_old()
    await knowledge.sweep()
    await knowledge.work()
    assert "прочитал" in (await knowledge.last(OLGA.id))["text"]


async def test_the_jobs_name_what_is_to_be_done_next(knowledge: Knowledge) -> None:
    await two_accounts(knowledge)
    await knowledge.send(OLGA, "c.csv", PRICES)
    [asking] = await knowledge.queued()
    await knowledge.work()
    await knowledge.press(OLGA, await knowledge.last(OLGA.id), "@shop_main")
    keys = {job.key for job in await knowledge.queued()}
    assert asking.key in keys
    assert len(keys) == 2
