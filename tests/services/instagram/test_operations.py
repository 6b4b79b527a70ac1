"""Comments, posts and messages: each operation against the stand-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.instagram.access import Access
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from tests.sandbox.instagram.player import AD, ALBUM, POST, Player

REEL = "18000000000000003"


async def person(client: InstagramClient, player: Player, access: Access, **more: Any) -> str:
    """Somebody who writes to the account, `more` telling when; her id."""
    wrote = await player.control("messages", {"username": "anna_k", "text": "Есть свечи?", **more})
    message = await client.message_by_id(access, wrote["id"])
    assert message.author is not None
    assert message.author.id is not None
    return message.author.id


# Comments


async def test_a_comment_is_read_as_it_is_now(
    client: InstagramClient, player: Player, access: Access
) -> None:
    comment_id = await player.comment("Сколько стоит? 💜")
    before = await client.comment(access, comment_id)
    await player.control(f"comments/{comment_id}", {"text": "Сколько стоит саше?"}, "PATCH")
    await client.set_hidden(access, comment_id, hidden=True)
    after = await client.comment(access, comment_id)

    assert (before.id, before.text, before.hidden) == (comment_id, "Сколько стоит? 💜", False)
    assert (after.text, after.hidden) == ("Сколько стоит саше?", True)
    assert before.author_name == "anna_k"
    assert before.author_id
    assert before.media is not None
    assert (before.media.id, before.media.media_product_type) == (POST, "FEED")
    assert before.timestamp is not None
    assert before.timestamp.tzinfo is UTC
    assert before.parent_id is None


async def test_a_reply_tells_its_thread(client: InstagramClient, player: Player, access: Access) -> None:
    comment_id = await player.comment()
    reply_id = await player.comment("+1", parent_id=comment_id)

    assert (await client.comment(access, reply_id)).parent_id == comment_id


@pytest.mark.parametrize("operation", ["comment", "replies", "reply", "delete", "hide"])
async def test_a_deleted_comment_is_gone(
    client: InstagramClient, player: Player, access: Access, operation: str
) -> None:
    comment_id = await player.comment()
    await player.control(f"comments/{comment_id}", method="DELETE")
    calls = {
        "comment": client.comment(access, comment_id),
        "replies": client.replies(access, comment_id),
        "reply": client.reply(access, comment_id, "Да"),
        "delete": client.delete(access, comment_id),
        "hide": client.set_hidden(access, comment_id, hidden=True),
    }
    chosen = calls.pop(operation)
    for other in calls.values():
        other.close()

    with pytest.raises(GraphError) as caught:
        await chosen

    assert caught.value.trouble is Trouble.GONE


async def test_a_reply_is_written_and_read_back(
    client: InstagramClient, player: Player, access: Access
) -> None:
    comment_id = await player.comment()
    before = datetime.now(UTC) - timedelta(seconds=2)
    text = "1 290 ₽ & доставка = 0 ₽? +100 %"

    reply_id = await client.reply(access, comment_id, text)
    (reply,) = await client.replies(access, comment_id)

    assert (reply.id, reply.text, reply.author_name) == (reply_id, text, "lavanda_home")
    assert reply.timestamp is not None
    assert before <= reply.timestamp <= datetime.now(UTC)
    assert await player.ledger() == [("reply", comment_id, text)]


async def test_replies_are_read_to_the_last_page(
    client: InstagramClient, player: Player, access: Access
) -> None:
    comment_id = await player.comment()
    written = [await player.comment(f"Ответ {number}", parent_id=comment_id) for number in range(101)]

    replies = await client.replies(access, comment_id)
    first = await client.replies_page(access, comment_id)
    second = await client.replies_page(access, comment_id, first.after)

    assert sorted(reply.id for reply in replies) == sorted(written)
    assert (len(first.data), len(second.data)) == (50, 50)
    assert not {reply.id for reply in first.data} & {reply.id for reply in second.data}


async def test_an_answer_larger_than_one_packet_is_read_whole(
    client: InstagramClient, player: Player, access: Access
) -> None:
    comment_id = await player.comment()
    for _ in range(50):
        await player.comment("ё" * 2_200, parent_id=comment_id)

    assert len(await client.replies(access, comment_id)) == 50


async def test_a_post_lists_its_comments_page_by_page_with_their_replies(
    client: InstagramClient, player: Player, access: Access
) -> None:
    written = [await player.comment(f"Вопрос {number}") for number in range(60)]
    for number in range(51):
        await player.comment(f"Ответ {number}", parent_id=written[0])
    await player.comment("+1", parent_id=written[59])

    first = await client.comments_page(access, POST)
    second = await client.comments_page(access, POST, first.after)

    assert [comment.id for comment in [*first.data, *second.data]] == written[::-1], "newest first"
    assert (len(first.data), len(second.data)) == (50, 10)
    newest, oldest = first.data[0], second.data[-1]
    assert [(reply.text, reply.parent_id) for reply in newest.replies] == [("+1", written[59])]
    assert (len(oldest.replies), oldest.more_replies, newest.more_replies) == (50, True, False)
    assert newest.timestamp is not None
    last = await client.comments_page(access, POST, second.after) if second.after else None
    assert last is None or (last.data, last.after) == ([], None)


async def test_comments_of_an_advertisement_are_not_listed(
    client: InstagramClient, player: Player, access: Access
) -> None:
    await player.comment(media_id=AD)

    assert (await client.comments_page(access, AD)).data == []
    await player.control("switches", {"ad_comments": True})
    assert len((await client.comments_page(access, AD)).data) == 1


async def test_a_comment_is_hidden_and_shown(client: InstagramClient, player: Player, access: Access) -> None:
    comment_id = await player.comment()
    for hidden in (True, False):
        await client.set_hidden(access, comment_id, hidden=hidden)

    assert [entry[0] for entry in await player.ledger()] == ["hide", "unhide"]


async def test_a_comment_is_deleted_once(client: InstagramClient, player: Player, access: Access) -> None:
    comment_id = await player.comment()
    await client.delete(access, comment_id)
    with pytest.raises(GraphError) as caught:
        await client.delete(access, comment_id)

    assert caught.value.trouble is Trouble.GONE
    assert await player.ledger() == [("delete", comment_id, None)]


async def test_a_comment_has_one_private_reply(
    client: InstagramClient, player: Player, access: Access
) -> None:
    comment_id = await player.comment()
    message_id = await client.private_reply(access, comment_id, "Напишу сюда")
    with pytest.raises(GraphError) as caught:
        await client.private_reply(access, comment_id, "И ещё")

    assert caught.value.trouble is Trouble.AMBIGUOUS, "an earlier one may have landed, as it did"
    assert caught.value.subcode == 2534025
    assert await player.ledger() == [("private_reply", comment_id, "Напишу сюда")]
    assert (await client.message_by_id(access, message_id)).message == "Напишу сюда"


# Posts


async def test_an_album_is_read_with_its_pictures(client: InstagramClient, access: Access) -> None:
    post = await client.post(access, ALBUM)

    assert post.id == ALBUM
    assert post.caption is not None
    assert "3 490 ₽" in post.caption
    assert (post.media_type, post.media_product_type) == ("CAROUSEL_ALBUM", "FEED")
    assert post.permalink is not None
    assert post.timestamp is not None
    assert [child.id for child in post.children] == ["18000000000000021", "18000000000000022"]
    assert len(post.images) == 2
    assert post.image == post.images[0]


async def test_a_video_is_looked_at_by_its_thumbnail(client: InstagramClient, access: Access) -> None:
    post = await client.post(access, REEL)

    assert (post.media_type, post.images) == ("VIDEO", [])
    assert post.image == post.thumbnail_url
    assert post.image is not None


async def test_the_accounts_posts_are_listed_page_by_page_newest_first(
    client: InstagramClient, player: Player, access: Access
) -> None:
    await player.comment()
    whole = (await client.posts_page(access)).data
    first = await client.posts_page(access, limit=3)
    second = await client.posts_page(access, first.after, limit=3)

    assert [post.id for post in [*first.data, *second.data]] == [post.id for post in whole]
    times = [post.timestamp for post in whole if post.timestamp is not None]
    assert times == sorted(times, reverse=True)
    assert len(times) == len(whole)
    assert {post.id: post.comments_count for post in whole}[POST] == 1
    assert AD not in {post.id for post in whole}


async def test_a_post_that_is_not_there_is_gone(client: InstagramClient, access: Access) -> None:
    with pytest.raises(GraphError) as caught:
        await client.post(access, "18000000000000099")

    assert caught.value.trouble is Trouble.GONE


# Messages


async def test_a_message_is_answered_within_a_day(
    client: InstagramClient, player: Player, access: Access
) -> None:
    anna = await person(client, player, access)

    message_id = await client.message(access, anna, "Есть, от 1 290 ₽")

    assert await player.ledger() == [("message", None, "Есть, от 1 290 ₽")]
    said = await client.conversation(access, anna)
    assert [(message.id == message_id, message.message) for message in said] == [
        (True, "Есть, от 1 290 ₽"),
        (False, "Есть свечи?"),
    ]
    assert said[0].author is not None
    assert said[0].author.username == "lavanda_home"
    assert said[0].created_time is not None


async def test_later_only_a_human_agent_may_answer(
    client: InstagramClient, player: Player, access: Access
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    anna = await person(client, player, access, at=long_ago.isoformat())

    with pytest.raises(GraphError) as caught:
        await client.message(access, anna, "Есть")
    await client.message(access, anna, "Есть", human_agent=True)

    assert (caught.value.trouble, caught.value.subcode) == (Trouble.REFUSED, 2534022)
    assert [entry[0] for entry in await player.ledger()] == ["message"]


async def test_who_wrote_has_a_name_and_a_conversation(
    client: InstagramClient, player: Player, access: Access
) -> None:
    anna = await person(client, player, access)

    known = await client.person(access, anna)

    assert (known.id, known.username) == (anna, "anna_k")
    assert known.name
    assert await client.conversation(access, "900000000000099") == []
    with pytest.raises(GraphError) as caught:
        await client.person(access, "900000000000099")
    assert caught.value.trouble is Trouble.GONE


async def test_a_conversation_shows_its_twenty_newest_messages(
    client: InstagramClient, player: Player, access: Access
) -> None:
    anna = await person(client, player, access)
    for number in range(24):
        await player.control("messages", {"username": "anna_k", "text": str(number)})

    said = await client.conversation(access, anna)

    assert [message.message for message in said] == [str(number) for number in range(23, 3, -1)]


# Doubt


@pytest.mark.parametrize(
    ("kind", "more", "effects"),
    [
        ("drop_before", {}, 0),
        ("drop_after", {}, 1),
        ("garbage", {}, 1),
        ("status", {"code": 502}, 0),
        ("status_after", {"code": 504}, 1),
        ("status_after", {"code": 1}, 1),
        ("status_after", {"code": 20, "subcode": 1772107}, 1),
    ],
    ids=str,
)
async def test_a_write_without_an_answer_may_have_happened(
    client: InstagramClient, player: Player, access: Access, kind: str, more: dict[str, Any], effects: int
) -> None:
    comment_id = await player.comment()
    await player.control("faults", {"operation": "reply", "kind": kind, **more})

    with pytest.raises(GraphError) as caught:
        await client.reply(access, comment_id, "Да")

    assert caught.value.trouble is Trouble.AMBIGUOUS
    assert len(await player.ledger()) == effects, "sent once, and not again by the client"


async def test_throttled_the_stand_in_says_how_long_to_wait(
    client: InstagramClient, player: Player, access: Access
) -> None:
    comment_id = await player.comment()
    await player.control("switches", {"usage": {"call_count": 101, "estimated_time_to_regain_access": 7}})
    await player.control("faults", {"operation": "reply", "kind": "status", "code": 80002})

    with pytest.raises(GraphError) as caught:
        await client.reply(access, comment_id, "Да")

    assert (caught.value.trouble, caught.value.retry_after) == (Trouble.THROTTLED, 7 * 60)
    assert client.usage[access.account].percent == 101
