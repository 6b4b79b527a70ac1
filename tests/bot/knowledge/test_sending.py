"""A file sent to the bot: who may, where, what comes of it, and what it is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db.models.knowledge import UploadState
from services.knowledge.importing import import_knowledge
from services.knowledge.uploads import LONGEST_NAME, MOST_UNREAD
from tests.bot.builders import IVAN, MARIA, OLGA, STRANGER, an_account
from tests.bot.knowledge.conftest import FAQ, PRICES, Knowledge

SAMPLES = Path(__file__).resolve().parents[2] / "services" / "knowledge" / "samples"


async def test_a_seniors_file_is_read_and_told(knowledge: Knowledge) -> None:
    account = await an_account(knowledge.world.db, knowledge.world.group)
    sent = await knowledge.send(MARIA, "faq.md", FAQ)
    await knowledge.work()
    assert await knowledge.told(MARIA.id, sent) == (
        "✅ faq.md: прочитал и уже пользуюсь.\n📖 1 вопрос с ответом, 1 фрагмент текста"
    )
    assert await knowledge.passages() == [(account.id, "Доставка"), (account.id, "Есть самовывоз?")]
    assert (await knowledge.last(MARIA.id))["reply_to_message"]["message_id"] == sent
    assert await knowledge.changes() == [("added", "faq.md", MARIA.id)]
    assert knowledge.left() == []


async def test_the_sender_sees_that_the_file_was_noticed(knowledge: Knowledge) -> None:
    sent = await knowledge.send(OLGA, "faq.md", FAQ)
    [message] = [one for one in await knowledge.world.messages(OLGA.id) if one["message_id"] == sent]
    assert [one["emoji"] for one in message["reactions"]] == ["👀"]


async def test_the_report_is_in_the_senders_language(knowledge: Knowledge) -> None:
    await knowledge.promote(IVAN)
    data = (SAMPLES / "prices.xlsx").read_bytes()
    assert await knowledge.give(IVAN, "prices.xlsx", data) == (
        "✅ prices.xlsx: read, and in use.\n📖 2 products, 1 passage of text\n"
        "Left out:\n• sheet “Свечи”: row 8: no name, or no readable price"
    )
    assert await knowledge.give(OLGA, "prices.xlsx", data) == (
        "🟰 prices.xlsx: это я уже знаю. Ничего не изменилось."
    )
    assert await knowledge.give(OLGA, "прайс.xlsx", data) == (
        "✅ прайс.xlsx: прочитал и уже пользуюсь.\n📖 2 товара, 1 фрагмент текста\n"
        "Не вошло:\n• лист «Свечи»: строка 8: нет названия или понятной цены"
    )


async def test_a_long_list_of_what_was_left_out_is_cut(knowledge: Knowledge) -> None:
    rows = "".join(f"Товар {number};\n" for number in range(25))
    said = await knowledge.give(OLGA, "c.csv", f"name;price\nСвеча;1290\n{rows}".encode())
    lines = said.splitlines()
    assert (lines[3], lines[12]) == (
        "• строка 3: нет названия или понятной цены",
        "• строка 12: нет названия или понятной цены",
    )
    assert lines[13:] == ["… и ещё 15"]


async def test_a_file_of_the_same_name_replaces_and_the_same_content_is_known(knowledge: Knowledge) -> None:
    await knowledge.give(OLGA, "c.csv", PRICES)
    first = [passage.id for passage in await knowledge.documents()]
    assert "это я уже знаю" in await knowledge.give(MARIA, "c.csv", PRICES)
    assert "заменил прежний" in await knowledge.give(MARIA, "c.csv", "name;price\nВоск;90\n".encode())
    assert [title for _account, title in await knowledge.passages()] == ["Воск"]
    assert [document.id for document in await knowledge.documents()] == first
    assert await knowledge.changes() == [("added", "c.csv", OLGA.id), ("replaced", "c.csv", MARIA.id)]


@pytest.mark.parametrize(
    ("name", "data", "russian", "english"),
    [
        ("scan.pdf", (SAMPLES / "scan.pdf").read_bytes(), "это скан", "is scanned"),
        ("locked.xlsx", (SAMPLES / "locked.xlsx").read_bytes(), "закрыт паролем", "by a password"),
        ("c.csv", b"simple words", "первая строка должна называть столбцы", "must name the columns"),
        ("d.docx", b"PK\x03\x04 and no more", "повреждён", "is damaged"),
        ("d.txt", b"%PDF-1.7", "внутри не текст", "is no text"),
        ("d.md", b" ", "внутри нет текста", "holds no text"),
    ],
    ids=["scan", "password", "columns", "damaged", "disguised", "empty"],
)
async def test_a_file_that_cannot_be_read_changes_nothing_and_says_why(
    knowledge: Knowledge, name: str, data: bytes, russian: str, english: str
) -> None:
    await knowledge.promote(IVAN)
    said = await knowledge.give(OLGA, name, data)
    assert said.startswith(f"⚠️ {name}: ")
    assert russian in said
    assert said.endswith("Ничего не изменилось.")
    assert english in await knowledge.give(IVAN, name, data)
    assert {upload.state for upload in await knowledge.uploads()} == {UploadState.REFUSED}
    assert (await knowledge.documents(), await knowledge.changes(), knowledge.left()) == ([], [], [])


async def test_a_broken_new_version_leaves_the_old_one_in_use(knowledge: Knowledge) -> None:
    await knowledge.give(OLGA, "c.csv", PRICES)
    assert "Ничего не изменилось" in await knowledge.give(OLGA, "c.csv", b"oops")
    assert [title for _account, title in await knowledge.passages()] == ["Свеча", "Мыло"]


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("shop.png", {}, "такое я не читаю. Могу PDF"),
        ("", {}, "такое я не читаю. Могу PDF"),
        ("photo", {"photo": True}, "Пришлите файл как документ: PDF"),
        ("big.pdf", {"size": 21_000_000}, "больше 20 МБ"),
        ("long.txt", {"size": 6_000_000}, "больше 5 МБ"),
    ],
    ids=["kind", "nameless", "photo", "large", "large text"],
)
async def test_what_cannot_be_taken_is_answered_at_once_with_what_can(
    knowledge: Knowledge, name: str, values: dict[str, Any], says: str
) -> None:
    sent = await knowledge.send(OLGA, name, b"content", **values)
    assert says in await knowledge.told(OLGA.id, sent)
    assert await knowledge.uploads() == []


async def test_managers_are_told_whom_to_ask_and_strangers_files_are_not_taken(knowledge: Knowledge) -> None:
    assert "ask them to send me this file" in await knowledge.give(IVAN, "faq.md", FAQ)
    assert "ask them" in await knowledge.give(IVAN, "shop.png", b"", photo=True)
    turned_away = await knowledge.give(STRANGER, "faq.md", FAQ)
    assert str(STRANGER.id) in turned_away
    assert "faq" not in turned_away
    await knowledge.world.control("switches", admin=True)
    group = knowledge.world.group
    sent = await knowledge.send(STRANGER, "faq.md", FAQ, "/knowledge", group)
    assert await knowledge.told(group, sent) == ""
    assert (await knowledge.uploads(), await knowledge.documents()) == ([], [])


async def test_in_the_chat_of_the_team_only_files_for_the_bot_are_taken(knowledge: Knowledge) -> None:
    world = knowledge.world
    await world.control("switches", admin=True)  # it sees everything, and still takes what is meant for it
    topic = await world.call("createForumTopic", chat_id=world.group, name="Знания")
    thread = topic["message_thread_id"]
    greeting = await world.post("Привет")
    for caption, place in (("", {}), ("смотрите", {"thread_id": thread}), ("/knowledge@other_bot", {})):
        await knowledge.send(OLGA, "chatter.md", FAQ, caption, world.group, **place)
    assert await knowledge.uploads() == []
    await knowledge.send(OLGA, "a.md", FAQ, "/knowledge", world.group, thread_id=thread)
    await knowledge.send(OLGA, "b.md", FAQ, "", world.group, reply_to=greeting)
    await knowledge.send(OLGA, "photo", FAQ, "", world.group, reply_to=greeting, photo=True)
    await knowledge.work()
    assert [upload.name for upload in await knowledge.uploads()] == ["a.md", "b.md"]
    answer = await world.said("a.md: прочитал")
    assert answer["message_thread_id"] == thread
    await world.said("b.md: прочитал")
    await world.said("Пришлите файл как документ")


async def test_a_file_under_a_card_is_about_the_comment(knowledge: Knowledge) -> None:
    seed = await knowledge.world.card()
    group = knowledge.world.group
    sent = await knowledge.send(OLGA, "faq.md", FAQ, "", group, reply_to=seed.card.message_id)
    assert await knowledge.uploads() == []
    assert await knowledge.told(group, sent) != ""
    await knowledge.send(OLGA, "faq.md", FAQ, "/knowledge", group, reply_to=seed.card.message_id)
    assert [upload.name for upload in await knowledge.uploads()] == ["faq.md"]


async def test_an_anonymous_administrators_file_is_not_taken(knowledge: Knowledge) -> None:
    group = knowledge.world.group
    sent = await knowledge.send(OLGA, "faq.md", FAQ, "/knowledge", group, anonymous=True)
    assert "Turn off" in await knowledge.told(group, sent)
    assert await knowledge.uploads() == []


async def test_a_chat_that_is_not_ours_gives_no_knowledge(knowledge: Knowledge) -> None:
    world = knowledge.world
    await world.control("switches", admin=True)
    await world.control("chat", action="migrate", new_chat_id=world.group - 1)  # nobody's cards come there
    await knowledge.send(OLGA, "faq.md", FAQ, "/knowledge", world.group - 1)
    assert await knowledge.uploads() == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\Users\\olga\\цены.md", "цены.md"),
        ("a\x01b\nc\u202egpj.md", "a b c gpj.md"),
        ("<b>@olga_owner</b> & co.md", "b> & co.md"),
        ("/start.md", "start.md"),
        (f"{'ж' * 500}.md", f"{'ж' * (LONGEST_NAME - 3)}.md"),
        (f"{'😀' * 500}.md", f"{'😀' * (LONGEST_NAME - 3)}.md"),
        ("-rf.md", "-rf.md"),
        ("и\u0306.md", "\u0439.md"),
    ],
    ids=["climbs", "windows", "invisible", "markup", "command", "long", "emoji", "option", "composed"],
)
async def test_a_hostile_name_is_only_a_name(knowledge: Knowledge, given: str, kept: str) -> None:
    said = await knowledge.give(OLGA, given, FAQ)
    assert said.startswith("✅ ")
    [document] = await knowledge.documents()
    assert document.name == kept
    kinds = {entity["type"] for entity in (await knowledge.last(OLGA.id))["entities"]}
    assert kinds == {"code"}
    assert knowledge.left() == []


@pytest.mark.parametrize("name", ["..", "/", "\u200b.md", "a/.md"], ids=["up", "root", "unseen", "hidden"])
async def test_a_name_that_names_nothing_is_answered(knowledge: Knowledge, name: str) -> None:
    assert "такое я не читаю" in await knowledge.give(OLGA, name, FAQ)
    assert await knowledge.uploads() == []


async def test_titles_inside_of_a_file_ping_nobody(knowledge: Knowledge) -> None:
    page = (
        "<h1>@olga_owner &lt;b&gt;/start</h1><table><tr><th>name</th><th>price</th></tr>"
        "<tr><td>Свеча</td><td>1290</td></tr><tr><td>Мыло</td><td></td></tr></table>"
    )
    said = await knowledge.give(OLGA, "site.html", page.encode())
    assert "таблица «@olga_owner <b>/start»: строка 3" in said
    kinds = {entity["type"] for entity in (await knowledge.last(OLGA.id))["entities"]}
    assert kinds.isdisjoint({"mention", "bot_command"})


async def test_a_document_of_the_folder_is_replaced_and_not_doubled(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    await an_account(knowledge.world.db, knowledge.world.group)
    (tmp_path / "c.csv").write_bytes(PRICES)
    await import_knowledge(knowledge.world.db, tmp_path / "c.csv")
    assert "заменил прежний" in await knowledge.give(OLGA, "c.csv", "name;price\nВоск;90\n".encode())
    assert await knowledge.passages() == [(None, "Воск")]


async def test_too_many_files_at_once_wait_with_their_sender(knowledge: Knowledge) -> None:
    for number in range(MOST_UNREAD):
        await knowledge.send(OLGA, f"{number}.md", FAQ)
    sent = await knowledge.send(OLGA, "one more.md", FAQ)
    assert "через несколько минут" in await knowledge.told(OLGA.id, sent)
    await knowledge.work()
    assert "прочитал" in await knowledge.give(OLGA, "one more.md", FAQ)
    assert len(await knowledge.documents()) == MOST_UNREAD + 1


async def test_a_message_that_comes_twice_is_one_file(knowledge: Knowledge) -> None:
    sent = await knowledge.world.control(
        "send", user_id=OLGA.id, chat_id=OLGA.id, file={"name": "a.md", "data": "0J/RgNC40LLQtdGC"}
    )
    await knowledge.world.pump()
    await knowledge.world.control("redeliver", update_id=sent["update_id"], times=2)
    await knowledge.world.pump()
    await knowledge.work()
    assert len(await knowledge.uploads()) == len(await knowledge.documents()) == 1
