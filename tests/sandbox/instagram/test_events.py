"""Everything Instagram tells, in the shapes of its documentation and of the field."""

from __future__ import annotations

from typing import Any
from unittest.mock import ANY

import pytest

from sandbox.instagram import Instagram
from tests.sandbox.instagram.player import ACCOUNT, AD, ALBUM, LIVE, POST, Player, Receiver

PERSON = {"id": ANY}
BUSINESS = {"id": ACCOUNT}
INBOUND = {"sender": PERSON, "recipient": BUSINESS, "timestamp": ANY}
OUTBOUND = {"sender": BUSINESS, "recipient": PERSON, "timestamp": ANY}
ITSELF = {"sender": BUSINESS, "recipient": BUSINESS, "timestamp": ANY}
URL = {"url": ANY}
OURS = "the account's last message"


async def happen(player: Player, kind: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await player.control("events", {"kind": kind, **more})
    return answer


async def entry(receiver: Receiver) -> dict[str, Any]:
    """The only entry of the next body."""
    body = (await receiver.next()).json
    assert body["object"] == "instagram"
    (found,) = body["entry"]
    return dict(found)


async def a_talk(player: Player, receiver: Receiver) -> str:
    """The account's last message in a conversation with anna_k."""
    await happen(player, "message")
    answer = await happen(player, "echo")
    await receiver.next()
    await receiver.next()
    return str(answer["id"])


# Comments


@pytest.mark.parametrize(
    ("request_body", "field", "expected"),
    [
        (
            {"kind": "comment"},
            "comments",
            {
                "from": {"id": ANY, "username": "anna_k"},
                "media": {"id": POST, "media_product_type": "FEED"},
                "id": ANY,
                "text": "Сколько стоит доставка?",
            },
        ),
        (
            {"kind": "live_comment", "username": "dan", "text": "hi from Riga"},
            "live_comments",
            {
                "from": {"id": ANY, "username": "dan"},
                "media": {"id": LIVE, "media_product_type": "LIVE"},
                "id": ANY,
                "text": "hi from Riga",
            },
        ),
        (
            {"kind": "ad_comment"},
            "comments",
            {
                "from": {"id": ANY, "username": "anna_k"},
                "media": {
                    "id": AD,
                    "ad_id": ANY,
                    "ad_title": ANY,
                    "original_media_id": ALBUM,
                    "media_product_type": "AD",
                },
                "id": ANY,
                "text": "Сколько стоит доставка?",
            },
        ),
        (
            {"kind": "own_comment", "text": "490 ₽"},
            "comments",
            {
                "from": {
                    "id": ACCOUNT,
                    "username": "lavanda_home",
                    "self_ig_scoped_id": "2100000000000001",
                },
                "media": {"id": POST, "media_product_type": "FEED"},
                "id": ANY,
                "text": "490 ₽",
            },
        ),
    ],
    ids=["comment", "live", "advertisement", "own"],
)
async def test_a_comment_happens_and_is_told(
    player: Player, receiver: Receiver, request_body: dict[str, Any], field: str, expected: dict[str, Any]
) -> None:
    made = await player.control("events", request_body)

    told = await entry(receiver)

    assert told == {
        "id": ACCOUNT,
        "time": ANY,
        "changes": [{"field": field, "value": {**expected, "id": made["id"]}}],
    }
    assert told["time"] < 10**11
    state = await player.control("state", method="GET")
    known = [one["id"] for post in state["posts"] for one in post["comments"]]
    assert made["id"] in known


async def test_a_reply_stands_in_its_thread(player: Player, receiver: Receiver) -> None:
    top = await happen(player, "comment")
    await receiver.next()

    await happen(player, "comment", username="boris", text="+1", parent_id=top["id"])

    assert (await receiver.next()).value["parent_id"] == top["id"]


@pytest.mark.parametrize("envelope", ["changes", "flat", "bare", "array"])
@pytest.mark.parametrize("id_key", ["id", "comment_id"])
async def test_comments_obey_the_switches_of_their_shape(
    player: Player, receiver: Receiver, envelope: str, id_key: str
) -> None:
    await player.control("switches", {"envelope": envelope, "id_key": id_key, "drop_from_id": True})

    made = await happen(player, "comment")

    body = (await receiver.next()).json
    match envelope:
        case "changes":
            value = body["entry"][0]["changes"][0]["value"]
        case "flat":
            value = body["entry"][0]["value"]
        case "bare":
            value = body["value"]
        case _:
            value = body[0]["entry"][0]["changes"][0]["value"]
    assert (value[id_key], value["from"]) == (made["id"], {"username": "anna_k"})


@pytest.mark.parametrize("caption", [False, True], ids=["comment", "caption"])
async def test_a_mention_tells_ids_only(player: Player, receiver: Receiver, caption: bool) -> None:
    made = await happen(player, "mention", told="mentions", caption=caption)

    (change,) = (await entry(receiver))["changes"]

    assert change["field"] == "mentions"
    if caption:
        assert change["value"] == {"media_id": made["id"]}
    else:
        assert change["value"] == {"media_id": ANY, "comment_id": made["id"]}


async def test_a_mention_may_be_told_as_a_comment_under_somebody_elses_post(
    player: Player, receiver: Receiver
) -> None:
    made = await happen(player, "mention", media_id="555", text="@lavanda_home вот")

    value = (await receiver.next()).value

    assert (value["id"], value["media"]["id"], value["text"]) == (made["id"], "555", "@lavanda_home вот")


# Messages


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        ({}, {"text": "Подскажите, есть в наличии?"}),
        ({"text": "Где заказ?"}, {"text": "Где заказ?"}),
        *(
            ({"attachments": [kind]}, {"attachments": [{"type": kind, "payload": URL}]})
            for kind in ("image", "video", "audio", "file", "share", "media", "story_mention", "ig_story")
        ),
        (
            {"attachments": ["ig_post"], "text": "такое есть?"},
            {
                "text": "такое есть?",
                "attachments": [
                    {"type": "ig_post", "payload": {"ig_post_media_id": ANY, "title": ANY, "url": ANY}}
                ],
            },
        ),
        (
            {"attachments": ["reel"]},
            {"attachments": [{"type": "reel", "payload": {"reel_video_id": ANY, "title": ANY, "url": ANY}}]},
        ),
        (
            {"attachments": [{"type": "template", "payload": {"generic": {}}}, "image"]},
            {
                "attachments": [
                    {"type": "template", "payload": {"generic": {}}},
                    {"type": "image", "payload": URL},
                ]
            },
        ),
        (
            {"text": "wow", "reply_to": {}},
            {
                "text": "wow",
                "reply_to": {"story": {"id": "18000000000000555", "url": "https://cdn.example/story.jpg"}},
            },
        ),
        (
            {"text": "wow", "reply_to": {"id": "5", "url": "https://a/b", "link_sticker_url": "https://c"}},
            {
                "text": "wow",
                "reply_to": {"story": {"id": "5", "url": "https://a/b", "link_sticker_url": "https://c"}},
            },
        ),
        ({"text": "это", "reply_to": "aWdf1"}, {"text": "это", "reply_to": {"mid": "aWdf1"}}),
        (
            {"text": "Да", "quick_reply": "ANSWER_YES"},
            {"text": "Да", "quick_reply": {"payload": "ANSWER_YES"}},
        ),
        (
            {"referral": {"ref": "r", "ad_id": "1", "source": "ADS", "type": "OPEN_THREAD"}},
            {
                "text": ANY,
                "referral": {"ref": "r", "ad_id": "1", "source": "ADS", "type": "OPEN_THREAD"},
            },
        ),
        ({"is_unsupported": True}, {"is_unsupported": True}),
        ({"more": {"brand_new": 1}}, {"text": ANY, "brand_new": 1}),
    ],
    ids=str,
)
async def test_a_message_carries_what_it_is_given(
    player: Player, receiver: Receiver, request_body: dict[str, Any], message: dict[str, Any]
) -> None:
    made = await happen(player, "message", **request_body)

    told = await entry(receiver)

    item = {**INBOUND, "message": {"mid": made["id"], **message}}
    assert told == {"id": ACCOUNT, "time": ANY, "messaging": [item]}
    assert told["time"] > 10**12
    assert told["messaging"][0]["timestamp"] > 10**12


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        (
            "reaction",
            {},
            {**INBOUND, "reaction": {"mid": OURS, "action": "react", "reaction": "love", "emoji": "❤️"}},
        ),
        ("unreaction", {}, {**INBOUND, "reaction": {"mid": OURS, "action": "unreact"}}),
        ("read", {}, {**INBOUND, "read": {"mid": OURS}}),
        (
            "postback",
            {},
            {**INBOUND, "postback": {"mid": ANY, "title": "Доставка", "payload": "ICE_DELIVERY"}},
        ),
        (
            "postback",
            {"is_self": True},
            {
                **ITSELF,
                "is_self": True,
                "postback": {"mid": ANY, "title": "Доставка", "payload": "ICE_DELIVERY"},
            },
        ),
        (
            "referral",
            {"ref": "r", "source": "https://s"},
            {**INBOUND, "referral": {"ref": "r", "source": "https://s", "type": "OPEN_THREAD"}},
        ),
        (
            "optin",
            {},
            {**INBOUND, "optin": {"type": "notification_messages", "payload": "NEWS"}},
        ),
        (
            "handover",
            {"other_app_id": 7},
            {
                **INBOUND,
                "pass_thread_control": {
                    "previous_owner_app_id": "7",
                    "new_owner_app_id": ANY,
                    "metadata": "",
                },
            },
        ),
        (
            "handover",
            {"action": "take", "other_app_id": 7, "metadata": "m"},
            {
                **INBOUND,
                "take_thread_control": {
                    "previous_owner_app_id": ANY,
                    "new_owner_app_id": "7",
                    "metadata": "m",
                },
            },
        ),
        (
            "handover",
            {"action": "request"},
            {**INBOUND, "request_thread_control": {"requested_owner_app_id": ANY, "metadata": ""}},
        ),
        ("handover", {"action": "app_roles"}, {**INBOUND, "app_roles": ANY}),
        (
            "policy_enforcement",
            {"action": "block"},
            {
                "recipient": BUSINESS,
                "timestamp": ANY,
                "policy_enforcement": {"action": "block", "reason": ANY},
            },
        ),
        (
            "response_feedback",
            {"message_id": "aWdf1"},
            {**INBOUND, "response_feedback": {"mid": "aWdf1", "feedback": "Good response"}},
        ),
        (
            "self_message",
            {},
            {**ITSELF, "message": {"mid": ANY, "text": "Проверка", "is_echo": True, "is_self": True}},
        ),
        ("echo", {}, {**OUTBOUND, "message": {"mid": ANY, "text": ANY, "is_echo": True}}),
        (
            "unknown",
            {"form": "messaging", "field": "brand_new", "value": [1]},
            {**INBOUND, "brand_new": [1]},
        ),
    ],
    ids=str,
)
async def test_what_else_happens_in_a_conversation(
    player: Player, receiver: Receiver, kind: str, more: dict[str, Any], expected: dict[str, Any]
) -> None:
    ours = await a_talk(player, receiver)

    await happen(player, kind, **more)

    (item,) = (await entry(receiver))["messaging"]
    assert item == {
        name: {**part, "mid": ours} if isinstance(part, dict) and part.get("mid") is OURS else part
        for name, part in expected.items()
    }


async def test_an_unsent_message_is_gone(player: Player, receiver: Receiver, instagram: Instagram) -> None:
    made = await happen(player, "message", text="Секрет")
    await receiver.next()

    await happen(player, "deletion", message_id=made["id"])

    (item,) = (await entry(receiver))["messaging"]
    assert item == {**INBOUND, "message": {"mid": made["id"], "is_deleted": True}}
    message = instagram.account.state.messages[made["id"]]
    assert (message.text, message.deleted) == ("", True)


@pytest.mark.parametrize("num_edit", ["1", 2], ids=["text", "number"])
async def test_an_edited_message_has_other_words(
    player: Player, receiver: Receiver, instagram: Instagram, num_edit: object
) -> None:
    made = await happen(player, "message")
    await receiver.next()

    await happen(player, "message_edit", message_id=made["id"], text="В Польшу?", num_edit=num_edit)

    (item,) = (await entry(receiver))["messaging"]
    edit = {"mid": made["id"], "text": "В Польшу?", "num_edit": num_edit}
    assert item == {**INBOUND, "message_edit": edit}
    assert instagram.account.state.messages[made["id"]].text == "В Польшу?"


@pytest.mark.parametrize("named", [False, True])
async def test_a_new_message_may_be_told_as_an_edit_without_words(
    player: Player, receiver: Receiver, instagram: Instagram, named: bool
) -> None:
    made = await happen(player, "edit_anomaly", text="Есть?", named=named)

    (item,) = (await entry(receiver))["messaging"]

    people = {"sender": PERSON, "recipient": BUSINESS} if named else {}
    assert item == {**people, "timestamp": ANY, "message_edit": {"mid": made["id"], "num_edit": 0}}
    assert instagram.account.state.messages[made["id"]].text == "Есть?"


@pytest.mark.parametrize(
    ("form", "parts"),
    [("messages", ["messaging"]), ("message_echoes", ["changes"]), ("both", ["changes", "messaging"])],
)
async def test_own_messages_come_back_in_the_form_of_the_switch(
    player: Player, receiver: Receiver, form: str, parts: list[str]
) -> None:
    await player.control("switches", {"echo_form": form})

    made = await happen(player, "echo", text="Да")

    told = [await entry(receiver) for _ in parts]
    assert sorted(list(one)[-1] for one in told) == parts
    for one in told:
        if "changes" in one:
            (change,) = one["changes"]
            assert change["field"] == "message_echoes"
            item = change["value"]
        else:
            (item,) = one["messaging"]
        assert item == {**OUTBOUND, "message": {"mid": made["id"], "text": "Да", "is_echo": True}}


async def test_a_conversation_of_another_application_is_overheard(player: Player, receiver: Receiver) -> None:
    made = await happen(player, "standby", text="Есть?")

    (item,) = (await entry(receiver))["standby"]

    assert item == {**INBOUND, "message": {"mid": made["id"], "text": "Есть?"}}


async def test_a_person_who_wrote_may_be_answered(player: Player, receiver: Receiver) -> None:
    await happen(player, "message", attachments=["image"])
    (item,) = (await entry(receiver))["messaging"]

    assert (await player.write({"id": item["sender"]["id"]}, "Красиво!")).status == 200


# Notices


async def test_figures_of_a_story_are_told(player: Player, receiver: Receiver) -> None:
    await happen(player, "story_insights", impressions=5)

    assert (await entry(receiver))["changes"] == [
        {
            "field": "story_insights",
            "value": {
                "media_id": "18000000000000555",
                "impressions": 5,
                "reach": 17,
                "taps_forward": 12,
                "taps_back": 0,
                "exits": -1,
                "replies": 0,
            },
        }
    ]


async def test_names_of_fields_may_come_without_values(player: Player, receiver: Receiver) -> None:
    await happen(player, "changed_fields", fields=["comments", "messages"])

    assert await entry(receiver) == {
        "id": ACCOUNT,
        "time": ANY,
        "changed_fields": ["comments", "messages"],
    }


EXAMPLE = {
    "from": {"id": "232323232", "username": "test", "self_ig_scoped_id": "232323232"},
    "media": {"id": "123123123", "media_product_type": "FEED"},
    "id": "17865799348089039",
    "parent_id": "1231231234",
    "text": "This is an example.",
}
RANDOM = {
    "sender": {"id": "12334"},
    "recipient": {"id": "23245"},
    "timestamp": "1527459824",
    "message": {"mid": "random_mid", "text": "random_text"},
}


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("comments", {"changes": [{"field": "comments", "value": EXAMPLE}]}),
        ("messages", {"changes": [{"field": "messages", "value": RANDOM}]}),
        ("messaging", {"messaging": [RANDOM]}),
        ("bare", None),
    ],
)
async def test_the_dashboards_test_is_sent_to_whoever_listens(
    player: Player, receiver: Receiver, form: str, part: dict[str, Any] | None
) -> None:
    await player.call("DELETE", "/me/subscribed_apps")

    await happen(player, "test", form=form)

    body = (await receiver.next()).json
    if part is None:
        assert body == {"field": "comments", "value": EXAMPLE}
    else:
        assert body == {"object": "instagram", "entry": [{"id": "0", "time": ANY, **part}]}


async def test_a_field_nobody_knows_and_any_body_at_all_can_be_sent(
    player: Player, receiver: Receiver
) -> None:
    await happen(player, "unknown", field="brand_new", value={"a": 1})
    unknown = (await entry(receiver))["changes"]
    await happen(player, "raw", body=[1, {"entry": None}])

    assert unknown == [{"field": "brand_new", "value": {"a": 1}}]
    assert (await receiver.next()).json == [1, {"entry": None}]


# Requests


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (5, 400),
        ({}, 400),
        ({"kind": "earthquake"}, 400),
        ({"kind": "comment", "colour": "red"}, 400),
        ({"kind": "comment", "media_id": "404"}, 404),
        ({"kind": "comment", "parent_id": "404"}, 404),
        ({"kind": "message", "username": "lavanda_home"}, 400),
        ({"kind": "message", "attachments": ["hologram"]}, 400),
        ({"kind": "message_edit", "message_id": "1", "num_edit": None}, 400),
        ({"kind": "reaction", "username": "nobody"}, 404),
        ({"kind": "comment", "account_id": "404"}, 404),
    ],
    ids=str,
)
async def test_what_cannot_happen_is_refused(player: Player, body: object, status: int) -> None:
    answer = await player.call("POST", "/_control/events", json=body, token=None)

    assert (answer.status, "error" in answer.json) == (status, True)


async def test_what_happens_to_messages_nobody_knows_is_told_all_the_same(
    player: Player, receiver: Receiver
) -> None:
    for kind in ("deletion", "message_edit", "reaction", "read"):
        await happen(player, kind, message_id="aWdfELSEWHERE")

        (item,) = (await entry(receiver))["messaging"]
        assert "aWdfELSEWHERE" in str(item)
