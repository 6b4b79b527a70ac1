"""The page in a real browser: both sides are played by hand."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from sandbox.page import Page
from sandbox.server import serve
from sandbox.telegram import Telegram
from tests.sandbox.page.browser import Browser
from tests.sandbox.page.surroundings import ANNA, GROUP, IVAN, OLGA, STRANGER, TELEGRAM, Surroundings

pytestmark = pytest.mark.system

INSTAGRAM_BOX = "#instagram textarea"
TELEGRAM_BOX = "#telegram textarea"
APPROVE: dict[str, Any] = {
    "inline_keyboard": [
        [
            {"text": "✅ Одобрить", "callback_data": "d:ap:x:1", "style": "success"},
            {"text": "🚫 Отклонить", "callback_data": "d:rj:x:1", "style": "danger"},
        ]
    ]
}
QUESTION = "Здравствуйте! Сколько стоит саше и есть ли доставка в Казань? " * 5
CARD = f"<b>Вопрос</b>\n<blockquote expandable>{QUESTION}</blockquote>\nчерновик"


async def card(around: Surroundings, text: str = CARD, **more: Any) -> int:
    """The id of a message that the bot sends to the group."""
    body = {"chat_id": GROUP, "text": text, "parse_mode": "HTML", **more}
    return int((await around.bot("sendMessage", **body))["message_id"])


@pytest.mark.parametrize(
    ("language", "live", "look_inside"), [("ru-RU", "связи", "Что"), ("en", "live", "Look")]
)
async def test_a_comment_is_written_answered_and_followed_inside(
    around: Surroundings, browser: Browser, language: str, live: str, look_inside: str
) -> None:
    await browser.open(around.page, language=language)
    assert live in await browser.text("#connection")
    assert await browser.look("document.documentElement.lang") == language[:2]

    await browser.write(INSTAGRAM_BOX, "Сколько стоит?")
    assert "Сколько стоит?" in await browser.text(".comment")
    assert await browser.look(f"document.querySelector('{INSTAGRAM_BOX}').value") == ""
    state = await around.ask("instagram/state")
    comment_id = state["posts"][0]["comments"][0]["id"]

    await browser.click(".comment .meta button")
    await browser.write(INSTAGRAM_BOX, "@anna_k и мне!")
    assert "и мне!" in await browser.text(".replies .comment")

    moved = {"at": "2026-11-23T12:00:01+00:00", "what": "draft", "id": 1, "from": None, "to": "approved"}
    decided = moved | {"what": "decision", "action": "approve", "by": "Ольга"}
    around.product.timelines[comment_id] = {"state": "answered", "steps": [moved, decided]}
    await browser.click(".comment .meta button", look_inside)
    assert "Ольга" in await browser.text(".steps .what-decision")
    assert "token_expires" in await browser.text(".tiles")
    assert browser.complaints == []
    assert {address.split("/")[2] for address in browser.requests} == {around.page.split("/")[2]}


async def test_what_the_business_does_on_instagram_appears(around: Surroundings, browser: Browser) -> None:
    await browser.open(around.page)
    question = await around.comment("Сколько стоит?")
    insult = await around.comment("Ужас!", "grumpy_cat_1987")
    graph, headers = f"{around.config.instagram}/v26.0", {"Authorization": "Bearer IGAA-test"}
    reply = {"message": "@anna_k 490 ₽ 💜"}
    private = {"recipient": {"comment_id": question}, "message": {"text": "Напишите нам"}}
    account = around.instagram.config.account_id
    async with AsyncExitStack() as calls:
        for call in (
            around.http.post(f"{graph}/{question}/replies", data=reply, headers=headers),
            around.http.post(f"{graph}/{insult}", data={"hide": "true"}, headers=headers),
            around.http.post(f"{graph}/{account}/messages", json=private, headers=headers),
        ):
            assert (await calls.enter_async_context(call)).status == 200
    assert "490 ₽ 💜" in await browser.text(".replies .comment.own")
    assert "Ужас!" in await browser.text(".comment.hidden")
    assert "Напишите нам" in await browser.text(".comment .private")


async def test_a_customer_may_have_any_name(around: Surroundings, browser: Browser) -> None:
    await browser.open(around.page)
    await browser.look(
        "(s => { s.value = ''; s.dispatchEvent(new Event('change')); })(document.querySelector('#customer'))"
    )
    await browser.look("document.querySelector('#stranger-name').value = 'дед_мороз'")
    await browser.write(INSTAGRAM_BOX, "С новым годом!")
    assert "дед_мороз" in await browser.text(".comment")


async def test_content_is_never_markup(around: Surroundings, browser: Browser) -> None:
    hostile = "<img src=x onerror=\"document.title='stolen'\"><script>document.title='stolen'</script>"
    await browser.open(around.page)
    await around.comment(hostile, "<b>anna</b>")
    await around.bot("sendMessage", chat_id=GROUP, text=hostile, reply_markup=APPROVE)
    assert hostile in await browser.text(".comment p")
    assert hostile in await browser.text(".message .text")
    assert await browser.look("document.querySelectorAll('.comment img, .text img, body script').length") == 0
    assert await browser.look("document.title") == "InstaChatico"


async def test_entities_are_counted_in_utf_16_and_may_cross(around: Surroundings, browser: Browser) -> None:
    await browser.open(around.page)
    entities = [
        {"type": "bold", "offset": 3, "length": 6},
        {"type": "italic", "offset": 6, "length": 6},
        {"type": "text_link", "offset": 13, "length": 4, "url": "https://www.instagram.com/p/x/"},
    ]
    await around.bot("sendMessage", chat_id=GROUP, text="👍 onetwothree link", entities=entities)
    await browser.text(".message .text")
    shown = await browser.look("document.querySelector('.message .text').innerHTML")
    link = 'href="https://www.instagram.com/p/x/" target="_blank" rel="noopener noreferrer"'
    assert shown == f"👍 <strong>one<em>two</em></strong><em>thr</em>e<a {link}>e li</a>nk"


async def test_a_card_is_unfolded_pressed_and_changes_in_place(
    around: Surroundings, browser: Browser
) -> None:
    await browser.open(around.page)
    message_id = await card(around, reply_markup=APPROVE)
    await browser.until("document.querySelectorAll('.key.success, .key.danger').length === 2")
    folded = "document.querySelector('blockquote > div').clientHeight"
    before = await browser.look(folded)
    await browser.click("blockquote > button")
    assert await browser.look(folded) > before

    pressed = asyncio.create_task(around.answer_next_press("Одобрено"))
    await browser.click(".key.success")
    assert (await pressed)["from"]["id"] == OLGA.id
    await browser.until("document.querySelector('.toast').textContent === 'Одобрено'")

    await browser.write(TELEGRAM_BOX, "не дописан")
    await around.bot(
        "editMessageText", chat_id=GROUP, message_id=message_id, text=f"{CARD} ✅", parse_mode="HTML"
    )
    await browser.until("document.querySelector('.message .text').innerText.endsWith('✅')")
    assert await browser.look("document.querySelectorAll('.key').length") == 0
    assert await browser.look(folded) > before, "an edit does not fold what somebody unfolded"
    await around.bot("deleteMessage", chat_id=GROUP, message_id=message_id)
    await browser.until("!document.querySelector('blockquote')")


async def test_the_chosen_person_presses_and_is_told_no_in_a_window(
    around: Surroundings, browser: Browser
) -> None:
    await browser.open(around.page)
    await card(around, reply_markup=APPROVE)
    await browser.click(".pressers label", "Чужой")
    pressed = asyncio.create_task(around.answer_next_press("Вы не менеджер", alert=True))
    await browser.click(".key.success")
    assert (await pressed)["from"]["id"] == STRANGER.id
    await browser.until("document.querySelector('dialog').open")
    assert await browser.text("#alert-text") == "Вы не менеджер"
    await browser.press("Enter")
    await browser.until("!document.querySelector('dialog').open")


async def test_a_prompt_opens_the_reply_bar_of_whom_it_mentions(
    around: Surroundings, browser: Browser
) -> None:
    await browser.open(around.page)
    await browser.click(".pressers label", IVAN.name)
    answered = "document.querySelector('#telegram .replying')"
    asked = {"force_reply": True, "selective": True, "input_field_placeholder": "Новый ответ для #1842"}
    others = await card(around, f"<a href='tg://user?id={ANNA.id}'>Anna</a>, ваш текст", reply_markup=asked)
    mine = await card(around, f"<a href='tg://user?id={IVAN.id}'>Иван</a>, ваш текст", reply_markup=asked)
    await browser.until(f"!{answered}.hidden")
    assert (
        await browser.look(f"document.querySelector('{TELEGRAM_BOX}').placeholder") == "Новый ответ для #1842"
    )

    await browser.write(TELEGRAM_BOX, "Здравствуйте! 490 ₽")
    await browser.until(f"document.querySelector('.message.mine') && {answered}.hidden")
    sent = (await around.ask("telegram/messages"))[-1]
    assert sent["reply_to_message"]["message_id"] == mine
    assert sent["text"] == "Здравствуйте! 490 ₽"

    await browser.click(".pressers label", ANNA.name)
    await browser.until(f"!{answered}.hidden")
    await browser.write(TELEGRAM_BOX, "Hello!")
    await browser.until(f"{answered}.hidden")
    sent = (await around.ask("telegram/messages"))[-1]
    assert (sent["reply_to_message"]["message_id"], sent["from"]["id"]) == (others, ANNA.id)


async def test_topics_and_the_private_chat_are_apart(around: Surroundings, browser: Browser) -> None:
    await browser.open(around.page)
    topic = await around.bot("createForumTopic", chat_id=GROUP, name="Эскалации")
    await card(around, "Срочно", message_thread_id=topic["message_thread_id"])
    await card(around, "Обычное")
    shown = "[...document.querySelectorAll('.message .text')].map(node => node.innerText).join()"
    await browser.until(f"{shown} === 'Срочно,Обычное'")
    await browser.click(".threads button", "Эскалации")
    await browser.until(f"{shown} === 'Срочно'")
    await browser.write(TELEGRAM_BOX, "Беру")
    await browser.until(f"{shown} === 'Срочно,Беру'")
    sent = (await around.ask("telegram/messages"))[-1]
    assert sent["message_thread_id"] == topic["message_thread_id"]
    await browser.click(".threads button", "Личный")
    await browser.until(f"{shown} === ''")
    await browser.write(TELEGRAM_BOX, "/start")
    await browser.until(f"{shown} === '/start'")
    sent = await around.ask(f"telegram/messages?chat_id={OLGA.id}")
    assert [one["text"] for one in sent] == ["/start"]


async def test_a_link_to_a_card_turns_to_the_card(around: Surroundings, browser: Browser) -> None:
    await browser.open(around.page)
    first = await card(around, "Карточка")
    for number in range(30):
        await card(around, f"Разговор {number}")
    link = f"https://t.me/c/{str(GROUP).removeprefix('-100')}/{first}"
    await card(around, f"<a href='{link}'>#1</a>")
    await browser.until("document.querySelector('.text button')")
    shown = f"""(() => {{
        const top = document.querySelector('[data-id="{first}"]').getBoundingClientRect().top;
        return top > document.querySelector('.scroll').getBoundingClientRect().top;
    }})()"""
    assert await browser.look(shown) is False
    await browser.click(".text button", "#1")
    assert await browser.look(shown) is True


async def test_a_button_is_pressed_by_keyboard_and_keeps_the_focus(
    around: Surroundings, browser: Browser
) -> None:
    await browser.open(around.page)
    message_id = await card(around, reply_markup=APPROVE)
    await browser.until("document.querySelector('.key.danger')")
    await browser.look("document.querySelector('.key.success').focus()")
    await browser.press("Tab")
    pressed = asyncio.create_task(around.answer_next_press("Отклонено"))
    await browser.press("Enter")
    assert (await pressed)["data"] == "d:rj:x:1"
    await around.bot(
        "editMessageText", chat_id=GROUP, message_id=message_id, text="Иначе", reply_markup=APPROVE
    )
    await browser.until("document.querySelector('.message .text').innerText === 'Иначе'")
    assert "Отклонить" in await browser.look("document.activeElement.innerText")


async def test_a_phone_shows_one_part_at_a_time_without_scrolling_aside(
    around: Surroundings, browser: Browser
) -> None:
    await around.comment("Длинноесловобезпробелов" * 20)
    await browser.open(around.page, width=390, height=844)
    visible = (
        "[...document.querySelectorAll('.panel')].filter(n => n.checkVisibility()).map(n => n.id).join()"
    )
    assert await browser.look(visible) == "instagram"
    await card(around, "Длинноесловобезпробелов" * 20, reply_markup=APPROVE)
    await browser.until("document.querySelector('nav [data-view=telegram]').dataset.news !== undefined")
    for part in ("instagram", "telegram", "inside"):
        await browser.click(f"nav [data-view={part}]")
        assert await browser.look(visible) == part
        assert await browser.look("document.documentElement.scrollWidth") <= 390
        beyond = (
            f"[...document.querySelectorAll('#{part} *')].filter(node => !node.closest('.posts, .threads')"
            " && node.getBoundingClientRect().right > 391).length"
        )
        assert await browser.look(beyond) == 0


async def test_the_page_finds_telegram_again(around: Surroundings, browser: Browser) -> None:
    async with AsyncExitStack() as stack:
        async with serve(Telegram(TELEGRAM).application()) as telegram:
            config = replace(around.config, telegram=telegram)
            page = await stack.enter_async_context(serve(Page(config).application()))
            await browser.open(page)
        await browser.until("document.getElementById('connection').dataset.live === 'false'")
        again = serve(Telegram(TELEGRAM).application(), port=int(telegram.rsplit(":", 1)[1]))
        await stack.enter_async_context(again)
        async with around.http.post(
            f"{telegram}/_control/send", json={"user_id": IVAN.id, "text": "Я вернулся"}
        ) as answer:
            assert answer.status == 200
        await browser.until("document.getElementById('connection').dataset.live === 'true'")
        assert await browser.text(".message .text") == "Я вернулся"
