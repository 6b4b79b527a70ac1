"""The form of the signature header and the secret that made it; the vector is computed outside this code."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from services.ingest.signature import matching_secret, well_formed

SECRET = b"test_app_secret"
BODY = (
    rb'{"entry":[{"id":"17841400000000001","time":1790000000,"changes":[{"value":{"from":{"id":"900000000000001",'
    rb'"username":"anna_k"},"media":{"id":"18000000000000001","media_product_type":"FEED"},'
    rb'"id":"18100000000000001","text":"\u041f\u0440\u0438\u0432\u0435\u0442, \u0040shop! 100\u0025 '
    rb'\u0445\u043e\u0447\u0443 \ud83d\ude0d \u003C3"},"field":"comments"}]}],"object":"instagram"}'
)
DIGEST = "56c319f5cd16d3c36f344c53f45d41de85d059f0e3d40253e0a83aebfd7ad597"
HEADER = f"sha256={DIGEST}"


def test_the_raw_bytes_of_the_vector_match() -> None:
    assert len(BODY) == 375
    assert matching_secret(BODY, HEADER, [SECRET]) == 0


@pytest.mark.parametrize(
    "rewritten",
    [
        json.dumps(json.loads(BODY), ensure_ascii=False, separators=(",", ":")).encode(),
        json.dumps(json.loads(BODY)).encode(),
    ],
)
def test_the_same_json_written_again_does_not_match(rewritten: bytes) -> None:
    assert matching_secret(rewritten, HEADER, [SECRET]) is None


def test_unescaped_cyrillic_matches_by_its_own_bytes() -> None:
    body = '{"text":"Привет 😍"}'.encode()
    header = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    assert matching_secret(body, header, [SECRET]) == 0


def test_any_of_several_secrets_may_have_signed_and_the_first_is_named() -> None:
    assert matching_secret(BODY, HEADER, [b"another_secret", SECRET]) == 1
    assert matching_secret(BODY, HEADER, [b"another_secret", SECRET, SECRET]) == 1
    assert matching_secret(BODY, HEADER, [b"another_secret"]) is None
    assert matching_secret(BODY, HEADER, []) is None


def test_a_blank_secret_never_matches() -> None:
    header = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert matching_secret(BODY, header, [b""]) is None
    assert matching_secret(BODY, HEADER, [b"", SECRET]) == 1


@pytest.mark.parametrize("place", range(0, len(BODY), 5))
def test_a_flipped_byte_does_not_match(place: int) -> None:
    flipped = bytearray(BODY)
    flipped[place] ^= 1
    assert matching_secret(bytes(flipped), HEADER, [SECRET]) is None


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        DIGEST,
        "sha256=",
        f"sha1={'a' * 40}",
        f"SHA256={DIGEST}",
        f"sha256={DIGEST.upper()}",
        f"sha256={DIGEST[:-1]}",
        f"sha256={DIGEST}0",
        f"sha256={DIGEST[:-1]}g",
        f" {HEADER}",
        f"{HEADER} ",
        f"{HEADER}\n",
        f"{HEADER},{HEADER}",
        f"sha256={DIGEST[:-1]}é",
        f"sha256={DIGEST[:-1]}\uff11",  # a full-width digit one
        f"sha256={DIGEST[:-1]}\udcff",
    ],
)
def test_a_header_of_another_form_is_refused_without_an_exception(header: str | None) -> None:
    assert not well_formed(header)
    assert matching_secret(BODY, header or "", [SECRET]) is None


def test_a_well_formed_header_says_nothing_about_who_signed() -> None:
    assert well_formed(HEADER)
    assert well_formed("sha256=" + "0" * 64)
    assert matching_secret(BODY, "sha256=" + "0" * 64, [SECRET]) is None
