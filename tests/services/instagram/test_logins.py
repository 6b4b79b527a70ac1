"""Where Meta's two logins differ: addresses of messages, mentions, subscriptions, and whose token it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from tests.services.instagram.neighbour import Neighbour, says
from tests.services.instagram.operations import ACCESS, ACCOUNT, PAGE, TOKEN

SENT = {"recipient_id": "900000000000001", "message_id": "aWdfZAG1"}


async def test_by_instagram_the_account_sends_by_facebook_the_page(
    told: InstagramClient, facebook: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says(SENT))
    for client in (told, facebook):
        assert await client.message(ACCESS, "900000000000001", "Да") == "aWdfZAG1"
        assert await client.private_reply(ACCESS, "18100000000000001", "Да") == "aWdfZAG1"

    assert [asked.path for asked in neighbour.asked] == [
        f"/v26.0/{ACCOUNT}/messages",
        f"/v26.0/{ACCOUNT}/messages",
        "/v26.0/me/messages",
        "/v26.0/me/messages",
    ]
    assert [asked.sent for asked in neighbour.asked[:2]] == [
        {"recipient": {"id": "900000000000001"}, "message": {"text": "Да"}},
        {"recipient": {"comment_id": "18100000000000001"}, "message": {"text": "Да"}},
    ]
    assert neighbour.asked[0].headers["Content-Type"] == "application/json"


async def test_a_human_agent_is_a_tag(told: InstagramClient, neighbour: Neighbour) -> None:
    neighbour.will(says(SENT))

    await told.message(ACCESS, "900000000000001", "Да", human_agent=True)

    assert neighbour.last.sent["tag"] == "HUMAN_AGENT"


async def test_conversations_are_the_senders(
    told: InstagramClient, facebook: InstagramClient, neighbour: Neighbour
) -> None:
    found = {"data": [{"id": "aWdfTHREAD"}]}
    message = {"id": "m1", "created_time": "2026-11-20T10:11:12+0000", "from": {"id": "9"}, "message": "Да"}
    for client, sender in ((told, ACCOUNT), (facebook, "me")):
        neighbour.will(says(found), says({"id": "aWdfTHREAD", "messages": {"data": [message]}}))
        neighbour.asked.clear()

        (said,) = await client.conversation(ACCESS, "900000000000001")

        assert (said.id, said.message) == ("m1", "Да")
        listing, reading = neighbour.asked
        assert listing.path == f"/v26.0/{sender}/conversations"
        assert (listing.query["platform"], listing.query["user_id"]) == ("instagram", "900000000000001")
        assert reading.path == "/v26.0/aWdfTHREAD"
        assert reading.query == {"fields": "messages.limit(20){id,created_time,from,to,message}"}


@pytest.mark.parametrize("shown", [{}, {"messages": None}, {"messages": {"data": []}}], ids=str)
async def test_a_conversation_without_messages_is_empty(
    told: InstagramClient, neighbour: Neighbour, shown: dict[str, object]
) -> None:
    neighbour.will(says({"data": [{"id": "1"}]}), says({"id": "1", **shown}))

    assert await told.conversation(ACCESS, "9") == []


async def test_a_person_may_be_told_without_an_id(told: InstagramClient, neighbour: Neighbour) -> None:
    neighbour.will(says({"name": "Анна\x00", "username": "anna_k"}))

    person = await told.person(ACCESS, "900000000000001")

    assert (person.id, person.username, person.name) == ("900000000000001", "anna_k", "Анна\ufffd")


# Mentions


async def test_by_facebook_a_mentioning_comment_is_a_field_of_the_account(
    facebook: InstagramClient, neighbour: Neighbour
) -> None:
    comment = {
        "timestamp": "2026-11-20T09:00:00+0000",
        "text": "Thanks @our_shop",
        "id": "18100000000000006",
        "media": {"id": "18000000000000444", "permalink": "https://www.instagram.com/p/X/"},
    }
    neighbour.will(says({"mentioned_comment": comment, "id": ACCOUNT}))

    mentioned = await facebook.mentioned_comment(ACCESS, "18100000000000006")

    assert (mentioned.id, mentioned.text) == ("18100000000000006", "Thanks @our_shop")
    assert mentioned.media is not None
    assert mentioned.media.permalink == "https://www.instagram.com/p/X/"
    assert neighbour.last.path == f"/v26.0/{ACCOUNT}"
    assert neighbour.last.query["fields"].startswith(
        "mentioned_comment.comment_id(18100000000000006){id,text,"
    )


async def test_by_facebook_a_mentioning_post_is_a_field_of_the_account(
    facebook: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"mentioned_media": {"id": "444", "caption": "with @our_shop"}, "id": ACCOUNT}))

    post = await facebook.mentioned_media(ACCESS, "444")

    assert (post.id, post.caption) == ("444", "with @our_shop")
    assert neighbour.last.path == f"/v26.0/{ACCOUNT}"
    assert neighbour.last.query["fields"].startswith("mentioned_media.media_id(444){id,caption,")


async def test_by_facebook_what_is_not_shown_is_gone(facebook: InstagramClient, neighbour: Neighbour) -> None:
    neighbour.will(says({"id": ACCOUNT}))
    for call in (facebook.mentioned_media(ACCESS, "444"), facebook.mentioned_comment(ACCESS, "1")):
        with pytest.raises(GraphError) as caught:
            await call
        assert caught.value.trouble is Trouble.GONE


async def test_by_instagram_a_mentioning_comment_is_read_like_any_other(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"id": "6", "text": "Thanks @our_shop", "media": {"id": "444"}}))

    mentioned = await told.mentioned_comment(ACCESS, "6")

    assert mentioned.text == "Thanks @our_shop"
    assert neighbour.last.path == "/v26.0/6"


async def test_by_instagram_a_mentioning_post_is_among_the_tags(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    pages = [
        {"data": [{"id": "1"}, {"id": "2"}], "paging": {"cursors": {"after": "a"}}},
        {"data": [{"id": "444", "caption": "with @our_shop"}], "paging": {"cursors": {"after": "b"}}},
        {"data": []},
    ]
    neighbour.will(*map(says, pages))

    assert (await told.mentioned_media(ACCESS, "444")).caption == "with @our_shop"
    assert [asked.path for asked in neighbour.asked] == [f"/v26.0/{ACCOUNT}/tags"] * 2
    with pytest.raises(GraphError) as caught:
        await told.mentioned_media(ACCESS, "445")
    assert caught.value.trouble is Trouble.GONE


async def test_tags_are_not_searched_for_ever(told: InstagramClient, neighbour: Neighbour) -> None:
    neighbour.will(says({"data": [{"id": "1"}], "paging": {"cursors": {"after": "a"}}}))

    with pytest.raises(GraphError) as caught:
        await told.mentioned_media(ACCESS, "444")

    assert caught.value.trouble is Trouble.GONE
    assert len(neighbour.asked) == 4


@pytest.mark.parametrize("comment_id", [None, "18100000000000006"], ids=["caption", "comment"])
async def test_a_mention_is_answered_at_the_account(
    told: InstagramClient, facebook: InstagramClient, neighbour: Neighbour, comment_id: str | None
) -> None:
    neighbour.will(says({"id": "181"}))
    expected = {"media_id": "444", "message": "Спасибо!"}
    for client in (told, facebook):
        assert await client.answer_mention(ACCESS, "444", comment_id, "Спасибо!") == "181"

        assert (neighbour.last.method, neighbour.last.path) == ("POST", f"/v26.0/{ACCOUNT}/mentions")
        assert neighbour.last.sent == expected | ({"comment_id": comment_id} if comment_id else {})


# The account


async def test_by_facebook_the_token_is_a_pages_and_the_account_its_field(
    facebook: InstagramClient, neighbour: Neighbour
) -> None:
    account = {"id": ACCOUNT, "username": "our_shop", "name": "Our shop"}
    neighbour.will(says({"id": PAGE, "name": "Our page", "instagram_business_account": account}))

    profile = await facebook.profile(TOKEN)

    assert (profile.user_id, profile.username, profile.page_id) == (ACCOUNT, "our_shop", PAGE)
    assert profile.app_scoped_id is None
    assert neighbour.last.path == "/v26.0/me"
    assert neighbour.last.query == {"fields": "id,name,instagram_business_account{id,username,name}"}


async def test_by_facebook_a_page_without_an_account_is_told_apart(
    facebook: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"id": PAGE, "name": "Our page"}))

    with pytest.raises(GraphError) as caught:
        await facebook.profile(TOKEN)

    assert caught.value.trouble is Trouble.REFUSED
    assert "no linked Instagram account" in caught.value.says


@pytest.mark.parametrize(("page", "path"), [(PAGE, PAGE), (None, "me")], ids=["known", "unknown"])
async def test_by_facebook_the_page_subscribes_to_a_field_of_its_own(
    facebook: InstagramClient, neighbour: Neighbour, page: str | None, path: str
) -> None:
    access = replace(ACCESS, page=page)
    neighbour.will(says({"success": True}))
    await facebook.subscribe(access, ["comments", "messages"])
    await facebook.unsubscribe(access)
    neighbour.will(says({"data": [{"id": "1", "name": "app", "subscribed_fields": ["feed"]}]}))
    (subscription,) = await facebook.subscriptions(access)

    assert subscription.subscribed_fields == ["feed"]
    assert [(asked.method, asked.path, asked.sent) for asked in neighbour.asked] == [
        ("POST", f"/v26.0/{path}/subscribed_apps", {"subscribed_fields": "feed"}),
        ("DELETE", f"/v26.0/{path}/subscribed_apps", {}),
        ("GET", f"/v26.0/{path}/subscribed_apps", {}),
    ]
