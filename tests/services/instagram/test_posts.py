"""A post's caption is asked for once, and gone without when it cannot be had."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from db.engine import Database
from db.models import Account, Comment, Media
from db.models.comment import CommentKind, MediaState
from db.repositories import accounts, comments
from services.instagram.client import InstagramClient
from services.posts import Posts
from services.vault import Vault
from tests.building import VAULT, a_comment, an_account
from tests.sandbox.instagram.player import ACCESS_TOKEN, AD, ALBUM, POST, Player
from tests.services.instagram.neighbour import Neighbour, says, thinks

REEL = "18000000000000003"


@pytest.fixture
def posts(db: Database, client: InstagramClient) -> Posts:
    return Posts(db, client, VAULT)


async def under(
    db: Database,
    post: str | None,
    kind: CommentKind = CommentKind.COMMENT,
    original: str | None = None,
) -> tuple[Comment, Account]:
    """A comment under a post; `original` is the post that an advertisement was made from."""
    async with db.transaction() as tx:
        account = await an_account(tx, token_encrypted=VAULT.seal(ACCESS_TOKEN))
        media = (
            await comments.media(tx.session, account.id, post, "AD" if original else None) if post else None
        )
        if media is not None and original is not None:
            known = {"original_instagram_id": original}
            await comments.describe_media(tx.session, media.id, MediaState.UNKNOWN, **known)
        comment = await a_comment(tx, account, media_id=media.id if media else None, kind=kind)
        return comment, account


async def kept(db: Database, comment: Comment) -> Media:
    """The post as the database knows it."""
    async with db.transaction() as tx:
        media = await comments.media_of(tx.session, comment)
        assert media is not None
        return media


async def calls(player: Player) -> int:
    """How many of a hundred planned faults are left over."""
    return 100 - sum(int(fault["times"]) for fault in await player.control("faults", method="GET"))


async def test_a_post_is_asked_for_once(posts: Posts, db: Database, player: Player) -> None:
    comment, account = await under(db, POST)

    first = await posts.of(comment, account)
    assert isinstance(first, Media)
    assert (first.state, first.kind) == (MediaState.KNOWN, "FEED")
    assert first.caption
    assert first.permalink
    assert first.image_url
    assert first.children == []
    assert first.published_at is not None
    assert datetime.now(UTC) - first.published_at > timedelta(days=8)
    assert first.fetched_at is not None

    await player.control("faults", {"operation": "*", "kind": "status", "times": 100})
    again = await posts.of(comment, account)
    assert again is not None
    assert again.caption == first.caption
    assert await calls(player) == 0


async def test_an_album_keeps_its_pictures(posts: Posts, db: Database) -> None:
    comment, account = await under(db, ALBUM)

    await posts.of(comment, account)

    media = await kept(db, comment)
    assert [address.rsplit("/", 1)[1] for address in media.children] == [
        "18000000000000021.png",
        "18000000000000022.png",
    ]
    assert media.image_url == media.children[0]


async def test_a_video_keeps_its_thumbnail(posts: Posts, db: Database) -> None:
    comment, account = await under(db, REEL)

    await posts.of(comment, account)

    media = await kept(db, comment)
    assert media.kind == "REELS"
    assert media.image_url is not None
    assert media.image_url.endswith(f"{REEL}.png")


async def test_the_picture_of_a_video_is_never_the_video(
    db: Database, told: InstagramClient, neighbour: Neighbour
) -> None:
    video = {"media_type": "VIDEO", "media_url": "https://cdn.example/1.mp4"}
    pictured = video | {"id": "3", "thumbnail_url": "https://cdn.example/1.jpg"}
    picture = {"id": "4", "media_type": "IMAGE", "media_url": "https://cdn.example/2.jpg"}
    album = {
        "id": POST,
        "media_type": "CAROUSEL_ALBUM",
        "media_url": "https://cdn.example/1.mp4",
        "children": {"data": [video | {"id": "2"}, pictured, picture]},
    }
    neighbour.will(says(album))
    comment, account = await under(db, POST)

    await Posts(db, told, VAULT).of(comment, account)

    media = await kept(db, comment)
    assert media.image_url == "https://cdn.example/1.jpg"
    assert media.children == ["https://cdn.example/1.jpg", "https://cdn.example/2.jpg"]


async def test_what_no_database_can_store_is_replaced(
    db: Database, told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"id": POST, "caption": "Лаванда\x00 \ud83d"}))
    comment, account = await under(db, POST)

    await Posts(db, told, VAULT).of(comment, account)

    assert (await kept(db, comment)).caption == "Лаванда\ufffd \ufffd"


async def test_the_post_of_a_mention_is_somebody_elses(
    db: Database, told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"data": [{"id": "444", "caption": "С @lavanda_home дома"}]}))
    comment, account = await under(db, "444", CommentKind.MENTION)

    media = await Posts(db, told, VAULT).of(comment, account)

    assert media is not None
    assert (media.state, media.caption) == (MediaState.KNOWN, "С @lavanda_home дома")
    assert neighbour.last.path == f"/v26.0/{account.instagram_id}/tags"


async def test_an_advertisement_is_read_by_itself(posts: Posts, db: Database) -> None:
    comment, account = await under(db, AD, original=ALBUM)

    media = await posts.of(comment, account)

    assert media is not None
    assert media.caption is not None
    assert "пахнет летом" in media.caption


async def test_an_advertisement_that_cannot_be_read_has_the_words_of_its_original(
    posts: Posts, db: Database, player: Player
) -> None:
    comment, account = await under(db, AD, original=ALBUM)
    await player.control("faults", {"operation": "media", "kind": "status", "code": 100, "subcode": 33})

    media = await posts.of(comment, account)

    assert media is not None
    assert media.caption is not None
    assert media.caption.startswith("Подарочный набор")
    assert (media.state, media.kind, media.instagram_id) == (MediaState.KNOWN, "AD", AD)


async def test_an_original_that_cannot_be_read_either_stops_nothing(
    posts: Posts, db: Database, player: Player
) -> None:
    comment, account = await under(db, AD, original=ALBUM)
    fault = {"operation": "media", "kind": "status", "code": 100, "subcode": 33, "times": 2}
    await player.control("faults", fault)

    await posts.of(comment, account)

    assert (await kept(db, comment)).state is MediaState.UNREADABLE
    assert await player.control("faults", method="GET") == []


async def test_trouble_of_instagram_is_no_reason_to_ask_for_the_original(
    posts: Posts, db: Database, player: Player
) -> None:
    comment, account = await under(db, AD, original=ALBUM)
    await player.control("faults", {"operation": "media", "kind": "status", "code": 4})

    media = await posts.of(comment, account)

    assert media is not None
    assert media.state is MediaState.UNKNOWN


async def test_a_comment_waits_only_so_long(
    db: Database, told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(thinks)
    comment, account = await under(db, POST)

    async with asyncio.timeout(5):  # half of the client's own deadline
        media = await Posts(db, told, VAULT, wait=timedelta(seconds=0.1)).of(comment, account)

    assert media is not None
    assert media.state is MediaState.UNKNOWN
    assert len(neighbour.asked) == 1


@pytest.mark.parametrize(("minutes", "calls"), [(5, 0), (-5, 1)], ids=["still", "no more"])
async def test_while_the_account_is_throttled_nothing_is_asked(
    db: Database, told: InstagramClient, neighbour: Neighbour, minutes: int, calls: int
) -> None:
    neighbour.will(says({"id": POST}))
    comment, account = await under(db, POST)
    account.throttled_until = datetime.now(UTC) + timedelta(minutes=minutes)

    assert await Posts(db, told, VAULT).of(comment, account) is not None
    assert len(neighbour.asked) == calls


async def test_what_a_webhook_said_of_the_kind_stays(posts: Posts, db: Database) -> None:
    comment, account = await under(db, POST)
    async with db.transaction() as tx:
        await comments.media(tx.session, account.id, POST, "AD")

    media = await posts.of(comment, account)

    assert media is not None
    assert media.kind == "AD"


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ({"code": 100, "subcode": 33}, MediaState.UNREADABLE),
        ({"code": 100}, MediaState.UNREADABLE),
        ({"code": 2}, MediaState.UNKNOWN),
        ({"code": 190}, MediaState.UNKNOWN),
    ],
    ids=str,
)
async def test_a_post_that_cannot_be_read_stops_nothing(
    posts: Posts, db: Database, player: Player, fault: dict[str, int], state: MediaState
) -> None:
    comment, account = await under(db, POST)
    await player.control("faults", {"operation": "media", "kind": "status", **fault})

    answered = await posts.of(comment, account)

    assert answered is not None
    assert answered.caption is None
    assert (await kept(db, comment)).state is state


async def test_without_a_post_or_a_token_nobody_is_asked(posts: Posts, db: Database, player: Player) -> None:
    await player.control("faults", {"operation": "*", "kind": "status", "times": 100})
    comment, account = await under(db, None)
    assert await posts.of(comment, account) is None

    async with db.transaction() as tx:
        media = await comments.media(tx.session, account.id, POST, None)
        below = await a_comment(tx, account, "2", media_id=media.id)
        await accounts.change(tx.session, account.id, token_encrypted=None)
        account = await accounts.get(tx.session, account.id)
    found = await posts.of(below, account)
    assert found is not None
    assert found.state is MediaState.UNKNOWN
    assert await calls(player) == 0


async def test_a_token_that_cannot_be_opened_stops_nothing(db: Database, client: InstagramClient) -> None:
    comment, account = await under(db, POST)
    stranger = Posts(db, client, Vault([Fernet.generate_key().decode()]))

    found = await stranger.of(comment, account)

    assert found is not None
    assert found.state is MediaState.UNKNOWN
