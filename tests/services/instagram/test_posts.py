"""A post's caption is asked for once, and gone without when it cannot be had."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from db.engine import Database
from db.models import Account, Comment, Media
from db.models.comment import MediaState
from db.repositories import accounts, comments
from services.instagram.client import InstagramClient
from services.posts import Posts
from services.vault import Vault
from tests.building import VAULT, a_comment, an_account
from tests.sandbox.instagram.player import ACCESS_TOKEN, POST, Player


@pytest.fixture
def posts(db: Database, client: InstagramClient) -> Posts:
    return Posts(db, client, VAULT)


async def under(db: Database, post: str | None, token: str | None = ACCESS_TOKEN) -> tuple[Comment, Account]:
    """A comment under a post."""
    async with db.transaction() as tx:
        sealed = VAULT.seal(token) if token else None
        account = await an_account(tx, token_encrypted=sealed)
        media = await comments.media(tx.session, account.id, post, None) if post else None
        comment = await a_comment(tx, account, media_id=media.id if media else None)
        return comment, account


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
    assert first.fetched_at is not None

    await player.control("faults", {"operation": "*", "kind": "status", "times": 100})
    again = await posts.of(comment, account)
    assert again is not None
    assert again.caption == first.caption
    assert await calls(player) == 0


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
    async with db.transaction() as tx:
        kept = await comments.media_of(tx.session, comment)
        assert kept is not None
        assert kept.state is state


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
