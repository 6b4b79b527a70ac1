"""Several accounts in one installation: connected from Telegram, strangers to each other, let go and back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from yarl import URL

from app.sandbox import cast
from tests.acceptance.installation import Installation, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"TELEGRAM_CHAT_ID": str(cast.OLGA.id)}
"""The first account's cards come to the owner alone; the others are connected in the group."""

PRICE = "Сколько стоит свеча «Прованс»?"


@dataclass(frozen=True, slots=True)
class Shop:
    """A connected account."""

    id: str
    name: str
    post: str
    app_scoped_id: str


async def _link(shared: Installation) -> str:
    """The owner asks in the group for a link to connect an account."""
    asked = await shared.post("telegram", "send", {"user_id": shared.olga, "text": "/accounts"})

    async def answered() -> str | None:
        for message in await shared.get("telegram", f"messages?chat_id={shared.info['chat_id']}"):
            rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
            urls = [str(button["url"]) for row in rows for button in row if "url" in button]
            if message["message_id"] > asked["message_id"] and any("/oauth/start" in url for url in urls):
                return urls[0]
        return None

    return await eventually("a link to connect an account", answered)


async def _follow(shared: Installation, link: str, account: str, decision: str = "allow") -> tuple[int, str]:
    """A person opens the link and decides on Instagram's page; the page at the end."""
    async with shared.session.get(link) as asked:
        assert asked.status == 200
        page = asked.url
    assert str(page.origin()) == shared.info["instagram"]
    form = {"account": account, "decision": decision}
    russian = {"Accept-Language": "ru"}
    async with shared.session.post(page, data=form, headers=russian) as answer:
        return answer.status, await answer.text()


async def _connected(shared: Installation, name: str) -> Shop:
    """A further account, connected from Telegram."""
    opened = await shared.post("instagram", "accounts", {"username": name})
    status, page = await _follow(shared, await _link(shared), name)
    assert (status, f"@{name} подключён" in page) == (200, True), page
    await shared.told(f"Аккаунт {name} подключён", shared.info["chat_id"])
    return Shop(opened["account_id"], name, opened["media_ids"][0], opened["app_scoped_id"])


async def _import(shared: Installation, account: str, name: str, text: str) -> None:
    file = shared.folder / name
    file.write_text(text, encoding="utf-8")
    await shared.command("knowledge", "import", file, "--account", account, "--env-file", shared.env_file)


async def test_an_account_connected_from_telegram_answers_in_its_own_name(shared: Installation) -> None:
    shop = await _connected(shared, "lavanda_connected")
    words = f"{PRICE} (второй аккаунт)"
    comment_id = await shared.comment(words, media_id=shop.post)
    card = await shared.card(words)
    assert shop.name in card["text"]
    assert card["chat"]["id"] == shared.info["chat_id"]
    await shared.says(await shared.approve(words), "📬")
    sent = await shared.effect("reply", comment_id=comment_id)
    assert sent["account_id"] == shop.id
    accounts = {one["account_id"]: one for one in await shared.get("instagram", "accounts")}
    assert {"comments", "messages"} <= set(accounts[shop.id]["subscribed"])


async def test_who_refuses_reads_that_nothing_has_changed(shared: Installation) -> None:
    await shared.post("instagram", "accounts", {"username": "lavanda_refuses"})
    link = await _link(shared)
    status, page = await _follow(shared, link, "lavanda_refuses", decision="deny")
    assert (status, "ничего не изменилось" in page) == (200, True), page
    async with shared.session.get(link, headers={"Accept-Language": "ru"}) as again:
        assert again.status == 400
        assert "уже использована" in await again.text()


async def test_a_link_is_good_once_and_a_made_up_one_never(shared: Installation) -> None:
    opened = await shared.post("instagram", "accounts", {"username": "lavanda_once"})
    link = await _link(shared)
    async with shared.session.get(link) as asked:
        page = asked.url
    form, russian = {"account": "lavanda_once", "decision": "allow"}, {"Accept-Language": "ru"}
    told = []
    for _time in range(2):
        async with shared.session.post(page, data=form, headers=russian) as answer:
            told.append((answer.status, await answer.text()))
    assert [status for status, _text in told] == [200, 400]
    assert "уже использована" in told[1][1]
    made_up = URL(link).update_query(state="x" * 43)
    async with shared.session.get(made_up, headers=russian) as unknown:
        assert (unknown.status, "не знаю" in await unknown.text()) == (400, True)
    accounts = [one["account_id"] for one in await shared.get("instagram", "accounts") if one["subscribed"]]
    assert accounts.count(opened["account_id"]) == 1


async def test_two_accounts_see_nothing_of_each_other(shared: Installation) -> None:
    shop = await _connected(shared, "lavanda_apart")
    first, second = shared.info["account_id"], shop.id
    await _import(shared, "@lavanda_home", "comet.csv", "name;price;currency\nШар «Комета»;7771;₽\n")
    await _import(shared, f"@{shop.name}", "meteor.csv", "name;price;currency\nШар «Комета»;3331;₽\n")
    question = "Сколько стоит шар «Комета»?"
    for account_id, marker in ((first, "альфа"), (second, "бета")):
        letter = {
            "username": "both_write",
            "text": f"{question} ({marker}, письмо)",
            "account_id": account_id,
        }
        await shared.post("instagram", "messages", letter)
    here = await shared.comment(f"{question} (альфа, пост)", "both_comment")
    there = await shared.comment(f"{question} (бета, пост)", "both_comment", media_id=shop.post)
    for marker, chat_id in (("альфа", shared.olga), ("бета", shared.info["chat_id"])):
        for kind in ("письмо", "пост"):
            card = await shared.card(f"({marker}, {kind})")
            assert card["chat"]["id"] == chat_id
            await shared.says(await shared.approve(f"({marker}, {kind})"), "📬")
    assert "7771 ₽" in (await shared.effect("reply", comment_id=here))["text"]
    assert "3331 ₽" in (await shared.effect("reply", comment_id=there))["text"]
    answers = {entry["account_id"]: entry["text"] for entry in await shared.effects("message")}
    assert "7771 ₽" in answers[first]
    assert "3331 ₽" in answers[second]

    for request in await shared.get("llm", "requests"):
        said = json.dumps(request, ensure_ascii=False)
        assert not (("7771" in said or "альфа" in said) and ("3331" in said or "бета" in said))
    for chat_id, foreign in ((shared.olga, ("3331", "бета")), (shared.info["chat_id"], ("7771", "альфа"))):
        for message in await shared.get("telegram", f"messages?chat_id={chat_id}"):
            assert not [words for words in foreign if words in message.get("text", "")]


async def test_a_dead_token_holds_up_its_own_account_only_until_it_is_connected_again(
    shared: Installation,
) -> None:
    shop = await _connected(shared, "lavanda_locked")
    await shared.post("instagram", "token", {"account_id": shop.id, "invalid": True, "subcode": 463})
    theirs = await shared.comment(f"{PRICE} (без ключа)", media_id=shop.post)
    ours = await shared.comment(f"{PRICE} (с ключом)")
    waiting = await shared.approve("(без ключа)")
    await shared.says(await shared.approve("(с ключом)"), "📬")
    await shared.effect("reply", comment_id=ours)
    await shared.says(waiting, "Ответ уйдёт, когда аккаунт подключат заново")
    alert = await shared.told(f"не пускает нас в аккаунт {shop.name}")
    assert await shared.effects("reply", comment_id=theirs) == []

    more = await shared.comment(f"{PRICE} (и ещё)", media_id=shop.post)
    await shared.says(await shared.approve("(и ещё)"), "Ответ уйдёт, когда аккаунт подключат заново")
    messages = await shared.get("telegram", "messages")
    told = [one for one in messages if f"не пускает нас в аккаунт {shop.name}" in one.get("text", "")]
    assert len(told) == 1

    status, page = await _follow(shared, await _link(shared), shop.name)
    assert (status, f"@{shop.name} подключён" in page) == (200, True), page
    await shared.says(waiting, "📬")
    for comment_id in (theirs, more):
        sent = await shared.effect("reply", comment_id=comment_id)
        assert sent["account_id"] == shop.id
    await shared.says(alert["message_id"], "✅ Снова в порядке")
    await shared.quiet()
    assert len(await shared.effects("reply", account_id=shop.id)) == 2


async def test_an_account_whose_owner_takes_the_access_away_is_let_go(shared: Installation) -> None:
    shop = await _connected(shared, "lavanda_leaves")
    path = "/instagram/deauthorize"
    assert (await shared.meta_calls(path, shop.app_scoped_id, "not-the-secret-of-the-app"))[0] == 403
    assert (await shared.meta_calls(path, shop.app_scoped_id))[0] == 200
    await shared.told(f"У нас забрали доступ к аккаунту {shop.name}", shared.info["chat_id"])
    words = f"{PRICE} (после ухода)"
    comment_id = await shared.comment(words, media_id=shop.post)
    await shared.says(await shared.approve(words), "Ответ уйдёт, когда аккаунт подключат заново")
    assert await shared.effects("reply", comment_id=comment_id) == []
