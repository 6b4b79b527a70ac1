"""What is asked of Instagram before a comment is read: a mention's words, a message's, a person's name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.life.comment import CommentState
from db.life.draft import DraftState
from db.models import Account, Comment
from db.models.comment import CommentKind
from db.models.privacy import Erasure, ErasureSource, ErasureSubject
from db.repositories import accounts, comments, moves
from services.classify.words import NAMELESS, Words
from services.decide.superseding import Why
from services.instagram.access import Login
from services.instagram.client import InstagramClient
from services.privacy.pseudonyms import Pseudonyms
from services.privacy.tombstones import Tombstones
from tests.building import SUPERSEDING, TOKEN, VAULT, a_comment, an_account, people
from tests.sandbox.instagram.player import Player
from tests.services.pipeline import READING, Pipeline

S = CommentState
OUR_ID = "17841400000000001"


@pytest.fixture
def player(pipeline: Pipeline) -> Player:
    return Player(pipeline.http, pipeline.instagram)


@pytest.fixture
async def facebook(pipeline: Pipeline) -> AsyncIterator[Pipeline]:
    """The pipeline with Facebook Login, where mentions have calls of their own."""
    async with InstagramClient(pipeline.instagram, "v26.0", Login.FACEBOOK) as client:
        pipeline.client = client
        yield pipeline


async def arrived(pipeline: Pipeline, instagram_id: str, **values: Any) -> Comment:
    """A comment as ingest leaves it; `media` is the id of its post."""
    media_id = values.pop("media", None)
    given: dict[str, Any] = {"text": "", "author_instagram_id": None, "author_username": None} | values
    async with pipeline.db.transaction() as tx:
        await people(tx)
        account = await an_account(tx)
        if media_id is not None:
            given["media_id"] = (await comments.media(tx.session, account.id, media_id, None)).id
        return await a_comment(tx, account, instagram_id, **given)


async def mentioned(pipeline: Pipeline, player: Player, **more: Any) -> Comment:
    """A mention by its own field: ids only."""
    made = await player.control("mentions", {"username": "vera", "as": "mentions", **more})
    kind = CommentKind.MENTION
    comment_id = made["id"] or made["media_id"]
    return await arrived(pipeline, comment_id, kind=kind, media=made["media_id"])


async def wrote(pipeline: Pipeline, player: Player, words: str = "Где заказ?", **values: Any) -> Comment:
    """A message of which only the id was told, written an hour ago: Graph tells whole seconds."""
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    mid = str((await player.control("messages", {"username": "anna_k", "text": words, "at": at}))["id"])
    return await arrived(pipeline, mid, kind=CommentKind.MESSAGE, **values)


async def person_of(player: Player, comment: Comment) -> str:
    answer = await player.call("GET", f"/{comment.instagram_id}", {"fields": "from"}, token=TOKEN)
    return str(answer.json["from"]["id"])


async def change_account(pipeline: Pipeline, **values: Any) -> None:
    async with pipeline.db.transaction() as tx:
        await tx.session.execute(update(Account).values(**values))


# Mentions


async def test_a_mentions_words_are_fetched_before_it_is_read(facebook: Pipeline, player: Player) -> None:
    comment = await mentioned(facebook, player, text="@lavanda_home сколько стоит?")
    await facebook.script(READING)
    await facebook.classify(comment.id)

    now = await facebook.now(comment)
    assert (now.text, now.state) == ("@lavanda_home сколько стоит?", S.CLASSIFIED)
    assert now.written_at is not None
    assert await facebook.jobs() == ["answer"]
    [body] = await facebook.asked()
    assert "сколько стоит" in str(body)
    assert "mention" in str(body)


@pytest.mark.parametrize("login", list(Login))
async def test_a_mention_in_a_caption_has_the_caption_for_words(
    pipeline: Pipeline, player: Player, login: Login
) -> None:
    comment = await mentioned(pipeline, player, caption="Спасибо за подарок!")
    await pipeline.script(READING)
    async with InstagramClient(pipeline.instagram, "v26.0", login) as client:
        pipeline.client = client
        await pipeline.classify(comment.id)

    now = await pipeline.now(comment)
    assert (now.text, now.state) == ("@lavanda_home Спасибо за подарок!", S.CLASSIFIED)
    assert now.author_username == ("vera" if login is Login.FACEBOOK else now.author_username)


async def test_a_mention_that_is_gone_needs_no_card(facebook: Pipeline) -> None:
    comment = await arrived(facebook, "18100000000000555", kind=CommentKind.MENTION, media="180")
    await facebook.classify(comment.id)

    now = await facebook.now(comment)
    assert now.state is S.SUPERSEDED
    assert now.gone_at is not None
    assert await facebook.cards() == 0
    assert await facebook.alerts() == {}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "code": 2},
        {"kind": "status", "code": 4},
        {"kind": "status", "code": 190},
        {"kind": "status", "code": 10},
        {"kind": "drop_before"},
    ],
    ids=["outage", "throttle", "token", "permission", "no answer"],
)
async def test_passing_trouble_is_waited_for_within_bounds(
    facebook: Pipeline, player: Player, fault: dict[str, Any]
) -> None:
    facebook.options = replace(facebook.options, max_attempts=2)
    comment = await mentioned(facebook, player, text="@lavanda_home цена?")
    await facebook.fault(**(fault | {"times": 9, "operation": "*"}), at=facebook.instagram)
    await facebook.classify(comment.id)
    waiting = await facebook.now(comment)
    assert (waiting.state, waiting.attempts) == (S.RECEIVED, 1)
    assert waiting.next_attempt_at is not None
    assert waiting.next_attempt_at > waiting.created_at
    assert await facebook.jobs() == ["classify"]

    await facebook.due()
    await facebook.classify(comment.id)
    failed = await facebook.now(comment)
    assert failed.state is S.FAILED
    assert failed.next_attempt_at is not None, "trouble passes some day"
    draft = await facebook.draft(comment)
    assert draft is not None
    assert draft.why_no_text == "step_failed"
    assert set(await facebook.alerts()) == {"dead_letter"}
    assert await facebook.asked() == []


async def test_a_mention_that_instagram_will_never_show_goes_to_a_person(
    facebook: Pipeline, player: Player
) -> None:
    comment = await mentioned(facebook, player, text="@lavanda_home цена?")
    await facebook.fault("status", operation="*", code=100, at=facebook.instagram)
    await facebook.classify(comment.id)
    now = await facebook.now(comment)
    assert (now.state, now.next_attempt_at) == (S.FAILED, None)


@pytest.mark.parametrize("values", [{"token_encrypted": None}, {"token_encrypted": b"?"}], ids=["no", "odd"])
async def test_without_a_token_it_waits(facebook: Pipeline, player: Player, values: dict[str, Any]) -> None:
    comment = await mentioned(facebook, player, text="@lavanda_home цена?")
    await change_account(facebook, **values)
    await facebook.classify(comment.id)
    now = await facebook.now(comment)
    assert (now.state, now.error) == (S.RECEIVED, "words: auth")


async def test_while_throttled_nothing_is_asked(facebook: Pipeline, player: Player) -> None:
    comment = await mentioned(facebook, player, text="@lavanda_home цена?")
    until = datetime.now(UTC) + timedelta(minutes=4)
    await change_account(facebook, throttled_until=until)
    await facebook.fault("drop_before", operation="*", at=facebook.instagram)
    await facebook.classify(comment.id)

    now = await facebook.now(comment)
    assert now.next_attempt_at is not None
    assert now.next_attempt_at > until - timedelta(seconds=30)
    assert len(await player.control("faults", method="GET")) == 1


async def test_words_that_come_after_the_lease_was_lost_change_nothing(
    facebook: Pipeline, player: Player
) -> None:
    comment = await mentioned(facebook, player, text="@lavanda_home цена?")
    await facebook.fault("delay", operation="*", seconds=0.5, at=facebook.instagram)
    await asyncio.gather(facebook.classify(comment.id), facebook.steal(comment, S.CLASSIFYING))
    now = await facebook.now(comment)
    assert (now.text, now.lease_token) == ("", 77)
    assert await facebook.asked() == []


async def test_a_mention_among_the_comments_is_known_by_its_post(pipeline: Pipeline, player: Player) -> None:
    made = await player.control("mentions", {"username": "vera", "text": "@lavanda_home лучшие!"})
    comment = await arrived(
        pipeline, made["id"], text="@lavanda_home лучшие!", author_username="vera", media=made["media_id"]
    )
    await pipeline.script(READING)
    await pipeline.classify(comment.id)
    now = await pipeline.now(comment)
    assert (now.kind, now.state) == (CommentKind.MENTION, S.CLASSIFIED)
    assert "mention" in str(await pipeline.asked())


# Messages of which only the id is told


async def test_a_message_is_read_by_its_id(pipeline: Pipeline, player: Player) -> None:
    comment = await wrote(pipeline, player)
    person = await person_of(player, comment)
    await pipeline.script(READING)
    await pipeline.classify(comment.id)

    now = await pipeline.now(comment)
    assert (now.text, now.state, now.thread) == ("Где заказ?", S.CLASSIFIED, f"dm:{person}")
    assert (now.author_instagram_id, now.author_username) == (person, "anna_k")


async def test_a_message_of_ours_stays_as_context_and_settles_what_it_answers(
    pipeline: Pipeline, player: Player
) -> None:
    theirs = await wrote(pipeline, player)
    person = await person_of(player, theirs)
    await pipeline.script(READING | {"category": "spam"})
    await pipeline.classify(theirs.id)
    sent = {"recipient": {"id": person}, "message": {"text": "В пути"}}
    said = await player.call("POST", f"/{OUR_ID}/messages", token=TOKEN, json=sent)
    own = await arrived(pipeline, str(said.json["message_id"]), kind=CommentKind.MESSAGE)
    await pipeline.classify(own.id)

    now = await pipeline.now(own)
    assert (now.state, now.text, now.thread) == (S.OWN, "В пути", f"dm:{person}")
    assert now.author_instagram_id == OUR_ID
    draft = await pipeline.draft(theirs)
    assert draft is not None
    assert (draft.state, draft.reason) == (DraftState.SUPERSEDED, Why.ANSWERED_IN_APP.value)


async def test_a_message_that_cannot_be_found_any_more_needs_no_card(pipeline: Pipeline) -> None:
    comment = await arrived(pipeline, "aWdfNOWHERE", kind=CommentKind.MESSAGE)
    await pipeline.classify(comment.id)
    assert (await pipeline.now(comment)).state in {S.SUPERSEDED, S.FAILED}
    assert await pipeline.asked() == []


async def test_words_of_somebody_who_was_erased_are_not_taken_in(pipeline: Pipeline, player: Player) -> None:
    comment = await wrote(pipeline, player, "тайна")
    pseudonyms = Pseudonyms([b"key"])
    async with pipeline.db.transaction() as tx:
        tx.session.add(
            Erasure(
                code="1",
                subject=ErasureSubject.PERSON,
                source=ErasureSource.COMMAND,
                hashes=[pseudonyms.id_hash(await person_of(player, comment))],
            )
        )
    words = Words(pipeline.db, pipeline.client, VAULT, SUPERSEDING, Tombstones(pseudonyms))
    async with pipeline.db.transaction() as tx:
        claimed = await moves.claim(
            tx.session, Comment, comment.id, S.CLASSIFYING, lease=pipeline.options.lease
        )
        assert claimed is not None
        account = await accounts.get(tx.session, claimed.account_id)
    assert await words.of(claimed, account) is None
    now = await pipeline.now(comment)
    assert (now.state, now.text, now.author_instagram_id) == (S.SUPERSEDED, "", None)


# Attachments


@pytest.mark.parametrize(
    ("words", "attachments"),
    [("", ["image"]), ("", ["story_mention"]), ("🔥", ["video"]), ("", ["unsupported"])],
    ids=["picture", "story mention", "emoji and video", "unsupported"],
)
async def test_what_has_no_words_is_shown_without_asking_a_model(
    pipeline: Pipeline, words: str, attachments: list[str]
) -> None:
    comment = await arrived(
        pipeline, "m1", kind=CommentKind.MESSAGE, text=words, attachments=attachments, thread="dm:9"
    )
    await pipeline.classify(comment.id)

    assert await pipeline.way(comment) == ["classifying", "classified", "waiting"]
    draft = await pipeline.draft(comment)
    assert draft is not None
    assert (draft.version, draft.why_no_text, draft.urgent) == (0, "attachment", False)
    assert await pipeline.asked() == []
    assert await pipeline.cards() == 1


async def test_words_with_a_picture_are_read(pipeline: Pipeline) -> None:
    comment = await arrived(
        pipeline, "m1", kind=CommentKind.MESSAGE, text="Такая есть?", attachments=["image"], thread="dm:9"
    )
    await pipeline.script(READING)
    await pipeline.classify(comment.id)
    assert await pipeline.jobs() == ["answer"]
    assert "image" in str(await pipeline.asked())


# Names


async def told(pipeline: Pipeline, player: Player, number: int = 1) -> Comment:
    """A message that came as Meta tells it, without a name."""
    mid = str((await player.control("messages", {"username": "anna_k", "text": f"№ {number}"}))["id"])
    comment = await arrived(pipeline, mid, kind=CommentKind.MESSAGE, text=f"№ {number}")
    person = await person_of(player, comment)
    values = {"author_instagram_id": person, "thread": f"dm:{person}"}
    async with pipeline.db.transaction() as tx:
        await comments.change(tx.session, comment.id, **values)
    return await pipeline.now(comment)


async def test_a_persons_name_is_asked_for_once(pipeline: Pipeline, player: Player) -> None:
    first, second = await told(pipeline, player, 1), await told(pipeline, player, 2)
    await pipeline.script(READING, READING)
    await pipeline.classify(first.id)
    assert (await pipeline.now(first)).author_username == "anna_k"

    await pipeline.fault("drop_before", operation="person", at=pipeline.instagram)
    await pipeline.classify(second.id)
    assert (await pipeline.now(second)).author_username == "anna_k"
    assert len(await player.control("faults", method="GET")) == 1


async def test_without_a_name_it_goes_on(pipeline: Pipeline, player: Player) -> None:
    comment = await told(pipeline, player)
    await pipeline.fault("status", operation="person", code=100, at=pipeline.instagram)
    await pipeline.script(READING)
    await pipeline.classify(comment.id)
    now = await pipeline.now(comment)
    assert (now.author_username, now.state) == (None, S.CLASSIFIED)


async def test_a_name_that_is_never_told_is_not_asked_for_for_ever(
    pipeline: Pipeline, player: Player
) -> None:
    messages = [await told(pipeline, player, number) for number in range(NAMELESS + 1)]
    await pipeline.script(READING)
    await pipeline.fault("drop_before", operation="person", at=pipeline.instagram)
    await pipeline.classify(messages[-1].id)
    assert (await pipeline.now(messages[-1])).state is S.CLASSIFIED
    assert len(await player.control("faults", method="GET")) == 1


async def test_what_needs_no_reading_needs_no_name(pipeline: Pipeline, player: Player) -> None:
    comment = await told(pipeline, player)
    async with pipeline.db.transaction() as tx:
        await comments.change(tx.session, comment.id, text="❤️")
    await pipeline.classify(comment.id)
    now = await pipeline.now(comment)
    assert (now.state, now.author_username) == (S.IGNORED, None)
