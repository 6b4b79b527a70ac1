"""Every payload shape known of Instagram's webhooks, from the body to its meaning."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.models.comment import CommentKind
from services.ingest.envelope import Element, ElementState, split
from services.ingest.meaning import (
    Deletion,
    Edit,
    Inbound,
    Normalised,
    NotForPipeline,
    OwnComment,
    Reason,
    TestPayload,
    Unread,
)
from services.ingest.normalise import normalise

ACCOUNT = "17841400000000001"
ANNA = "900000000000001"
POST = "18000000000000001"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def delivery(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"object": "instagram", "entry": list(entries)}).encode()


def change(field: str, value: dict[str, Any], account: str = ACCOUNT) -> bytes:
    return delivery({"id": account, "time": 1790000000, "changes": [{"field": field, "value": value}]})


def messaging(event: dict[str, Any], sender: str | None = ANNA, recipient: str = ACCOUNT) -> bytes:
    parties = {"sender": {"id": sender}, "recipient": {"id": recipient}} if sender else {}
    item = {**parties, "timestamp": 1790000399900, **event}
    return delivery({"id": ACCOUNT, "time": 1790000400123, "messaging": [item]})


def only_element(body: bytes) -> Element:
    [element] = split(body, now=NOW)
    return element


def meaning(element: Element) -> Normalised:
    return normalise(element.field, element.payload, element.account_instagram_id or ACCOUNT, {ACCOUNT})


COMMENT = {
    "from": {"id": ANNA, "username": "anna_k"},
    "media": {"id": POST, "media_product_type": "FEED"},
    "id": "18100000000000001",
    "text": "How much is delivery?",
}
BY_COMMENT_ID = {"comment_id" if name == "id" else name: value for name, value in COMMENT.items()}
COMMENT_MEANS = Inbound(
    kind=CommentKind.COMMENT,
    instagram_id="18100000000000001",
    media_instagram_id=POST,
    media_kind="FEED",
    author_instagram_id=ANNA,
    author_username="anna_k",
    text="How much is delivery?",
)


@pytest.mark.parametrize("value", [COMMENT, BY_COMMENT_ID], ids=["id", "comment_id"])
@pytest.mark.parametrize(
    "envelope",
    [
        {"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1790000000, "changes": ["change"]}]},
        {"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1790000000, "change": "change"}]},
        {"change": "change"},
        [{"change": "change"}],
        [{"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1790000000, "changes": ["change"]}]}],
        [{"id": ACCOUNT, "time": 1790000000, "changes": ["change"]}],
    ],
    ids=["changes", "flat", "bare", "array of bare", "array of deliveries", "array of entries"],
)
def test_a_comment_is_the_same_in_every_envelope_and_under_both_names_of_its_id(
    envelope: Any, value: dict[str, Any]
) -> None:
    drawn = json.dumps(envelope)
    drawn = drawn.replace('"change": "change"', f'"field": "comments", "value": {json.dumps(value)}')
    drawn = drawn.replace('"change"', json.dumps({"field": "comments", "value": value}))
    element = only_element(drawn.encode())
    assert (element.identity, element.field) == ("comment:18100000000000001", "comments")
    assert (element.state, element.problem) == (ElementState.RECEIVED, None)
    assert meaning(element) == COMMENT_MEANS
    if '"entry"' in drawn:
        assert element.account_instagram_id == ACCOUNT
        assert element.sent_at == at(1790000000_000)


def test_the_body_keeps_the_order_of_its_elements_over_several_entries() -> None:
    entries = [
        {"id": ACCOUNT, "time": 1790000000, "changes": [{"field": "comments", "value": {"id": str(n)}}]}
        for n in range(5, 0, -1)
    ]
    assert [element.identity for element in split(delivery(*entries), now=NOW)] == [
        f"comment:{n}" for n in range(5, 0, -1)
    ]


TEST_COMMENT = {
    "from": {"id": "232323232", "username": "test", "self_ig_scoped_id": "232323232"},
    "media": {"id": "123123123", "media_product_type": "FEED"},
    "id": "17865799348089039",
    "parent_id": "1231231234",
    "text": "This is an example.",
}
TEST_MESSAGE = {
    "sender": {"id": "12334"},
    "recipient": {"id": "23245"},
    "timestamp": "1527459824",
    "message": {"mid": "random_mid", "text": "random_text"},
}


def inbound_message(
    mid: str, text: str = "", kind: CommentKind = CommentKind.MESSAGE, **more: Any
) -> Inbound:
    return Inbound(
        kind=kind,
        instagram_id=mid,
        author_instagram_id=ANNA,
        text=text,
        written_at=at(1790000399900),
        **more,
    )


def own_message(mid: str, text: str, recipient: str) -> OwnComment:
    return OwnComment(
        CommentKind.MESSAGE,
        mid,
        recipient_instagram_id=recipient,
        text=text,
        written_at=at(1790000399900),
    )


SHAPES: dict[str, tuple[bytes, str, str, Normalised]] = {
    "(d) a reply to a comment": (
        change("comments", {**COMMENT, "id": "18100000000000002", "parent_id": "18100000000000001"}),
        "comment:18100000000000002",
        "comments",
        Inbound(
            kind=CommentKind.COMMENT,
            instagram_id="18100000000000002",
            parent_instagram_id="18100000000000001",
            media_instagram_id=POST,
            media_kind="FEED",
            author_instagram_id=ANNA,
            author_username="anna_k",
            text="How much is delivery?",
        ),
    ),
    "(e) a comment under an ad": (
        change(
            "comments",
            {
                **COMMENT,
                "media": {
                    "id": "18000000000000777",
                    "ad_id": "120250000000000001",
                    "ad_title": "Autumn sale",
                    "original_media_id": POST,
                    "media_product_type": "AD",
                },
            },
        ),
        "comment:18100000000000001",
        "comments",
        Inbound(
            kind=CommentKind.COMMENT,
            instagram_id="18100000000000001",
            media_instagram_id="18000000000000777",
            original_media_instagram_id=POST,
            media_kind="AD",
            ad_id="120250000000000001",
            author_instagram_id=ANNA,
            author_username="anna_k",
            text="How much is delivery?",
        ),
    ),
    "(f) our own reply": (
        change(
            "comments",
            {
                "from": {"id": ACCOUNT, "username": "our_shop", "self_ig_scoped_id": "2100000000000001"},
                "media": {"id": POST, "media_product_type": "FEED"},
                "id": "18100000000000004",
                "parent_id": "18100000000000001",
                "text": "Delivery is 5 EUR",
            },
        ),
        "comment:18100000000000004",
        "comments",
        OwnComment(
            CommentKind.COMMENT, "18100000000000004", "18100000000000001", POST, text="Delivery is 5 EUR"
        ),
    ),
    "(g) a live comment": (
        change("live_comments", {**COMMENT, "media": {"id": POST, "media_product_type": "LIVE"}}),
        "comment:18100000000000001",
        "live_comments",
        Inbound(
            kind=CommentKind.LIVE_COMMENT,
            instagram_id="18100000000000001",
            media_instagram_id=POST,
            media_kind="LIVE",
            author_instagram_id=ANNA,
            author_username="anna_k",
            text="How much is delivery?",
        ),
    ),
    "(h) a mention in a comment": (
        change("mentions", {"media_id": "18000000000000444", "comment_id": "18100000000000006"}),
        "mention:18000000000000444:18100000000000006",
        "mentions",
        Inbound(CommentKind.MENTION, "18100000000000006", media_instagram_id="18000000000000444"),
    ),
    "(h) a mention in a caption": (
        change("mentions", {"media_id": "18000000000000444"}),
        "mention:18000000000000444:caption",
        "mentions",
        Inbound(CommentKind.MENTION, "18000000000000444", media_instagram_id="18000000000000444"),
    ),
    "(j) a message": (
        messaging({"message": {"mid": "aWdfTEXT1", "text": "Do you ship to Poland?"}}),
        "message:aWdfTEXT1",
        "messages",
        inbound_message("aWdfTEXT1", "Do you ship to Poland?"),
    ),
    "(j) an answer to a story": (
        messaging(
            {
                "message": {
                    "mid": "aWdfSTORY",
                    "text": "wow",
                    "reply_to": {
                        "story": {"id": "18000000000000555", "url": "https://cdn.example/story.jpg"}
                    },
                }
            }
        ),
        "message:aWdfSTORY",
        "messages",
        inbound_message(
            "aWdfSTORY",
            "wow",
            CommentKind.STORY_REPLY,
            media_instagram_id="18000000000000555",
            media_kind="STORY",
        ),
    ),
    "(j) an echo": (
        messaging({"message": {"mid": "aWdfECHO1", "text": "Yes, we do", "is_echo": True}}, ACCOUNT, ANNA),
        "echo:aWdfECHO1",
        "messages",
        own_message("aWdfECHO1", "Yes, we do", ANNA),
    ),
    "(j) a message to ourselves": (
        messaging(
            {"message": {"mid": "aWdfSELF", "text": "note", "is_echo": True, "is_self": True}}, ACCOUNT
        ),
        "echo:aWdfSELF",
        "messages",
        own_message("aWdfSELF", "note", ACCOUNT),
    ),
    "(j) a picture": (
        messaging(
            {
                "message": {
                    "mid": "aWdfATT1",
                    "attachments": [{"type": "image", "payload": {"url": "https://x.example/1"}}],
                }
            }
        ),
        "message:aWdfATT1",
        "messages",
        inbound_message("aWdfATT1", attachments=("image",)),
    ),
    "(j) an unsent message": (
        messaging({"message": {"mid": "aWdfTEXT1", "is_deleted": True}}),
        "deletion:aWdfTEXT1",
        "messages",
        Deletion(inbound_message("aWdfTEXT1")),
    ),
    "(j) something only the app can show": (
        messaging({"message": {"mid": "aWdfUNS", "is_unsupported": True}}),
        "message:aWdfUNS",
        "messages",
        inbound_message("aWdfUNS", attachments=("unsupported",)),
    ),
    "(j) a quick reply": (
        messaging({"message": {"mid": "aWdfQR", "text": "Yes", "quick_reply": {"payload": "ANSWER_YES"}}}),
        "message:aWdfQR",
        "messages",
        inbound_message("aWdfQR", "Yes"),
    ),
    "(j) an answer to a message": (
        messaging({"message": {"mid": "aWdfRT", "text": "this one", "reply_to": {"mid": "aWdfECHO1"}}}),
        "message:aWdfRT",
        "messages",
        inbound_message("aWdfRT", "this one", parent_instagram_id="aWdfECHO1"),
    ),
    "(j) a message that began at an ad": (
        messaging(
            {
                "message": {
                    "mid": "aWdfAD",
                    "text": "hi",
                    "referral": {"ad_id": "120250000000000001", "source": "ADS"},
                }
            }
        ),
        "message:aWdfAD",
        "messages",
        inbound_message("aWdfAD", "hi", ad_id="120250000000000001"),
    ),
    "(j) a reaction": (
        messaging({"reaction": {"mid": "aWdfECHO1", "action": "react", "reaction": "love", "emoji": "❤️"}}),
        f"reaction:aWdfECHO1:{ANNA}:react:1790000399900",
        "message_reactions",
        NotForPipeline(Reason.REACTION, "aWdfECHO1"),
    ),
    "(j) a reaction taken back": (
        messaging({"reaction": {"mid": "aWdfECHO1", "action": "unreact"}}),
        f"reaction:aWdfECHO1:{ANNA}:unreact:1790000399900",
        "message_reactions",
        NotForPipeline(Reason.REACTION, "aWdfECHO1"),
    ),
    "(j) a tap on an icebreaker": (
        messaging({"postback": {"mid": "aWdfPB", "title": "Delivery", "payload": "ICE_DELIVERY"}}),
        "postback:aWdfPB",
        "messaging_postbacks",
        inbound_message("aWdfPB", "Delivery"),
    ),
    "(j) our own tap": (
        messaging({"is_self": True, "postback": {"mid": "aWdfPB", "title": "Delivery"}}),
        "postback:aWdfPB",
        "messaging_postbacks",
        own_message("aWdfPB", "Delivery", ACCOUNT),
    ),
    "(j) read": (
        messaging({"read": {"mid": "aWdfECHO1"}}),
        "read:aWdfECHO1",
        "messaging_seen",
        NotForPipeline(Reason.READ, "aWdfECHO1"),
    ),
    "(j) a referral": (
        messaging({"referral": {"ref": "promo1", "type": "OPEN_THREAD"}}),
        f"referral:{ANNA}:1790000399900",
        "messaging_referral",
        NotForPipeline(Reason.REFERRAL),
    ),
    "(j) an edit, counted in text": (
        messaging({"message_edit": {"mid": "aWdfTEXT1", "text": "or Czechia?", "num_edit": "1"}}),
        "edit:aWdfTEXT1:1",
        "message_edit",
        Edit(inbound_message("aWdfTEXT1", "or Czechia?"), 1),
    ),
    "(j) an edit, counted in numbers": (
        messaging({"message_edit": {"mid": "aWdfTEXT1", "text": "or Czechia?", "num_edit": 1}}),
        "edit:aWdfTEXT1:1",
        "message_edit",
        Edit(inbound_message("aWdfTEXT1", "or Czechia?"), 1),
    ),
    "(k) an edit of nothing by nobody": (
        messaging({"message_edit": {"mid": "aWdfX", "num_edit": 0}}, sender=None),
        "edit:aWdfX:0",
        "message_edit",
        Unread("aWdfX", written_at=at(1790000399900)),
    ),
    "(l) the test button, comments": (
        change("comments", TEST_COMMENT, account="0"),
        "test:comments:1790000000",
        "comments",
        TestPayload("comments"),
    ),
    "(l) the test button, a comment alone": (
        json.dumps({"field": "comments", "value": TEST_COMMENT}).encode(),
        "comment:17865799348089039",
        "comments",
        TestPayload("comments"),
    ),
    "(l) the test button, messages": (
        change("messages", TEST_MESSAGE, account="0"),
        "test:messages:1790000000",
        "messages",
        TestPayload("messages"),
    ),
    "(l) the test button, a message alone": (
        json.dumps({"field": "messages", "value": TEST_MESSAGE}).encode(),
        "message:random_mid",
        "messages",
        TestPayload("messages"),
    ),
    "(l) the test button of a Facebook page": (
        delivery({"id": "0", "time": 1790000500, "messaging": [TEST_MESSAGE]}),
        "test:messages:1790000500",
        "messages",
        TestPayload("messages"),
    ),
}


@pytest.mark.parametrize(("body", "identity", "field", "means"), SHAPES.values(), ids=SHAPES)
def test_a_known_shape_has_its_identity_and_its_meaning(
    body: bytes, identity: str, field: str, means: Normalised
) -> None:
    element = only_element(body)
    assert (element.identity, element.field, element.problem) == (identity, field, None)
    assert element.state is ElementState.RECEIVED
    assert meaning(element) == means


@pytest.mark.parametrize("value", [item for item in SHAPES if item.startswith("(j)")])
def test_a_messaging_event_means_the_same_when_it_comes_as_a_change(value: str) -> None:
    body, identity, field, means = SHAPES[value]
    [event] = json.loads(body)["entry"][0]["messaging"]
    element = only_element(change(field, event))
    assert (element.identity, element.field) == (identity, field)
    assert meaning(element) == means


def test_story_insights_are_received_and_not_for_the_pipeline() -> None:
    value = {"media_id": "18000000000000555", "impressions": 28, "reach": 17, "exits": -1, "replies": 0}
    element = only_element(change("story_insights", value))
    assert element.identity.startswith("raw:")
    assert element.state is ElementState.RECEIVED
    assert meaning(element) == NotForPipeline(Reason.STORY_INSIGHTS)


def test_an_echo_by_its_own_field_is_the_echo_inside_messages() -> None:
    _, identity, _, means = SHAPES["(j) an echo"]
    event = {
        "sender": {"id": ACCOUNT},
        "recipient": {"id": ANNA},
        "timestamp": 1790000399900,
        "message": {"mid": "aWdfECHO1", "text": "Yes, we do"},
    }
    element = only_element(change("message_echoes", event))
    assert element.identity == identity
    assert meaning(element) == means


def test_a_conversation_of_another_app_is_received_apart_and_left_to_it() -> None:
    event = {"sender": {"id": ANNA}, "recipient": {"id": ACCOUNT}, "message": {"mid": "aWdf", "text": "hi"}}
    entry = {"id": ACCOUNT, "time": 1790000400123, "standby": [event], "messaging": [event]}
    messages, standby = split(delivery(entry), now=NOW)
    assert (standby.identity, standby.field) == ("standby:message:aWdf", "standby")
    assert meaning(standby) == NotForPipeline(Reason.STANDBY)
    assert isinstance(meaning(messages), Inbound)


def test_handover_and_opt_ins_are_received_without_an_identity_of_their_own() -> None:
    for event in ({"pass_thread_control": {"new_owner_app_id": "1"}}, {"optin": {"type": "one_time"}}):
        element = only_element(messaging(event))
        assert element.identity.startswith("raw:")
        assert element.state is ElementState.RECEIVED
        assert meaning(element) == NotForPipeline(Reason.SERVICE)
