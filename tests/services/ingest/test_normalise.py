"""The finer points of what a payload means; the shapes as a whole are in test_shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models.comment import CommentKind
from services.ingest.envelope import FIELDS
from services.ingest.meaning import (
    Deletion,
    Edit,
    Inbound,
    Malformed,
    Normalised,
    NotForPipeline,
    OwnComment,
    Reason,
    TestPayload,
    Unread,
)
from services.ingest.normalise import MAX_ATTACHMENTS, MAX_TEXT, MAX_USERNAME, normalise

ACCOUNT = "17841400000000001"
APP_SCOPED = "2600000000000001"


def comment(field: str = "comments", /, **value: Any) -> Normalised:
    payload = {"id": "181", "text": "hi", "from": {"id": "7", "username": "anna_k"}, **value}
    return normalise(field, payload, ACCOUNT, {APP_SCOPED}, ["Our_Shop"])


def message(value: Any, **around: Any) -> Normalised:
    payload = {"sender": {"id": "7"}, "recipient": {"id": ACCOUNT}, "message": value, **around}
    return normalise("messages", payload, ACCOUNT, {APP_SCOPED}, ["Our_Shop"])


@pytest.mark.parametrize(
    "author",
    [
        {"id": ACCOUNT},
        {"id": APP_SCOPED, "username": "renamed"},
        {"id": int(ACCOUNT)},
        {"username": "our_shop"},
        {"username": "OUR_SHOP"},
        {"username": "@our_shop"},
        {"id": "555", "username": "our_shop"},
        {"id": "555", "username": "other_name", "self_ig_scoped_id": "21"},
        {"self_ig_scoped_id": "21"},
    ],
)
def test_our_own_comment_is_known_by_any_of_its_signs(author: dict[str, Any]) -> None:
    own = comment(**{"from": author}, parent_id="180", media={"id": "18"})
    assert own == OwnComment(CommentKind.COMMENT, "181", "180", "18", text="hi")


def test_without_an_author_id_a_comment_is_still_a_customers() -> None:
    named = comment(**{"from": {"username": "anna_k"}})
    assert isinstance(named, Inbound)
    assert (named.author_instagram_id, named.author_username) == (None, "anna_k")
    nameless = comment(**{"from": None})
    assert isinstance(nameless, Inbound)
    assert (nameless.author_instagram_id, nameless.author_username) == (None, None)


def test_without_known_usernames_a_name_is_nobodys_sign() -> None:
    payload = {"id": "181", "text": "hi", "from": {"username": "our_shop"}}
    assert isinstance(normalise("comments", payload, ACCOUNT, ()), Inbound)


@pytest.mark.parametrize("text", [None, "", " \n\t"])
def test_a_comment_without_words_is_not_for_the_pipeline(text: str | None) -> None:
    assert comment(text=text) == NotForPipeline(Reason.EMPTY, "181")


def test_our_own_comment_without_words_still_confirms() -> None:
    assert isinstance(comment(**{"from": {"id": ACCOUNT}}, text=""), OwnComment)


def test_text_is_bounded_and_safe_to_store() -> None:
    long = comment(text="a\x00\ud800" + "ж" * MAX_TEXT)
    assert isinstance(long, Inbound)
    assert long.text == ("a\ufffd\ufffd" + "ж" * MAX_TEXT)[:MAX_TEXT]


def test_a_comment_on_a_broadcast_is_live_by_either_field() -> None:
    for field, kind in (("comments", "LIVE"), ("live_comments", "LIVE"), ("live_comments", None)):
        live = comment(field, media={"id": "18", "media_product_type": kind})
        assert isinstance(live, Inbound)
        assert live.kind is CommentKind.LIVE_COMMENT


def test_absent_and_blank_optional_ids_are_none() -> None:
    bare = comment(parent_id="", media={"id": None, "ad_id": ""})
    assert isinstance(bare, Inbound)
    assert (bare.parent_instagram_id, bare.media_instagram_id, bare.ad_id) == (None, None, None)


@pytest.mark.parametrize(
    "value",
    [
        {"id": None},
        {"id": ["181"]},
        {"id": "with a space"},
        {"text": 5},
        {"text": ["hi"]},
        {"from": "anna_k"},
        {"from": {"id": {}}},
        {"from": {"id": "7", "username": 7}},
        {"media": "18"},
        {"media": {"id": True}},
        {"parent_id": 1.5},
    ],
)
def test_a_comment_of_another_shape_is_malformed(value: dict[str, Any]) -> None:
    result = comment(**value)
    assert isinstance(result, Malformed)
    assert result.problem


@pytest.mark.parametrize(
    ("value", "around"),
    [
        ("hi", {}),
        ({"text": "hi"}, {}),
        ({"mid": "m", "text": 5}, {}),
        ({"mid": "m", "text": "hi"}, {"sender": None}),
        ({"mid": "m", "text": "hi"}, {"sender": "7"}),
        ({"mid": "m", "attachments": "image"}, {}),
        ({"mid": "m", "text": "hi", "reply_to": "m0"}, {}),
        (None, {}),
    ],
)
def test_a_message_of_another_shape_is_malformed(value: Any, around: dict[str, Any]) -> None:
    assert isinstance(message(value, **around), Malformed)


def test_an_unknown_field_is_malformed() -> None:
    assert normalise("feed", {}, ACCOUNT, ()) == Malformed("an unknown field")
    assert isinstance(normalise("messages", {"sender": {"id": "7"}}, ACCOUNT, ()), Malformed)


def test_a_message_from_us_without_the_mark_of_an_echo_is_still_ours() -> None:
    own = message({"mid": "m", "text": "hi"}, sender={"id": APP_SCOPED}, recipient={"id": "7"})
    assert own == OwnComment(CommentKind.MESSAGE, "m", recipient_instagram_id="7", text="hi")


def test_an_echo_needs_no_sender() -> None:
    assert isinstance(message({"mid": "m", "is_echo": True}, sender=None, recipient=None), OwnComment)


def test_a_message_without_anything_is_not_for_the_pipeline() -> None:
    assert message({"mid": "m", "text": " ", "attachments": []}) == NotForPipeline(Reason.EMPTY, "m")


@pytest.mark.parametrize(
    ("stamp", "written_at"),
    [
        (1790000399900, datetime(2026, 9, 21, 14, 19, 59, 900000, tzinfo=UTC)),
        ("1527459824", datetime(2018, 5, 27, 22, 23, 44, tzinfo=UTC)),
        ("soon", None),
        (-5, None),
        (None, None),
    ],
)
def test_a_message_has_its_own_time_in_utc(stamp: object, written_at: datetime | None) -> None:
    result = message({"mid": "m", "text": "hi"}, timestamp=stamp)
    assert isinstance(result, Inbound)
    assert result.written_at == written_at


def edit(value: dict[str, Any], **around: Any) -> Normalised:
    parties = {"sender": {"id": "7"}, "recipient": {"id": ACCOUNT}} | around
    return normalise("message_edit", {**parties, "message_edit": {"mid": "m", **value}}, ACCOUNT, (), ())


def test_an_edit_holds_the_message_as_it_reads_now() -> None:
    for number in ("2", 2):
        result = edit({"text": "hi", "num_edit": number})
        message = Inbound(CommentKind.MESSAGE, "m", author_instagram_id="7", text="hi")
        assert result == Edit(message, 2)
    assert edit({"text": "hi", "num_edit": 1}, sender={"id": ACCOUNT}, recipient={"id": "7"}) == Edit(
        OwnComment(CommentKind.MESSAGE, "m", recipient_instagram_id="7", text="hi"), 1
    )


def test_an_edit_number_zero_is_a_message_when_it_tells_all_and_else_must_be_read() -> None:
    assert edit({"text": "hi", "num_edit": 0}) == Inbound(
        CommentKind.MESSAGE, "m", author_instagram_id="7", text="hi"
    )
    assert edit({"num_edit": "0"}) == Unread("m", "7")
    assert edit({"num_edit": 0}, sender=None, recipient=None) == Unread("m")
    assert edit({"num_edit": 1, "text": " "}) == Unread("m", "7")
    ours = edit({"num_edit": 0}, sender={"id": ACCOUNT}, recipient={"id": "7"})
    assert ours == NotForPipeline(Reason.EDIT_ZERO, "m")


@pytest.mark.parametrize("number", [None, "", "one", -1, 1.5, True, [], "1" * 20, "١"])
def test_an_edit_without_a_number_is_malformed(number: Any) -> None:
    assert isinstance(edit({"text": "hi", "num_edit": number}), Malformed)


def test_a_deletion_needs_neither_sender_nor_words() -> None:
    gone = message({"mid": "m", "is_deleted": True}, sender=None)
    assert gone == Deletion(Inbound(CommentKind.MESSAGE, "m"))
    ours = message({"mid": "m", "is_deleted": True, "is_echo": True}, recipient={"id": "7"})
    assert ours == Deletion(OwnComment(CommentKind.MESSAGE, "m", recipient_instagram_id="7"))


def test_attachments_keep_their_types_in_order_and_are_bounded() -> None:
    result = message({"mid": "m", "attachments": [{"type": "image"}, {"type": "story_mention"}, {}, 5]})
    assert isinstance(result, Inbound)
    assert result.attachments == ("image", "story_mention", "unknown", "unknown")
    many = message({"mid": "m", "attachments": [{"type": "image"}] * 1000})
    assert isinstance(many, Inbound)
    assert len(many.attachments) == MAX_ATTACHMENTS


def test_an_answer_to_a_story_that_is_gone_is_still_an_answer_to_a_story() -> None:
    result = message({"mid": "m", "text": "wow", "reply_to": {"story": {"url": "https://cdn.example/1"}}})
    assert isinstance(result, Inbound)
    assert (result.kind, result.media_instagram_id) == (CommentKind.STORY_REPLY, None)


@pytest.mark.parametrize("field", sorted(FIELDS | {"unknown"}))
def test_whatever_the_test_button_sends_is_a_test(field: str) -> None:
    assert normalise(field, {"id": "5", "text": "hi"}, "0", ()) == TestPayload(field)


def test_the_test_comment_is_known_by_its_id_alone() -> None:
    assert comment(id="17865799348089039") == TestPayload("comments")


def test_an_endless_username_is_cut() -> None:
    named = comment(**{"from": {"id": "7", "username": "\x00" + "a" * 100_000}})
    assert isinstance(named, Inbound)
    assert named.author_username == "\ufffd" + "a" * (MAX_USERNAME - 1)


def test_an_older_test_comment_is_known_by_its_author_and_post() -> None:
    value = {
        "id": "5",
        "from": {"id": "232323232", "username": "test"},
        "media": {"id": "123123123"},
        "text": "x",
    }
    assert normalise("comments", value, ACCOUNT, ()) == TestPayload("comments")
    assert isinstance(normalise("comments", {**value, "media": {"id": "18"}}, ACCOUNT, ()), Inbound)


def test_a_problem_quotes_nothing_of_the_payload() -> None:
    result = comment(**{"from": "a secret"})
    assert isinstance(result, Malformed)
    assert "secret" not in result.problem


NAMES = st.sampled_from([
    "id", "comment_id", "text", "from", "media", "parent_id", "username", "media_product_type", "media_id",
    "message", "mid", "sender", "recipient", "timestamp", "reply_to", "story", "attachments", "type",
    "is_echo", "is_deleted", "message_edit", "num_edit", "postback", "title", "reaction", "read",
    "referral", "is_unsupported", "optin",
])  # fmt: skip
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(sorted(FIELDS)), st.dictionaries(NAMES, ANY_VALUE, max_size=8))
def test_any_payload_has_a_meaning_that_can_be_stored(field: str, payload: dict[str, Any]) -> None:
    result = normalise(field, payload, ACCOUNT, {APP_SCOPED}, ["our_shop"])
    assert b"\\u0000" not in orjson.dumps(result).replace(b"\\\\", b"")  # and it refuses lone surrogates
    said = result.message if isinstance(result, Edit | Deletion) else result
    if isinstance(said, Inbound | OwnComment):
        assert len(said.text) <= MAX_TEXT
        assert said.instagram_id
