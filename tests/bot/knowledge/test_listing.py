"""`/knowledge`: what is in use, page by page, and taking a document away with two taps."""

from __future__ import annotations

from bot.knowledge.callbacks import KnowledgeCallback, KnowledgePress
from db.models import Document
from db.models.knowledge import PassageKind
from db.repositories import knowledge as documents
from sandbox.telegram import Person
from tests.bot.builders import IVAN, MARIA, OLGA, STRANGER, an_account
from tests.bot.knowledge.conftest import FAQ, PRICES, Knowledge, buttons


async def known(knowledge: Knowledge, name: str, account_id: int | None = None) -> Document:
    """A document with one passage of each kind."""
    passages = [{"kind": kind, "title": kind.value, "text": kind.value} for kind in PassageKind]
    async with knowledge.world.db.transaction() as tx:
        return await documents.replace(tx.session, account_id, name, name, passages, {})


async def ask(knowledge: Knowledge, person: Person, text: str, chat_id: int) -> str:
    """A command, and its answer."""
    await knowledge.world.write(person, text, chat_id=chat_id)
    await knowledge.world.pump()
    return str((await knowledge.last(chat_id))["text"])


async def test_what_is_in_use_is_listed(knowledge: Knowledge) -> None:
    world = knowledge.world
    first = await an_account(world.db, world.group)
    await known(knowledge, "a.csv", first.id)
    answer = await ask(knowledge, MARIA, "/knowledge", MARIA.id)
    lines = answer.splitlines()
    assert lines[:2] == ["📚 Знания: 1. Показаны 1–1:", "1. a.csv"]
    assert lines[2].endswith("UTC · 1 товар, 1 вопрос с ответом, 1 фрагмент текста")
    assert "@shop_main" not in answer  # there is only one
    await an_account(world.db, None, "second_shop")
    await known(knowledge, "b.csv")
    lines = (await ask(knowledge, MARIA, "/knowledge", MARIA.id)).splitlines()
    assert lines[2].startswith("    @shop_main · ")
    assert lines[4].startswith("    все аккаунты · ")
    await knowledge.promote(IVAN)
    lines = (await ask(knowledge, IVAN, "/knowledge", IVAN.id)).splitlines()
    assert lines[0] == "📚 Knowledge: 2. Showing 1–2:"
    assert lines[4].startswith("    all accounts · ")


async def test_nothing_known_yet_says_how_to_begin(knowledge: Knowledge) -> None:
    answer = await ask(knowledge, OLGA, "/knowledge", OLGA.id)
    assert answer.startswith("📚 Пока я ничего не знаю")
    assert "пришлите мне файл" in answer
    assert buttons(await knowledge.last(OLGA.id)) == []


async def test_a_chat_sees_its_own_accounts_and_what_is_for_all(knowledge: Knowledge) -> None:
    world = knowledge.world
    here = await an_account(world.db, world.group)
    elsewhere = await an_account(world.db, -1005, "elsewhere")
    await known(knowledge, "here.md", here.id)
    await known(knowledge, "all.md")
    secret = await known(knowledge, "elsewhere.md", elsewhere.id)
    group = await ask(knowledge, OLGA, "/knowledge", world.group)
    assert ("here.md" in group, "all.md" in group, "elsewhere.md" in group) == (True, True, False)
    assert "elsewhere.md" in await ask(knowledge, OLGA, "/knowledge", OLGA.id)
    shown = await ask_message(knowledge, world.group)
    for press in (KnowledgePress.REMOVE, KnowledgePress.REMOVE_YES):
        data = KnowledgeCallback(press, secret.nonce, 1).pack()
        assert "устарела" in await knowledge.forge(OLGA, shown, data, world.group)
    assert len(await knowledge.documents()) == 3


async def ask_message(knowledge: Knowledge, chat_id: int) -> int:
    await ask(knowledge, OLGA, "/knowledge", chat_id)
    return int((await knowledge.last(chat_id))["message_id"])


async def test_pages_of_ten_are_turned(knowledge: Knowledge) -> None:
    for number in range(25):
        await known(knowledge, f"{number:02}.md")
    assert (await ask(knowledge, OLGA, "/knowledge", OLGA.id)).startswith("📚 Знания: 25. Показаны 1–10:")
    first = await knowledge.last(OLGA.id)
    assert [label for label, _data in buttons(first)] == [*(f"🗑 {n}" for n in range(1, 11)), "›"]
    await knowledge.press(OLGA, first, "›")
    second = await knowledge.last(OLGA.id)
    assert second["message_id"] == first["message_id"]
    assert second["text"].splitlines()[:2] == ["📚 Знания: 25. Показаны 11–20:", "11. 10.md"]
    await knowledge.press(OLGA, second, "›")
    third = await knowledge.last(OLGA.id)
    assert [label for label, _data in buttons(third)] == [*(f"🗑 {n}" for n in range(21, 26)), "‹"]
    await knowledge.press(OLGA, third, "‹")
    assert "11–20" in (await knowledge.last(OLGA.id))["text"]
    assert "21–25" in await ask(knowledge, OLGA, "/knowledge 3", OLGA.id)
    assert "21–25" in await ask(knowledge, OLGA, "/knowledge 99", OLGA.id)
    for words in ("0", "x", "1 2"):
        assert "Не понимаю" in await ask(knowledge, OLGA, f"/knowledge {words}", OLGA.id)


async def test_a_document_goes_with_the_second_tap(knowledge: Knowledge) -> None:
    await known(knowledge, "a.md")
    await known(knowledge, "b.md")
    await ask(knowledge, MARIA, "/knowledge", MARIA.id)
    await knowledge.press(MARIA, await knowledge.last(MARIA.id), "🗑 2")
    sure = await knowledge.last(MARIA.id)
    assert sure["text"].startswith("🗑 Удалить b.md?")
    assert len(await knowledge.documents()) == 2
    await knowledge.press(MARIA, sure, "Назад")
    listed = await knowledge.last(MARIA.id)
    assert "1–2" in listed["text"]
    await knowledge.press(MARIA, listed, "🗑 2")
    sure = await knowledge.last(MARIA.id)
    assert await knowledge.press(MARIA, sure, "Да, удалить") == "🗑 Удалено"
    assert [document.name for document in await knowledge.documents()] == ["a.md"]
    assert "Показаны 1–1" in (await knowledge.last(MARIA.id))["text"]
    assert (await knowledge.changes())[-1] == ("removed", "b.md", MARIA.id)
    assert "устарела" in await knowledge.press(MARIA, sure, "Да, удалить")
    assert len(await knowledge.changes()) == 3


async def test_a_document_that_was_replaced_meanwhile_is_not_removed(knowledge: Knowledge) -> None:
    await knowledge.give(OLGA, "c.csv", PRICES)
    await ask(knowledge, OLGA, "/knowledge", OLGA.id)
    old = await knowledge.last(OLGA.id)
    await knowledge.press(OLGA, old, "🗑 1")
    sure = await knowledge.last(OLGA.id)
    await knowledge.give(OLGA, "c.csv", "name;price\nВоск;90\n".encode())
    assert "устарела" in await knowledge.press(OLGA, sure, "Да, удалить")
    assert [title for _account, title in await knowledge.passages()] == ["Воск"]


async def test_the_last_document_of_the_last_page_leads_to_the_page_before(knowledge: Knowledge) -> None:
    for number in range(11):
        await known(knowledge, f"{number:02}.md")
    await ask(knowledge, OLGA, "/knowledge 2", OLGA.id)
    await knowledge.press(OLGA, await knowledge.last(OLGA.id), "🗑 11")
    await knowledge.press(OLGA, await knowledge.last(OLGA.id), "Да, удалить")
    assert "Знания: 10. Показаны 1–10" in (await knowledge.last(OLGA.id))["text"]


async def test_managers_look_and_cannot_remove(knowledge: Knowledge) -> None:
    document = await known(knowledge, "a.md")
    answer = await ask(knowledge, IVAN, "/knowledge", IVAN.id)
    assert "Seniors and the owner add and remove" in answer
    shown = await knowledge.last(IVAN.id)
    assert buttons(shown) == []
    for press in (KnowledgePress.REMOVE, KnowledgePress.REMOVE_YES):
        data = KnowledgeCallback(press, document.nonce, 1).pack()
        toast = await knowledge.forge(IVAN, shown["message_id"], data, IVAN.id)
        assert toast == "That is for seniors and the owner to decide."
    page = KnowledgeCallback(KnowledgePress.PAGE, number=1).pack()
    await knowledge.forge(IVAN, shown["message_id"], page, IVAN.id)
    assert buttons(await knowledge.last(IVAN.id)) == []
    assert len(await knowledge.documents()) == 1


async def test_strangers_learn_nothing(knowledge: Knowledge) -> None:
    await known(knowledge, "secret.md")
    assert "secret" not in await ask(knowledge, STRANGER, "/knowledge", STRANGER.id)
    message = await knowledge.world.post("список")
    page = KnowledgeCallback(KnowledgePress.PAGE, number=1).pack()
    assert "команды магазина" in await knowledge.forge(STRANGER, message, page, knowledge.world.group)
    assert "secret" not in (await knowledge.last(knowledge.world.group))["text"]


async def test_hostile_names_in_the_list_are_only_names(knowledge: Knowledge) -> None:
    await known(knowledge, "<b>@olga_owner /start" + "ж" * 300)
    await ask(knowledge, OLGA, "/knowledge", OLGA.id)
    shown = await knowledge.last(OLGA.id)
    assert "<b>@olga_owner /start" in shown["text"]
    assert len(shown["text"]) < 600
    kinds = {entity["type"] for entity in shown["entities"]}
    assert kinds.isdisjoint({"mention", "bot_command"})
    await knowledge.press(OLGA, shown, "🗑 1")
    kinds = {entity["type"] for entity in (await knowledge.last(OLGA.id))["entities"]}
    assert kinds == {"code"}


def test_the_longest_button_fits() -> None:
    longest = KnowledgeCallback(KnowledgePress.REMOVE_YES, "a" * 36, 10**18 - 1)
    assert len(longest.pack().encode()) <= 64
    assert KnowledgeCallback.parse(longest.pack()) == longest
    assert KnowledgeCallback.parse(longest.pack() + "0") is None


async def test_what_was_sent_is_listed_with_its_counts(knowledge: Knowledge) -> None:
    await knowledge.give(OLGA, "faq.md", FAQ)
    answer = await ask(knowledge, OLGA, "/knowledge", OLGA.id)
    assert "1 вопрос с ответом, 1 фрагмент текста" in answer
