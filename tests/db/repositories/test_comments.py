"""Comments and their posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import NoResultFound

from db.engine import Database
from db.life.comment import CommentState
from db.models import Comment, Policy
from db.models.account import PolicyMode
from db.models.comment import Category, MediaState
from db.repositories import accounts, comments
from tests.building import a_comment, an_account, classified


async def test_a_comment_is_added_once_per_account(db: Database) -> None:
    async with db.transaction() as tx:
        account, other = await an_account(tx), await an_account(tx, "17841400000000002")
        comment = await a_comment(tx, account, "1")
        given = {"kind": comment.kind, "instagram_id": "1", "thread": "1", "text": "ещё раз"}
        assert await comments.add(tx.session, account_id=account.id, **given) is None
        assert await comments.add(tx.session, account_id=other.id, **given) is not None
        found = await comments.find(tx.session, account.id, "1")
        assert found is not None
        assert found.text == comment.text
        assert await comments.find(tx.session, account.id, "2") is None
        assert (await comments.get(tx.session, comment.id)).id == comment.id
        with pytest.raises(NoResultFound):
            await comments.get(tx.session, 999)


async def test_a_thread_is_shown_up_to_the_comment_and_not_longer_than_useful(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx)
        said = [await a_comment(tx, account, str(number), thread="1") for number in range(1, 31)]
        await a_comment(tx, account, "999")

        shown = await comments.thread(tx.session, said[24])

    assert [comment.instagram_id for comment in shown] == [str(number) for number in range(6, 26)]
    assert len(shown) == comments.THREAD_LIMIT


async def test_a_posts_kind_is_learnt_later_and_kept(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx)
        first = await comments.media(tx.session, account.id, "m", None)
        assert (first.kind, first.state) == (None, MediaState.UNKNOWN)
    async with db.transaction() as tx:
        second = await comments.media(tx.session, account.id, "m", "FEED")
        assert (second.id, second.kind) == (first.id, "FEED")
    async with db.transaction() as tx:
        assert (await comments.media(tx.session, account.id, "m", None)).kind == "FEED"
        comment = await a_comment(tx, account)
        assert await comments.media_of(tx.session, comment) is None


async def test_the_newest_reading_counts(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await a_comment(tx, await an_account(tx))
        assert await comments.classification(tx.session, comment.id) is None
        await classified(tx, comment, category=Category.PRAISE)
        await classified(tx, comment, category=Category.COMPLAINT)
        current = await comments.classification(tx.session, comment.id)
        assert current is not None
        assert current.category is Category.COMPLAINT


async def test_what_a_dead_worker_left_is_found(db: Database) -> None:
    now = datetime.now(UTC)
    before, after = now - timedelta(minutes=1), now + timedelta(minutes=1)
    async with db.transaction() as tx:
        account = await an_account(tx)
        for name, values in {
            "received": {"state": CommentState.RECEIVED, "created_at": before},
            "classified": {"state": CommentState.CLASSIFIED, "created_at": before},
            "its time has come": {"state": CommentState.RECEIVED, "next_attempt_at": before},
            "its time will come": {"state": CommentState.RECEIVED, "next_attempt_at": after},
            "in good hands": {"state": CommentState.CLASSIFYING, "lease_until": after},
            "abandoned": {"state": CommentState.ANSWERING, "lease_until": before},
            "waiting": {"state": CommentState.WAITING, "lease_until": before},
        }.items():
            await a_comment(tx, account, name, **values)
    async with db.transaction() as tx:
        stranded = [comment.instagram_id for comment in await comments.stranded(tx.session)]
        assert stranded == ["received", "classified", "its time has come", "abandoned"]
        async with db.transaction() as other:
            assert await comments.stranded(other.session) == [], "in one hand at a time"


async def test_dead_letters_come_oldest_first(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx)
        await a_comment(tx, account, "1")
        for name in ("2", "3"):
            await a_comment(tx, account, name, state=CommentState.FAILED)
        assert [comment.instagram_id for comment in await comments.failed(tx.session)] == ["2", "3"]


async def test_comments_are_counted_and_hidden(db: Database) -> None:
    since = datetime.now(UTC) - timedelta(hours=1)
    async with db.transaction() as tx:
        account = await an_account(tx)
        comment = await a_comment(tx, account, "1")
        await a_comment(tx, account, "2", created_at=since - timedelta(seconds=1))
        assert await comments.touched_since(tx.session, account.id, since) == 1
        assert await comments.touched_since(tx.session, 999, since) == 0
        await comments.set_hidden(tx.session, comment.id, hidden=True)
    async with db.transaction() as tx:
        hidden = await tx.session.scalar(text("SELECT hidden FROM comments WHERE instagram_id = '1'"))
        assert hidden is True


async def test_a_lost_row_of_an_account_is_an_error(db: Database) -> None:
    async with db.transaction() as tx:
        with pytest.raises(NoResultFound):
            await accounts.get(tx.session, 999)
        assert await accounts.find(tx.session, "999") is None


async def test_connecting_again_refreshes_what_instagram_knows_better(db: Database) -> None:
    async with db.transaction() as tx:
        first = await an_account(tx, preferences={"signature": "Оля"})
        await accounts.change(tx.session, first.id, locale="en")
    async with db.transaction() as tx:
        again = await an_account(tx, username="lavanda_new")
        assert (again.id, again.username, again.locale) == (first.id, "lavanda_new", "en")
        assert again.preferences == {"signature": "Оля"}


async def test_sending_is_paused_and_goes_on(db: Database) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    for pause in (until, None):
        async with db.transaction() as tx:
            account = await an_account(tx)
            await accounts.pause_sending(tx.session, account.id, pause)
        async with db.transaction() as tx:
            assert (await accounts.get(tx.session, account.id)).sending_paused_until == pause


async def test_a_languages_own_policy_wins(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx)
        for category, language, mode in (
            ("praise", "*", PolicyMode.AUTO),
            ("praise", "en", PolicyMode.MANUAL),
            ("praise", "ab", PolicyMode.SUGGEST),
            ("question", "en", PolicyMode.AUTO),
        ):
            tx.session.add(Policy(account_id=account.id, category=category, language=language, mode=mode))
        await tx.session.flush()

        async def mode_for(category: str, language: str) -> PolicyMode:
            return await accounts.policy_mode(tx.session, account.id, category, language)

        assert await mode_for("praise", "en") is PolicyMode.MANUAL
        assert await mode_for("praise", "ab") is PolicyMode.SUGGEST
        assert await mode_for("praise", "ru") is PolicyMode.AUTO
        assert await mode_for("question", "ru") is PolicyMode.SUGGEST
        assert await mode_for("spam", "en") is PolicyMode.SUGGEST


async def test_comments_of_a_connected_account_only_are_its_threads(db: Database) -> None:
    async with db.transaction() as tx:
        account, other = await an_account(tx), await an_account(tx, "17841400000000002")
        await a_comment(tx, account, "1", thread="top")
        assert await comments.top_of(tx.session, account.id, "1") == "top"
        assert await comments.top_of(tx.session, other.id, "1") == "1"
        assert isinstance(await a_comment(tx, other, "1"), Comment)
