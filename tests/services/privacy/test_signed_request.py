"""Meta's signed_request: the computed vector, every secret, and everything that is none."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.privacy.signed_request import SignedRequest, SignedRequestInvalid, parse

SECRET = b"test_app_secret"
VECTOR = (
    "YRd6xqLnUJnD3Sl0guvXImxjP_2UcvLMW44UUZUzwhw"
    ".eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjE3OTAwMDM2MDAsImlzc3VlZF9hdCI6MTc5MDAwMDAwMCwi"
    "dXNlcl9pZCI6IjkwMDAwMDAwMDAwMDAwMSJ9"
)
ISSUED = datetime.fromtimestamp(1_790_000_000, UTC)
NOW = ISSUED + timedelta(seconds=5)
PAYLOAD = {
    "algorithm": "HMAC-SHA256",
    "expires": 1_790_003_600,
    "issued_at": 1_790_000_000,
    "user_id": "900000000000001",
}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(payload: Any, secret: bytes = SECRET) -> str:
    """As Meta signs: over the encoded payload."""
    body = encoded(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return f"{encoded(hmac.new(secret, body.encode(), hashlib.sha256).digest())}.{body}"


def test_the_computed_vector_is_read() -> None:
    assert parse(VECTOR, [SECRET], now=NOW) == SignedRequest("900000000000001", None, ISSUED)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_any_of_the_configured_secrets_may_have_signed(place: int) -> None:
    secrets = [b"another_secret_0", b"another_secret_1"]
    secrets.insert(place, SECRET)
    assert parse(VECTOR, secrets, now=NOW).user_id == "900000000000001"


@pytest.mark.parametrize("secrets", [[], [b"another_secret"], [b"another_secret", b""]])
def test_a_foreign_signature_is_refused(secrets: list[bytes]) -> None:
    with pytest.raises(SignedRequestInvalid):
        parse(VECTOR, secrets, now=NOW)


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(SignedRequestInvalid):
        parse(signed(PAYLOAD, b""), [b""], now=NOW)


def test_a_signature_over_the_decoded_payload_is_refused() -> None:
    raw = json.dumps(PAYLOAD).encode()
    value = f"{encoded(hmac.new(SECRET, raw, hashlib.sha256).digest())}.{encoded(raw)}"
    with pytest.raises(SignedRequestInvalid):
        parse(value, [SECRET], now=NOW)


@pytest.mark.parametrize("number", [900000000000001, "900000000000001"], ids=["number", "string"])
def test_the_user_is_a_number_or_a_string(number: Any) -> None:
    assert parse(signed(PAYLOAD | {"user_id": number}), [SECRET], now=NOW).user_id == "900000000000001"


@pytest.mark.parametrize("nobody", [0, "0"], ids=["number", "string"])
def test_a_page_that_removed_the_app_is_named_by_its_profile(nobody: Any) -> None:
    request = parse(signed(PAYLOAD | {"user_id": nobody, "profile_id": 77}), [SECRET], now=NOW)
    assert (request.user_id, request.profile_id) == (None, "77")


@pytest.mark.parametrize(
    "changed",
    [
        {"algorithm": "none"},
        {"algorithm": "HMAC-SHA1"},
        {"algorithm": ["HMAC-SHA256"]},
        {"algorithm": None},
        {"user_id": None},
        {"user_id": 0},
        {"user_id": ""},
        {"user_id": "anna_k"},
        {"user_id": True},
        {"user_id": 1.5},
        {"user_id": {"id": 1}},
        {"user_id": "9" * 33},
        {"issued_at": "yesterday"},
        {"issued_at": -1},
        {"issued_at": 1e400},
        {"expires": True},
        {"expires": []},
    ],
    ids=str,
)
def test_a_signed_payload_that_makes_no_sense_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(SignedRequestInvalid):
        parse(signed(PAYLOAD | changed), [SECRET], now=NOW)


@pytest.mark.parametrize("times", [{}, {"expires": 0, "issued_at": 1_790_000_000}], ids=["none", "no end"])
def test_times_may_be_missing(times: dict[str, int]) -> None:
    payload = {"algorithm": "HMAC-SHA256", "user_id": "1"} | times
    assert parse(signed(payload), [SECRET], now=NOW).user_id == "1"


@pytest.mark.parametrize(
    ("now", "good"),
    [
        (ISSUED - timedelta(minutes=9), True),
        (ISSUED - timedelta(minutes=11), False),
        (ISSUED + timedelta(hours=36), True),
        (ISSUED + timedelta(hours=38), False),
    ],
    ids=["clocks differ", "from the future", "repeated", "too old"],
)
def test_a_request_is_good_for_as_long_as_meta_may_repeat_it(now: datetime, *, good: bool) -> None:
    if good:
        parse(VECTOR, [SECRET], now=now)
        return
    with pytest.raises(SignedRequestInvalid):
        parse(VECTOR, [SECRET], now=now)


SIGNATURE, BODY = VECTOR.split(".")


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        SIGNATURE,
        f"{SIGNATURE}.",
        f".{BODY}",
        f"{VECTOR}.{BODY}",
        f"{VECTOR}=",
        f"{SIGNATURE}=.{BODY}",
        VECTOR + "\n",
        VECTOR.replace("_", "/"),
        f"{SIGNATURE}.{BODY}А",
        f"{SIGNATURE[:-1]}.{BODY}",
        "A" * 5_000_000,
        signed(b"[" * 3_000),
        signed(b'"a string"'),
        signed(b"\xff\xfe"),
        signed(b""),
        signed(b'{"algorithm": "HMAC-SHA256", "user_id": 1e999}'),
        f"{SIGNATURE}.{'A' * 5}",
    ],
    ids=range(19),
)
def test_hostile_values_raise_the_one_error(value: str) -> None:
    with pytest.raises(SignedRequestInvalid):
        parse(value, [SECRET], now=NOW)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{0,40}", fullmatch=True))
def test_nothing_unsigned_is_ever_taken(value: str) -> None:
    with pytest.raises(SignedRequestInvalid):
        parse(value, [SECRET], now=NOW)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda it: json.dumps(it).encode())
)
def test_whatever_is_signed_is_read_or_refused(payload: bytes) -> None:
    with pytest.raises(SignedRequestInvalid):
        parse(signed(payload), [SECRET], now=NOW)
