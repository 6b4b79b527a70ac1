"""Whatever kind of words a customer sends, they reach a card, and an approval reaches the customer once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acceptance.installation import Installation, buttons

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRICE = "Сколько стоит свеча «Прованс»?"


async def _happens(shared: Installation, kind: str, **what: Any) -> str:
    """Something happens on Instagram; the id of what it is about."""
    return str((await shared.post("instagram", "events", {"kind": kind} | what))["id"])


async def _person(shared: Installation, username: str) -> str:
    return str((await shared.post("instagram", "people", {"username": username}))["id"])


def _actions(card: dict[str, Any]) -> set[str]:
    return {data.split(":")[1] for data in buttons(card)}


async def test_an_approved_answer_to_a_message_is_sent_once_to_its_writer(shared: Installation) -> None:
    words = f"{PRICE} (письмо)"
    await _happens(shared, "message", username="letters", text=words)
    card = await shared.says(await shared.approve(words), "📬")
    assert "✉️ Сообщение · letters" in card["text"]
    sent = await shared.effect("message", recipient_id=await _person(shared, "letters"))
    assert sent["account_id"] == shared.info["account_id"]
    assert "1 290 ₽" in sent["text"]


async def test_an_answer_to_a_story_is_answered_by_a_message(shared: Installation) -> None:
    words = f"{PRICE} (история)"
    story = {"id": "18000000000000555"}
    await _happens(shared, "message", username="stories", text=words, reply_to=story)
    assert "✉️ Ответ на историю" in (await shared.card(words))["text"]
    await shared.says(await shared.approve(words), "📬")
    person = await _person(shared, "stories")
    await shared.effect("message", recipient_id=person)


async def test_an_attachment_without_words_is_shown_for_a_person_to_answer(shared: Installation) -> None:
    await _happens(shared, "message", username="pictures_only", attachments=["image"])
    card = await shared.card("pictures_only")
    assert "📎 Прислано: фото" in card["text"]
    assert _actions(card) == {"ed", "rg", "es", "rj"}


async def test_a_message_that_was_edited_cannot_be_answered_by_the_old_text(shared: Installation) -> None:
    words, other = f"{PRICE} (раньше)", "Сколько стоит доставка в Казань? (позже)"
    mid = await _happens(shared, "message", username="editor", text=words)
    message_id, old = await shared.button(words, "ap")
    await _happens(shared, "message_edit", username="editor", message_id=mid, text=other)
    _message, new = await shared.button(other, "ap")
    assert new != old
    answer = await shared.press(shared.olga, message_id, old)
    assert answer["alert"]
    person = await _person(shared, "editor")
    assert await shared.effects("message", recipient_id=person) == []
    assert await shared.approve(other) == message_id
    await shared.says(message_id, "📬")
    assert "350" in (await shared.effect("message", recipient_id=person))["text"]


async def test_the_card_of_a_deleted_message_closes_itself(shared: Installation) -> None:
    words = f"{PRICE} (передумала)"
    mid = await _happens(shared, "message", username="regrets", text=words)
    message_id, old = await shared.button(words, "ap")
    await _happens(shared, "deletion", username="regrets", message_id=mid)
    card = await shared.says(message_id, "удалил это сам")
    assert not buttons(card)
    assert (await shared.press(shared.olga, message_id, old))["text"]
    person = await _person(shared, "regrets")
    assert await shared.effects("message", recipient_id=person) == []


async def test_a_colleague_who_answers_in_the_app_closes_the_card(shared: Installation) -> None:
    comment, letter = f"{PRICE} (в ветке)", f"{PRICE} (в личке)"
    comment_id = await shared.comment(comment, "in_thread")
    await _happens(shared, "message", username="in_letter", text=letter)
    under, _data = await shared.button(comment, "ap")
    inside, _data = await shared.button(letter, "ap")
    by_hand = {"action": "reply", "comment_id": comment_id, "text": "Ответили сами 💜"}
    await shared.post("instagram", "app", by_hand)
    by_hand = {"action": "message", "username": "in_letter", "text": "Ответили сами 💜"}
    await shared.post("instagram", "app", by_hand)
    for message_id in (under, inside):
        assert _actions(await shared.says(message_id, "уже ответили в приложении")) <= {"hd"}
    assert await shared.effects("reply", comment_id=comment_id) == []


async def test_a_message_of_yesterday_is_refused_in_words_that_say_what_to_do(shared: Installation) -> None:
    words = f"{PRICE} (вчера)"
    at = datetime.now(UTC) - timedelta(hours=25)
    await shared.post("instagram", "messages", {"username": "late", "text": words, "at": at.isoformat()})
    message_id, data = await shared.button(words, "ap")
    answer = await shared.press(shared.olga, message_id, data)
    assert answer["alert"]
    assert "Ответьте в приложении" in answer["text"]
    person = await _person(shared, "late")
    assert await shared.effects("message", recipient_id=person) == []


async def test_a_live_comment_is_answered_privately(shared: Installation) -> None:
    words = f"{PRICE} (эфир)"
    comment_id = await _happens(shared, "live_comment", username="watcher", text=words)
    card = await shared.card(words)
    assert "🔴 Комментарий в прямом эфире" in card["text"]
    await shared.says(await shared.approve(words), "📬")
    sent = await shared.effect("private_reply", comment_id=comment_id)
    person = await _person(shared, "watcher")
    assert sent["recipient_id"] == person
    assert await shared.effects("reply", comment_id=comment_id) == []


async def test_a_mention_is_answered_under_the_other_persons_post(shared: Installation) -> None:
    words = f"@lavanda_home {PRICE} (упоминание)"
    wanted = {"username": "blogger", "text": words, "as": "comments"}
    mention = await shared.post("instagram", "mentions", wanted)
    card = await shared.card("(упоминание)")
    assert "📣 Вас упомянули" in card["text"]
    await shared.says(await shared.approve("(упоминание)"), "📬")
    sent = await shared.effect("reply", comment_id=mention["id"])
    assert sent["media_id"] == mention["media_id"]


async def test_nothing_is_sent_to_a_comment_that_is_gone_when_it_is_approved(shared: Installation) -> None:
    words = f"{PRICE} (исчез)"
    comment_id = await shared.comment(words, "vanished")
    message_id, data = await shared.button(words, "ap")
    address = f"{shared.info['instagram']}/_control/comments/{comment_id}"
    async with shared.session.delete(address) as gone:
        assert gone.ok
    await shared.press(shared.olga, message_id, data)
    assert not buttons(await shared.says(message_id, "удалил это сам"))
    assert await shared.effects("reply", comment_id=comment_id) == []


async def test_a_comment_edited_before_the_reply_leaves_gets_a_new_draft(shared: Installation) -> None:
    words, other = f"{PRICE} (до)", "Сколько стоит доставка в Казань? (после)"
    comment_id = await shared.comment(words, "rewriter")
    message_id, data = await shared.button(words, "ap")
    address = f"{shared.info['instagram']}/_control/comments/{comment_id}"
    async with shared.session.patch(address, json={"text": other}) as changed:
        assert changed.ok
    await shared.press(shared.olga, message_id, data)
    assert await shared.approve(other) == message_id
    await shared.says(message_id, "📬")
    assert "350" in (await shared.effect("reply", comment_id=comment_id))["text"]
