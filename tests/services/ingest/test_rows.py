"""Every payload shape of the datasheet (§2.7), from the signed body to the row that it becomes."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select, text

from db.engine import Database
from db.life.comment import CommentState
from db.models import Account, Alert, Comment, Event, Media
from db.models.comment import CommentKind
from db.models.event import EventState
from services.ingest.signature import matching_secret
from tests.building import an_account, arrive
from tests.services.ingest.test_shapes import ACCOUNT, ANNA, COMMENT, POST, SHAPES, at, change, messaging
from tests.services.ingest.test_signature import BODY, HEADER, SECRET

SENT = at(1790000000_000)
WRITTEN = at(1790000399_900)
FEED = (POST, "FEED", None, None)


async def signed(db: Database, *bodies: bytes) -> None:
    """Bodies with Meta's signature, taken in and processed."""
    for body in bodies:
        header = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        assert matching_secret(body, header, [b"another", SECRET]) == 1
    await arrive(db, *bodies)


async def connected(db: Database) -> None:
    async with db.transaction() as tx:
        await an_account(tx, ACCOUNT, username="our_shop", app_scoped_id="2600000000000001", page_id="555")


async def one(db: Database) -> dict[str, Any]:
    """What the only comment's row holds, with its post as (id, kind, original, ad)."""
    async with db.transaction() as tx:
        comment: Comment
        media: Media | None
        comment, media = (
            await tx.session.execute(select(Comment, Media).outerjoin(Media, Media.id == Comment.media_id))
        ).one()
    row = {
        name: getattr(comment, name)
        for name in (
            "kind", "state", "instagram_id", "parent_instagram_id", "thread", "author_instagram_id",
            "author_username", "text", "written_at", "attachments",
        )
    }  # fmt: skip
    post = None
    if media is not None:
        post = (media.instagram_id, media.kind, media.original_instagram_id, media.ad_id)
    return row | {"media": post, "gone": comment.gone_at is not None, "edited": comment.edited_at is not None}


async def event(db: Database) -> tuple[EventState, str | None]:
    async with db.transaction() as tx:
        row = (await tx.session.execute(select(Event.state, Event.problem))).one()
        return row[0], row[1]


async def jobs(db: Database) -> int:
    async with db.transaction() as tx:
        counted = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'classify'")
        return int(await tx.session.scalar(counted) or 0)


def comment_row(instagram_id: str = "18100000000000001", **more: Any) -> dict[str, Any]:
    return {
        "kind": CommentKind.COMMENT,
        "state": CommentState.RECEIVED,
        "instagram_id": instagram_id,
        "parent_instagram_id": None,
        "thread": instagram_id,
        "author_instagram_id": ANNA,
        "author_username": "anna_k",
        "text": "How much is delivery?",
        "written_at": SENT,
        "attachments": [],
        "media": FEED,
        "gone": False,
        "edited": False,
    } | more


def message_row(instagram_id: str, words: str = "", **more: Any) -> dict[str, Any]:
    return (
        comment_row(instagram_id)
        | {
            "kind": CommentKind.MESSAGE,
            "thread": f"dm:{ANNA}",
            "author_username": None,
            "text": words,
            "written_at": WRITTEN,
            "media": None,
        }
        | more
    )


OURS = {"state": CommentState.OWN, "author_instagram_id": ACCOUNT, "author_username": "our_shop"}
ENVELOPES: dict[str, Any] = {
    "changes": lambda time, change: {
        "object": "instagram",
        "entry": [{"id": ACCOUNT, "time": time, "changes": [change]}],
    },
    "flat": lambda time, change: {"object": "instagram", "entry": [{"id": ACCOUNT, "time": time, **change}]},
    "bare": lambda _time, change: change,
    "array of bare": lambda _time, change: [change],
    "array of deliveries": lambda time, change: [ENVELOPES["changes"](time, change)],
    "array of entries": lambda time, change: [{"id": ACCOUNT, "time": time, "changes": [change]}],
}


@pytest.mark.parametrize("envelope", ENVELOPES)
async def test_a_comment_becomes_the_same_row_in_every_envelope(db: Database, envelope: str) -> None:
    """All envelopes × both names of the id × with and without from.id × seconds and milliseconds."""
    await connected(db)
    expected = {}
    bodies = []
    variants = product(("id", "comment_id"), (ANNA, None), (1790000000, 1790000000_000, "1790000000"))
    for number, (key, author, time) in enumerate(variants, start=1):
        comment_id = f"181{number:014}"
        value = {key: comment_id, **{name: COMMENT[name] for name in ("text", "media")}}
        value["from"] = {"username": "anna_k"} | ({"id": author} if author else {})
        drawn = ENVELOPES[envelope](time, {"field": "comments", "value": value})
        bodies.append(json.dumps(drawn).encode())
        sent_at = None if "bare" in envelope else SENT
        expected[comment_id] = (author, "anna_k", COMMENT["text"], comment_id, sent_at)
    await signed(db, *bodies)

    async with db.transaction() as tx:
        rows = (await tx.session.execute(select(Comment))).scalars().all()
        states = (await tx.session.execute(select(Event.state).distinct())).scalars().all()
        assert len((await tx.session.execute(select(Media))).scalars().all()) == 1
    assert states == [EventState.PROCESSED]
    assert {
        row.instagram_id: (
            row.author_instagram_id, row.author_username, row.text, row.thread, row.written_at
        )
        for row in rows
    } == expected  # fmt: skip
    assert await jobs(db) == len(expected)


ROWS: dict[str, dict[str, Any]] = {
    "(d) a reply to a comment": comment_row(
        "18100000000000002", parent_instagram_id="18100000000000001", thread="18100000000000001"
    ),
    "(e) a comment under an ad": comment_row(media=("18000000000000777", "AD", POST, "120250000000000001")),
    "(f) our own reply": comment_row(
        "18100000000000004",
        parent_instagram_id="18100000000000001",
        thread="18100000000000001",
        text="Delivery is 5 EUR",
        media=(POST, None, None, None),
        **OURS,
    ),
    "(g) a live comment": comment_row(kind=CommentKind.LIVE_COMMENT, media=(POST, "LIVE", None, None)),
    "(h) a mention in a comment": comment_row(
        "18100000000000006",
        kind=CommentKind.MENTION,
        author_instagram_id=None,
        author_username=None,
        text="",
        media=("18000000000000444", None, None, None),
    ),
    "(h) a mention in a caption": comment_row(
        "18000000000000444",
        kind=CommentKind.MENTION,
        author_instagram_id=None,
        author_username=None,
        text="",
        media=("18000000000000444", None, None, None),
    ),
    "(j) a message": message_row("aWdfTEXT1", "Do you ship to Poland?"),
    "(j) an answer to a story": message_row(
        "aWdfSTORY", "wow", kind=CommentKind.STORY_REPLY, media=("18000000000000555", "STORY", None, None)
    ),
    "(j) an echo": message_row("aWdfECHO1", "Yes, we do", **OURS),
    "(j) a message to ourselves": message_row("aWdfSELF", "note", **OURS, thread=f"dm:{ACCOUNT}"),
    "(j) a picture": message_row("aWdfATT1", attachments=["image"]),
    "(j) an unsent message": message_row("aWdfTEXT1", state=CommentState.SUPERSEDED, gone=True),
    "(j) something only the app can show": message_row("aWdfUNS", attachments=["unsupported"]),
    "(j) a quick reply": message_row("aWdfQR", "Yes"),
    "(j) an answer to a message": message_row("aWdfRT", "this one", parent_instagram_id="aWdfECHO1"),
    "(j) a message that began at an ad": message_row("aWdfAD", "hi"),
    "(j) a tap on an icebreaker": message_row("aWdfPB", "Delivery"),
    "(j) our own tap": message_row("aWdfPB", "Delivery", **OURS, thread=f"dm:{ACCOUNT}"),
    "(j) an edit, counted in text": message_row("aWdfTEXT1", "or Czechia?", edited=True),
    "(j) an edit, counted in numbers": message_row("aWdfTEXT1", "or Czechia?", edited=True),
    "(k) an edit of nothing by nobody": message_row("aWdfX", thread="aWdfX", author_instagram_id=None),
}
IGNORED = {
    "(j) a reaction": "reaction",
    "(j) a reaction taken back": "reaction",
    "(j) read": "read",
    "(j) a referral": "referral",
    **{name: "a test of the dashboard" for name in SHAPES if name.startswith("(l)")},
}


def test_the_table_is_complete() -> None:
    assert ROWS.keys() | IGNORED.keys() == SHAPES.keys()


@pytest.mark.parametrize("shape", ROWS)
async def test_a_shape_becomes_its_row(db: Database, shape: str) -> None:
    await connected(db)
    await signed(db, SHAPES[shape][0])

    row = await one(db)
    assert row == ROWS[shape]
    state, problem = await event(db)
    assert state is EventState.PROCESSED
    assert problem == ("our own words" if row["state"] is CommentState.OWN else None)
    assert await jobs(db) == (row["state"] is CommentState.RECEIVED)


async def test_what_is_no_words_becomes_no_row_and_no_alert(db: Database) -> None:
    await connected(db)
    bodies = {name: SHAPES[name][0] for name in IGNORED}
    value = {"media_id": "18000000000000555", "impressions": 28, "reach": 17, "exits": -1, "replies": 0}
    await signed(db, *bodies.values(), change("story_insights", value))

    async with db.transaction() as tx:
        rows = await tx.session.execute(select(Event.state, Event.problem).order_by(Event.id))
        assert sorted((row[0].value, row[1]) for row in rows) == sorted(
            ("ignored", problem) for problem in [*IGNORED.values(), "story_insights"]
        )
        assert await tx.session.scalar(select(func.count()).select_from(Comment)) == 0
        assert await tx.session.scalar(select(func.count()).select_from(Alert)) == 0
    assert await jobs(db) == 0


@pytest.mark.parametrize("stamp", [1790000399, 1790000399_000, "1790000399", "1790000399000"], ids=repr)
async def test_a_messages_time_is_read_in_seconds_and_milliseconds(db: Database, stamp: object) -> None:
    await connected(db)
    await signed(db, messaging({"message": {"mid": "m", "text": "hi"}, "timestamp": stamp}))
    assert (await one(db))["written_at"] == at(1790000399_000)


async def test_without_a_readable_time_of_its_own_a_message_has_that_of_its_webhook(db: Database) -> None:
    await connected(db)
    await signed(db, messaging({"message": {"mid": "m", "text": "hi"}, "timestamp": "soon"}))
    assert (await one(db))["written_at"] == at(1790000400_123)


@pytest.mark.parametrize("own_id", [ACCOUNT, "2600000000000001", "555"], ids=["account", "app", "page"])
async def test_we_are_known_by_every_id_that_we_have(db: Database, own_id: str) -> None:
    await connected(db)
    said = {"message": {"mid": "m", "text": "Yes"}}
    await signed(db, messaging(said, sender=own_id, recipient=ANNA))
    assert await one(db) == message_row("m", "Yes", **OURS)


async def test_a_messaging_entry_may_name_the_page(db: Database) -> None:
    await connected(db)
    body = json.loads(SHAPES["(j) a message"][0])
    body["entry"][0]["id"] = "555"
    await signed(db, json.dumps(body).encode())
    assert await one(db) == ROWS["(j) a message"]


async def test_the_vectors_body_becomes_its_row(db: Database) -> None:
    await connected(db)
    assert matching_secret(BODY, HEADER, [SECRET]) == 0
    await arrive(db, BODY)
    assert await one(db) == comment_row(text="Привет, @shop! 100% хочу 😍 <3")


async def test_it_is_remembered_when_an_account_was_last_heard_of(db: Database) -> None:
    before = datetime.now(UTC)
    await connected(db)
    async with db.transaction() as tx:
        other = await an_account(tx, "17841400000000002")
    await signed(db, SHAPES["(l) the test button, comments"][0])

    async def heard() -> dict[int, datetime | None]:
        async with db.transaction() as tx:
            rows = await tx.session.execute(select(Account.id, Account.last_event_at))
            return {row[0]: row[1] for row in rows}

    assert set((await heard()).values()) == {None}, "a test is no sign of life"
    await signed(db, SHAPES["(j) read"][0])
    times = await heard()
    assert times.pop(other.id) is None
    [at_last] = times.values()
    assert at_last is not None
    assert at_last >= before
