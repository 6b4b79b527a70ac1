"""From when on comments are taken in, which posts are listed first, and who wrote a comment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.models import Account, Media
from services.instagram.results import GraphComment, Post
from services.reconcile.choosing import Target, chosen
from services.reconcile.round import Place, Round, watermark
from services.reconcile.shaping import anonymous, rows, seen

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACCOUNT = "17841400000000001"


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


def an_account(**values: Any) -> Account:
    given = {
        "id": 1,
        "instagram_id": ACCOUNT,
        "username": "lavanda_home",
        "created_at": ago(days=100),
        "preferences": {},
    }
    return Account(**(given | values))


@pytest.mark.parametrize(
    ("known", "since"),
    [
        ({"created_at": ago(minutes=1)}, ago(minutes=61)),
        ({}, ago(hours=24)),
        ({"last_event_at": ago(hours=3)}, ago(hours=24)),
        ({"last_event_at": ago(days=2)}, ago(days=2)),
        ({"last_event_at": ago(days=20)}, ago(days=7)),
        ({"reconciled_at": ago(minutes=15)}, ago(minutes=15, hours=24)),
        ({"reconciled_at": ago(days=12)}, ago(days=13)),
        ({"reconciled_at": ago(days=80)}, ago(days=30)),
        ({"reconciled_at": ago(minutes=15), "created_at": ago(hours=2)}, ago(hours=3)),
    ],
    ids=[
        "new",
        "never compared",
        "heard lately",
        "down for days",
        "down for weeks, never compared",
        "on schedule",
        "down for weeks",
        "down for months",
        "connected today",
    ],
)
def test_the_watermark(known: dict[str, Any], since: datetime) -> None:
    assert watermark(an_account(**known), NOW) == since


def test_a_round_survives_being_kept() -> None:
    place = Place(media="1", count=5, after="QVFI", threads=("2",), fresh=3, old_pages=1)
    kept = Round(run=7, began=NOW, since=ago(hours=1), listed=("3",), place=place, found=2, oldest=NOW)
    assert Round.of(an_account(preferences={"reconcile": kept.dumped()})) == kept
    assert Round.of(an_account()) == Round()
    assert Round().dumped() == {"run": 0}


def test_a_round_that_stood_still_for_months_brings_no_flood() -> None:
    left = Round(run=3, began=ago(days=90), since=ago(days=91), listed=("1",))
    taken = left.taken(an_account(preferences={"reconcile": left.dumped()}), NOW)
    assert (taken.run, taken.began, taken.listed) == (4, ago(days=90), ("1",))
    assert taken.since == ago(days=30)


def a_post(post_id: str, count: int | None) -> Post:
    return Post(id=post_id, comments_count=count, media_product_type="FEED")


def a_media(media_id: str, count: int | None = None, **values: Any) -> Media:
    return Media(instagram_id=media_id, comments_count=count, **values)


def test_changed_posts_come_first_then_lively_ones_then_remembered_ones() -> None:
    posts = [
        a_post("still", 4),
        a_post("lively", 4),
        a_post("changed", 5),
        a_post("fewer", 3),
        a_post("new", 1),
        a_post("empty", 0),
        a_post("untold", None),
        a_post("done", 9),
        a_post("lately quiet", 4),
    ]
    known = {name: a_media(name, 4) for name in ("still", "lively", "changed", "fewer", "lately quiet")}
    active = [
        (a_media("advertisement", kind="AD", ad_id="120", original_instagram_id="lively"), ago(days=3)),
        (a_media("lively"), ago(hours=3)),
        (a_media("lately quiet"), ago(hours=30)),
    ]
    found = chosen(posts, known, active, {"done"}, NOW)
    assert [target.media for target in found] == [
        "changed",
        "fewer",
        "new",
        "untold",
        "lively",
        "advertisement",
    ]
    assert found[-1] == Target("advertisement", "AD", ad_id="120", original="lively")
    everything = chosen(posts, known, active, {"done"}, NOW, everything=True)
    assert [target.media for target in everything[len(found) :]] == ["still", "lately quiet"]


@pytest.mark.parametrize(
    ("author", "own"),
    [
        ({"from": {"id": ACCOUNT, "username": "old_name"}}, True),
        ({"from": {"id": "27000000000000001"}}, True),
        ({"from": {"id": "100000000000009"}}, True),
        ({"username": "Lavanda_Home"}, True),
        ({"from": {"username": "lavanda_home"}}, True),
        ({"from": {"id": "900000000000001", "username": "anna_k"}}, False),
        ({}, False),
    ],
    ids=["id", "scoped id", "page", "name", "name inside", "customer", "untold"],
)
def test_our_own_words_are_known_by_id_or_name(author: dict[str, Any], own: bool) -> None:
    account = an_account(app_scoped_id="27000000000000001", page_id="100000000000009")
    comment = GraphComment.model_validate({"id": "1", "text": "Да", **author})
    [one] = seen(comment, account, "top")
    assert one.own is own
    assert anonymous(one) is (author == {})
    [row] = rows(account, Target("media"), [one], NOW)
    assert ("self_ig_scoped_id" in row["payload"]["from"]) is own


def test_whatever_the_text_holds_the_row_can_be_stored() -> None:
    comment = GraphComment.model_validate(
        {"id": "1", "text": "a\x00b\ud83d", "username": "anna_k", "timestamp": "2026-11-23T11:00:00+0000"}
    )
    [row] = rows(
        an_account(), Target("media", "AD", ad_id="120", original="post"), seen(comment, an_account()), NOW
    )
    assert row["payload"] == {
        "id": "1",
        "text": "a\ufffdb\ufffd",
        "from": {"username": "anna_k"},
        "media": {
            "id": "media",
            "media_product_type": "AD",
            "ad_id": "120",
            "original_media_id": "post",
        },
    }
    assert row["sent_at"] == ago(hours=1)
    assert row["identity"] == "comment:1"
