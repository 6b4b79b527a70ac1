"""Words from before an erasure never come back; later ones are ordinary."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from db.life.comment import CommentState
from db.models import Comment, Erasure, Event
from db.models.event import EventState
from db.models.privacy import ErasureSource
from services.privacy.pseudonyms import Pseudonyms
from services.privacy.requests import Requests
from services.privacy.tombstones import Tombstones
from tests.building import VAULT
from tests.sandbox.instagram.player import ACCOUNT
from tests.services.privacy.house import (
    AGO,
    ANNA,
    ANNA_ID,
    BORIS,
    BORIS_ID,
    PSEUDONYMS,
    REQUESTS,
    TOMBSTONES,
    House,
    message,
    webhook,
)

WORDS = "Слова, которые уже не вернуть"
FIRST = "181000000000001"
OTHER_ACCOUNT = "17841400000000002"


async def replayed(house: House, *bodies: bytes) -> None:
    """The old bodies once more, to an inbox that has forgotten them all the same."""
    before = [(one.instagram_id, one.text) for one in await house.all_comments()]
    await house.arrive(*bodies)
    assert [(one.instagram_id, one.text) for one in await house.all_comments()] == before
    assert await house.places(WORDS, ANNA_ID, ANNA) == []


async def forget_the_inbox(house: House) -> None:
    async with house.db.transaction() as tx:
        await tx.session.execute(delete(Event))
        await tx.session.execute(update(Comment).values(instagram_id="x" + Comment.instagram_id))


@pytest.mark.parametrize("known", [True, False], ids=["redelivered", "replayed after the inbox was purged"])
async def test_the_old_webhook_creates_nothing(house: House, *, known: bool) -> None:
    body = webhook(FIRST, WORDS)
    await house.arrive(body)
    await house.erased(instagram_id=ANNA_ID)
    if not known:
        await forget_the_inbox(house)
    await replayed(house, body)


async def test_what_had_not_come_in_yet_stays_outside(house: House) -> None:
    """Lost on the way, found by the reconciliation, or the first comment that is known of the person."""
    await house.erased(instagram_id=ANNA_ID)
    body = webhook(FIRST, WORDS)
    await replayed(house, body)
    [event] = await house.events()
    assert (event.state, event.payload, event.identity) == (EventState.IGNORED, {}, f"comment:{FIRST}")


async def test_a_name_is_enough_where_no_id_is_told(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS))
    await house.erased(instagram_id=ANNA_ID)
    await replayed(house, webhook("181000000000002", WORDS, by=(None, ANNA.upper())))


async def test_messages_stay_outside_in_both_directions(house: House) -> None:
    await house.erased(instagram_id=ANNA_ID)
    await replayed(house, message("mid.1", WORDS), message("mid.2", WORDS, by=ACCOUNT, to=ANNA_ID, echo=True))


async def test_our_own_reply_to_the_person_does_not_come_back_either(house: House) -> None:
    ours = webhook("189000000000001", f"@{ANNA} {WORDS}", by=(ACCOUNT, "lavanda_home"), parent=FIRST)
    await house.arrive(webhook(FIRST, WORDS), ours)
    assert (await house.comment("189000000000001")).state is CommentState.OWN
    await house.erased(instagram_id=ANNA_ID)
    async with house.db.transaction() as tx:
        await tx.session.execute(delete(Event))
    await replayed(house, ours)


async def test_a_reaction_leaves_no_id_behind(house: House) -> None:
    reaction = {
        "sender": {"id": ANNA_ID},
        "recipient": {"id": ACCOUNT},
        "timestamp": int((datetime.now(UTC) - AGO).timestamp() * 1000),
        "reaction": {"mid": "mid.9", "action": "react", "reaction": "love"},
    }
    entry = {"id": ACCOUNT, "time": 1_790_000_000, "messaging": [reaction]}
    body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
    await house.arrive(body)
    assert await house.places(ANNA_ID) != []
    await house.erased(instagram_id=ANNA_ID)
    assert await house.places(ANNA_ID) == []
    await house.arrive(body)
    assert await house.places(ANNA_ID) == []


async def test_words_from_after_the_erasure_are_ordinary(house: House) -> None:
    await house.arrive(webhook(FIRST, WORDS))
    await house.erased(instagram_id=ANNA_ID)
    later = datetime.now(UTC) + timedelta(seconds=2)
    await house.arrive(webhook("181000000000009", "Я вернулась", at=later))
    comment = await house.comment("181000000000009")
    assert (comment.author_username, comment.text, comment.erased_at) == (ANNA, "Я вернулась", None)


async def test_other_people_are_not_kept_out(house: House) -> None:
    await house.erased(instagram_id=ANNA_ID)
    await house.arrive(webhook(FIRST, "Борис пишет", by=(BORIS_ID, BORIS)))
    assert (await house.comment(FIRST)).text == "Борис пишет"


@pytest.mark.parametrize(
    ("written", "erased"),
    [(timedelta(hours=-1), True), (timedelta(hours=1), False), (None, True)],
    ids=["before", "after", "nobody knows when"],
)
async def test_the_time_decides(house: House, written: timedelta | None, *, erased: bool) -> None:
    asked = await house.ask(instagram_id=ANNA_ID)
    at = asked.created_at + written if written is not None else None
    assert await is_erased(house, ANNA_ID, None, at) is erased


async def test_words_without_a_time_are_ordinary_once_nothing_is_redelivered_any_more(house: House) -> None:
    asked = await house.ask(instagram_id=ANNA_ID)
    await set_back(house, asked, timedelta(hours=37))
    assert not await is_erased(house, ANNA_ID, None, None)


async def test_an_erasure_in_one_account_says_nothing_of_another(house: House) -> None:
    account = await house.account()
    other = await house.account(OTHER_ACCOUNT, username="other_shop")
    await house.ask(instagram_id=ANNA_ID, account_id=account.id)
    long_ago = datetime.now(UTC) - timedelta(days=1)
    async with house.db.transaction() as tx:
        assert await TOMBSTONES.is_erased(tx.session, account.id, ANNA_ID, None, long_ago)
        assert not await TOMBSTONES.is_erased(tx.session, other.id, ANNA_ID, None, long_ago)


async def test_a_tombstone_of_the_former_key_is_recognised(house: House) -> None:
    former = Pseudonyms([b"the former one"])
    async with house.db.transaction() as tx:
        await Requests(VAULT, former).person(tx, ErasureSource.COMMAND, instagram_id=ANNA_ID)
    assert await is_erased(house, ANNA_ID, None, datetime.now(UTC) - AGO)


async def test_a_tombstone_tells_nobody_the_name(house: House) -> None:
    erasure = await house.erased(username=ANNA)
    assert erasure.sealed is None
    assert await house.places(ANNA, ANNA_ID) == []


async def test_an_erased_account_takes_nothing_old_in(house: House) -> None:
    account = await house.account()
    async with house.db.transaction() as tx:
        erasure = await REQUESTS.account(tx, ErasureSource.CALLBACK, account)
    await house.carried_out(erasure)
    await replayed(house, webhook(FIRST, WORDS))
    assert await house.events() == []


async def is_erased(house: House, author: str | None, name: str | None, at: datetime | None) -> bool:
    account = await house.account()
    async with house.db.transaction() as tx:
        return await Tombstones(PSEUDONYMS).is_erased(tx.session, account.id, author, name, at)


async def set_back(house: House, erasure: Erasure, by: timedelta, **values: Any) -> None:
    async with house.db.transaction() as tx:
        await tx.session.execute(
            update(Erasure)
            .where(Erasure.id == erasure.id)
            .values(created_at=erasure.created_at - by, **values)
        )
