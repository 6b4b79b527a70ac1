"""Bodies of any bytes: what is sound comes through, what is not is kept in quarantine, nothing raises."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.ingest.envelope import FIELDS, MAX_ELEMENTS, Element, ElementState, identifier, moment, split

ACCOUNT = "17841400000000001"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOUND = {"field": "comments", "value": {"id": "1", "text": "hello"}}


def with_siblings(poison: str, field: str = "comments") -> bytes:
    """A body of three comments, the middle one with raw JSON as its value."""
    body = {
        "object": "instagram",
        "entry": [
            {
                "id": ACCOUNT,
                "time": 1790000000,
                "changes": [
                    {"field": "comments", "value": {"id": "1", "text": "first"}},
                    {"field": field, "value": "poison"},
                    {"field": "comments", "value": {"id": "3", "text": "third"}},
                ],
            }
        ],
    }
    return json.dumps(body).replace('"poison"', poison).encode()


def entry(**members: Any) -> bytes:
    return json.dumps({"object": "instagram", "entry": [members]}).encode()


def only(body: bytes) -> Element:
    [element] = split(body, now=NOW)
    return element


DEEP = 100_000


@pytest.mark.parametrize(
    ("poison", "problem", "kept"),
    [
        ('{"id":"2","text":' + "9" * 5_000 + "}", "digits", "9" * 5_000),
        ('{"id":"2","text":NaN}', "NaN", "NaN"),
        ('{"id":"2","text":-Infinity}', "Infinity", "-Infinity"),
        ('{"id":"2","text":1e400}', "too large", "1e400"),
        ('{"id":"2","text":"yes","text":"no"}', "twice", "yes"),
        ('{"id":"2","a\\u0000":"yes","a\\ud800":"no"}', "twice", "yes"),
        ('{"id":"2","from":{"id":"7","id":"8"}}', "twice", "7"),
        ('{"id":"2","text":' + "[" * DEEP + '"yes"' + "]" * DEEP + "}", "nested deeper", "yes"),
        ('{"id":"2","text":' + '{"a":' * 99 + '"yes"' + "}" * 99 + "}", "nested deeper", "yes"),
        ('{"text":"no id"}', "id", "no id"),
        ('{"id":"","text":"no id"}', "id", "no id"),
        ('{"id":{"a":1},"text":"an object for an id"}', "id", "an object"),
        ('{"id":true,"text":"true for an id"}', "id", "true for an id"),
        ('{"id":1.5,"text":"a fraction for an id"}', "id", "a fraction"),
        ('{"id":-5,"text":"less than nothing"}', "id", "less than nothing"),
        ('{"id":"2\\u00002","text":"NUL in an id"}', "id", "NUL in an id"),
        ('{"id":"' + "2" * 513 + '","text":"an endless id"}', "id", "an endless id"),
        ("null", "not an object", "null"),
        ("[1,2]", "not an object", "[1,2]"),
        ('"text"', "not an object", "text"),
        ("5", "not an object", "5"),
    ],
)
def test_a_poisoned_element_is_quarantined_whole_and_its_siblings_come_through(
    poison: str, problem: str, kept: str
) -> None:
    first, poisoned, third = split(with_siblings(poison), now=NOW)
    assert [first.identity, third.identity] == ["comment:1", "comment:3"]
    assert {first.state, third.state} == {ElementState.RECEIVED}
    assert poisoned.state is ElementState.QUARANTINED
    assert poisoned.identity.startswith("raw:")
    assert (poisoned.field, poisoned.account_instagram_id) == ("comments", ACCOUNT)
    assert problem in (poisoned.problem or "")
    assert kept in orjson.dumps(poisoned.payload).decode()


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ('"a\\u0000b"', "a\ufffdb"),
        ('"a\x00b"', "a\ufffdb"),
        ('"a\nb"', "a\nb"),
        ('"\\ud800 \\udfff"', "\ufffd \ufffd"),
        ('"\\ud83d\\ude0d"', "😍"),
        ('"\\\\u0000"', "\\u0000"),
        ('"]]]] \\"[{ \\\\"', ']]]] "[{ \\'),
        ('{"\\u0000":["\\ud800"]}', {"\ufffd": ["\ufffd"]}),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", "9223372036854775808"),
        ("-9223372036854775809", "-9223372036854775809"),
        ("1.5", 1.5),
        ("null", None),
    ],
)
def test_what_the_database_refuses_is_replaced_and_the_element_is_received(
    value: str, stored: object
) -> None:
    elements = split(with_siblings('{"id":"2","text":' + value + "}"), now=NOW)
    assert [element.identity for element in elements] == ["comment:1", "comment:2", "comment:3"]
    assert elements[1].payload == {"id": "2", "text": stored}
    assert elements[1].problem is None


@pytest.mark.parametrize("text", ["[" * 200, '"' + "[" * 200, "\\", '\\"', '\\\\"' + "{" * 200])
def test_brackets_and_quotes_inside_a_text_are_no_depth(text: str) -> None:
    elements = split(with_siblings(json.dumps({"id": "2", "text": text, "more": "[" * 200})), now=NOW)
    assert [element.problem for element in elements] == [None, None, None]
    assert elements[1].payload["text"] == text


def test_a_byte_order_mark_is_no_part_of_the_body() -> None:
    assert only(b"\xef\xbb\xbf" + json.dumps(SOUND).encode()).identity == "comment:1"


def test_a_broken_byte_costs_one_character() -> None:
    body = with_siblings('{"id":"2","text":"a?b"}').replace(b"?", b"\xff")
    assert split(body, now=NOW)[1].payload["text"] == "a\ufffdb"


def test_a_hundred_levels_are_read_and_one_more_is_not() -> None:
    # object, entry, its object, changes, its object, value: six levels stand above the text
    sound = split(with_siblings('{"id":"2","text":' + "[" * 94 + "]" * 94 + "}"), now=NOW)
    deep = split(with_siblings('{"id":"2","text":' + "[" * 95 + "]" * 95 + "}"), now=NOW)
    assert sound[1].state is ElementState.RECEIVED
    assert deep[1].state is ElementState.QUARANTINED


def test_999_of_1000_come_through_beside_one_poison() -> None:
    changes = [{"field": "comments", "value": {"id": str(n), "text": "Привет"}} for n in range(1000)]
    changes[500]["value"] = "poison"
    elements = split(entry(id=ACCOUNT, time=1790000000, changes=changes), now=NOW)
    assert len(elements) == 1000
    assert [element.state for element in elements].count(ElementState.RECEIVED) == 999
    assert elements[500].state is ElementState.QUARANTINED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"\xff\xfe",
        b"not json",
        b"{",
        b'{"entry":[',
        b'{"a":1}{"b":2}',
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b"]" * DEEP + b"[" * DEEP,
        b"[" * DEEP + b"}" * DEEP,
        b'"' + b"\\" * DEEP,
        b'"[' * DEEP,
    ],
)
def test_a_body_that_is_not_json_is_kept_as_text_in_one_quarantined_element(body: bytes) -> None:
    element = only(body)
    assert element.state is ElementState.QUARANTINED
    assert element.problem == "the body is not JSON"
    assert element.field == "unknown"
    assert element.payload == {"value": body.decode(errors="replace").replace("\x00", "\ufffd")}


@pytest.mark.parametrize(
    "body",
    [
        b"0",
        b"null",
        b"true",
        b'"text"',
        b"NaN",
        b"9" * 5_000,
        b"{}",
        b"[[]]",
        b"[" * DEEP + b"]" * DEEP,
        b'{"object":"instagram"}',
        b'{"entry":null}',
        b'{"entry":{"id":"1"}}',
        b'{"entry":[null]}',
        b'{"entry":[[1]]}',
        b'{"entry":[{}]}',
        b'{"entry":[{"id":"1"}]}',
        b'{"entry":[],"entry":[]}',
        b'{"field":"comments"}',
        b'{"value":{"id":"1"}}',
        b'{"field":5,"value":{"id":"1"}}',
        b'{"field":["comments"],"value":{"id":"1"}}',
        b'{"field":"feed","value":{"id":"1"}}',
        b'{"entry":[{"id":"1","changes":{"field":"comments","value":{"id":"1"}}}]}',
        b'{"entry":[{"id":"1","changes":["comments"]}]}',
        b'{"entry":[{"id":"1","messaging":[5]}]}',
        b'{"entry":[{"id":"1","messaging":"none"}]}',
        b'{"entry":[{"id":"1","messaging":[{"sender":{"id":"7"}}]}]}',
        b'{"entry":[{"id":"1","messaging":[{"message":"hi"}]}]}',
        b'{"entry":[{"id":"1","messaging":[{"message":{"text":"hi"}}]}]}',
        b'{"entry":[{"id":"1","messaging":[{"message_edit":{"mid":"m"}}]}]}',
        b'{"entry":[{"id":"1","messaging":[{"reaction":{"mid":"m","action":"react"},"sender":"7"}]}]}',
        b'{"entry":[{"id":"1","standby":[{"message":{"text":"hi"}}]}]}',
        b'{"entry":[{"id":["1"],"changes":[{"field":"comments","value":{"id":"1"}}]}]}',
        b'{"field":"mentions","value":{"comment_id":"1"}}',
        b'{"field":"messages","value":{"text":"hi"}}',
    ],
)
def test_json_of_another_shape_is_one_quarantined_element(body: bytes) -> None:
    element = only(body)
    assert element.state is ElementState.QUARANTINED
    assert element.problem
    assert element.identity.startswith("raw:")


def test_a_delivery_of_nothing_is_nothing() -> None:
    for body in (b"[]", b'{"object":"instagram","entry":[]}', b'{"entry":[{"id":"1","changes":[]}]}'):
        assert split(body, now=NOW) == []


def test_names_without_values_are_quarantined_and_say_what_to_switch_on() -> None:
    first = only(entry(id=ACCOUNT, time=1790000000, changed_fields=["comments"]))
    second = only(entry(id=ACCOUNT, time=1790000060, changed_fields=["comments"]))
    assert first.state is ElementState.QUARANTINED
    assert "Include Values" in (first.problem or "")
    assert first.payload["changed_fields"] == ["comments"]
    assert first.identity != second.identity


def test_the_same_quarantined_element_has_the_same_identity_whatever_the_order_of_its_names() -> None:
    one = only(
        b'{"entry":[{"id":"1","time":1790000000,"changes":[{"field":"comments","value":{"a":1,"b":2}}]}]}'
    )
    two = only(
        b'{"entry":[{"changes":[{"value":{"b":2,"a":1},"field":"comments"}],"time":1790000009,"id":"1"}]}'
    )
    other = only(b'{"entry":[{"id":"1","changes":[{"field":"comments","value":{"a":1,"b":3}}]}]}')
    assert one.identity == two.identity
    assert one.identity != other.identity


def test_of_equal_identities_in_one_body_the_first_stays() -> None:
    changes = [
        {"field": "live_comments", "value": {"id": "1", "text": "first"}},
        {"field": "comments", "value": {"comment_id": "1", "text": "again"}},
        {"field": "comments", "value": {"id": 1, "text": "once more"}},
        {"field": "comments", "value": {"id": "2", "text": "another"}},
    ]
    elements = split(entry(id=ACCOUNT, time=1790000000, changes=changes), now=NOW)
    assert [(e.identity, e.payload["text"]) for e in elements] == [
        ("comment:1", "first"),
        ("comment:2", "another"),
    ]


def test_an_unsent_message_is_no_duplicate_of_the_message() -> None:
    message = {"message": {"mid": "m", "text": "hi"}}
    unsent = {"message": {"mid": "m", "is_deleted": True}}
    elements = split(entry(id=ACCOUNT, time=1790000000123, messaging=[message, unsent]), now=NOW)
    assert [element.identity for element in elements] == ["message:m", "deletion:m"]


def test_one_entry_may_hold_several_envelopes() -> None:
    message = {"sender": {"id": "7"}, "message": {"mid": "m", "text": "hi"}}
    flat = {"field": "comments", "value": {"id": "2"}}
    body = entry(id=ACCOUNT, time=1790000000, changes=[SOUND], messaging=[message], **flat)
    assert [element.identity for element in split(body, now=NOW)] == ["comment:1", "message:m", "comment:2"]


def test_beyond_the_limit_the_rest_is_one_quarantined_element_that_holds_it() -> None:
    changes = [{"field": "comments", "value": {"id": str(n)}} for n in range(MAX_ELEMENTS + 2)]
    whole = split(entry(id=ACCOUNT, time=1790000000, changes=changes[:MAX_ELEMENTS]), now=NOW)
    assert len(whole) == MAX_ELEMENTS
    assert {element.state for element in whole} == {ElementState.RECEIVED}
    *kept, rest = split(entry(id=ACCOUNT, time=1790000000, changes=changes), now=NOW)
    assert kept == whole
    assert rest.state is ElementState.QUARANTINED
    assert str(MAX_ELEMENTS) in (rest.problem or "")
    replayable = json.loads(rest.payload["value"])["entry"][0]["changes"]
    assert replayable[-1]["value"] == {"id": str(MAX_ELEMENTS + 1)}


def test_ids_may_be_numbers_even_beyond_64_bits() -> None:
    value = b'{"id":99999999999999999999}'
    element = only(b'{"entry":[{"id":17841400000000001,"field":"comments","value":%b}]}' % value)
    assert element.identity == "comment:99999999999999999999"
    assert element.account_instagram_id == ACCOUNT


@pytest.mark.parametrize(
    ("stamp", "sent_at"),
    [
        (1790000000, datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)),
        (1790000000123, datetime(2026, 9, 21, 14, 13, 20, 123000, tzinfo=UTC)),
        ("1790000000", datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)),
        (int(NOW.timestamp()) + 3600, NOW + timedelta(hours=1)),  # their clock may be ahead of ours
        (int(NOW.timestamp()) + 2 * 86400, None),
        (0, None),
        (-1, None),
        (1, None),
        (2**62, None),
        (True, None),
        (None, None),
        ("", None),
        ("yesterday", None),
        ("١٧٩٠٠٠٠٠٠٠", None),
        ("9" * 5_000, None),
        (1790000000.5, None),
        ([1790000000], None),
    ],
)
def test_the_time_of_sending_is_utc_in_either_unit_and_none_when_absurd(
    stamp: object, sent_at: datetime | None
) -> None:
    element = only(entry(id=ACCOUNT, time=stamp, changes=[SOUND]))
    assert element.state is ElementState.RECEIVED
    assert element.sent_at == sent_at


def test_ids_and_times_of_any_size_are_judged_without_an_exception() -> None:
    assert identifier(10**5_000) is None
    assert moment(10**5_000) is None
    assert moment(-(10**5_000)) is None


JSON_TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)
NAMES = st.sampled_from([
    "entry", "changes", "field", "value", "messaging", "standby", "id", "comment_id", "time", "message",
    "mid", "message_edit", "num_edit", "reaction", "read", "sender", "timestamp", "changed_fields",
    "is_echo", "media_id",
])  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | JSON_TEXT
    | st.sampled_from(["comments", "live_comments", "mentions", "messages", "standby", "17841", "0", "\x00"])
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | JSON_TEXT, inner, max_size=6),
    max_leaves=25,
)
CHANGES = st.fixed_dictionaries({
    "field": st.sampled_from(sorted(FIELDS)) | ANY_JSON,
    "value": st.dictionaries(NAMES, ANY_JSON, max_size=5) | ANY_JSON,
})  # fmt: skip
DELIVERIES = st.fixed_dictionaries({
    "entry": st.lists(
        st.fixed_dictionaries({
            "id": st.sampled_from([ACCOUNT, "0"]) | ANY_JSON,
            "time": st.integers() | ANY_JSON,
            "changes": st.lists(CHANGES | ANY_JSON, max_size=4) | ANY_JSON,
            "messaging": st.lists(st.dictionaries(NAMES, ANY_JSON, max_size=4) | ANY_JSON, max_size=4),
        }),
        max_size=3,
    )
})  # fmt: skip


def assert_storable(body: bytes) -> None:
    elements = split(body, now=NOW)
    identities = [element.identity for element in elements]
    assert len(set(identities)) == len(identities)
    for element in elements:
        stored = orjson.dumps(element.payload)  # refuses lone surrogates and numbers beyond 64 bits
        assert orjson.loads(stored) == element.payload  # so no NaN either
        assert b"\\u0000" not in stored.replace(b"\\\\", b"")
        about = [element.identity, element.field, element.account_instagram_id or "", element.problem or ""]
        assert all(text.isprintable() and text.encode() for text in about if text)
        assert len(element.identity.encode()) <= 2_700  # the largest key of a PostgreSQL btree is 2,704 bytes
        assert (element.problem is None) == (element.state is ElementState.RECEIVED)
        assert element.sent_at is None or element.sent_at.utcoffset() == timedelta(0)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
@example(b'{"entry":[{"changes":[{"field":"comments","value":{"id":"\xed\xa0\x80"}}]}]}')
def test_any_bytes_become_elements_that_can_be_stored(body: bytes) -> None:
    assert_storable(body)


@settings(deadline=None, max_examples=500)
@given(ANY_JSON | DELIVERIES, st.booleans())
def test_any_json_becomes_elements_that_can_be_stored(document: Any, escaped: bool) -> None:
    assert_storable(json.dumps(document, ensure_ascii=escaped).encode(errors="surrogatepass"))


@settings(deadline=None, max_examples=200)
@given(DELIVERIES, st.data())
def test_a_torn_or_scratched_delivery_becomes_elements_that_can_be_stored(
    document: Any, data: st.DataObject
) -> None:
    body = bytearray(json.dumps(document).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + 1] = data.draw(
            st.sampled_from([b"", b'"', b"[", b"}", b"\\", b"\x00", b"\xff", b"9"])
        )
    assert_storable(bytes(body))
