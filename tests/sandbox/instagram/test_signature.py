"""The bytes of a webhook and their signature."""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox.instagram import Instagram
from sandbox.instagram.events import comment_event, serialize
from sandbox.instagram.model import Person
from sandbox.instagram.signature import sign
from sandbox.instagram.switches import Serializer
from tests.sandbox.instagram.player import APP_SECRET, POST

VECTOR = (
    rb'{"entry":[{"id":"17841400000000001","time":1790000000,"changes":[{"value":{"from":{"id":'
    rb'"900000000000001","username":"anna_k"},"media":{"id":"18000000000000001","media_product_type":"FEED"},'
    rb'"id":"18100000000000001","text":"\u041f\u0440\u0438\u0432\u0435\u0442, \u0040shop! 100\u0025 '
    rb'\u0445\u043e\u0447\u0443 \ud83d\ude0d \u003C3"},"field":"comments"}]}],"object":"instagram"}'
)


def test_a_comment_is_told_in_exactly_the_bytes_that_meta_would_sign(instagram: Instagram) -> None:
    account = instagram.account
    comment = account.state.add_comment(
        account.state.posts[POST],
        Person("900000000000001", "anna_k"),
        "Привет, @shop! 100% хочу 😍 <3",
        comment_id="18100000000000001",
    )
    sent_at = datetime.fromtimestamp(1790000000, UTC)

    body = serialize(comment_event(comment, account.config, account.switches, sent_at))

    assert len(VECTOR) == 375
    assert body == VECTOR


def test_both_signatures_match_the_reference_vector() -> None:
    assert sign(VECTOR, APP_SECRET) == {
        "X-Hub-Signature-256": "sha256=56c319f5cd16d3c36f344c53f45d41de85d059f0e3d40253e0a83aebfd7ad597",
        "X-Hub-Signature": "sha1=41adc0eff20870a728b12c3d2ab238c70d1a4eaf",
    }


def test_slashes_are_escaped_too() -> None:
    assert serialize({"url": "https://a/b"}) == rb'{"url":"https:\/\/a\/b"}'


def test_plain_json_can_be_sent_instead() -> None:
    assert serialize({"text": "Да @ 5%"}, Serializer.UTF8) == '{"text":"Да @ 5%"}'.encode()
