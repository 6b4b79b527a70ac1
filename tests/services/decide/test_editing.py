"""Changing the text: by hand under a lease, or by the model with a hint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from db.engine import Database
from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models import Delivery, DraftVersion
from db.models.comment import CommentKind
from db.models.draft import DraftOrigin
from db.repositories import drafts
from services.decide.outcome import Result
from services.deliver.channel import Unit
from tests.building import ANNA, IVAN, OLGA, OPTIONS, SUPERSEDING, a_scene
from tests.services.decide.conftest import Office


async def test_an_edit_adds_a_version_and_sends_nothing(db: Database, office: Office) -> None:
    scene = await a_scene(db, flags=[{"check": "price", "found": "1 290 ₽"}])
    await office.press("claim", IVAN, scene.draft)
    outcome = await office.press("edit", IVAN, scene.draft, "  Свеча стоит 1 290 ₽, ждём вас!\x00 ")
    assert outcome.done
    draft = await office.draft(scene.draft)
    assert (draft.state, draft.version, draft.claimed_by) == (DraftState.PENDING, 2, None)
    assert await office.versions(scene.draft) == [
        "Свеча «Прованс» стоит 1 290 ₽.",
        "Свеча стоит 1 290 ₽, ждём вас!",
    ]
    async with db.transaction() as tx:
        written = await drafts.version(tx.session, draft.id, 2)
    assert written is not None
    assert (written.origin, written.manager_id, written.language) == (DraftOrigin.MANAGER, IVAN.id, "ru")
    assert written.flags == []
    assert await office.deliveries(scene.draft) == []
    assert (await office.press("approve", IVAN, scene.draft, version=2)).done  # a person's text: one tap


async def test_an_edit_gives_a_card_without_a_text_its_first_version(db: Database, office: Office) -> None:
    scene = await a_scene(db, text=None, draft_values={"why_no_text": "manual"})
    assert (await office.press("edit", IVAN, scene.draft, "Здравствуйте!")).done
    draft = await office.draft(scene.draft)
    assert (draft.version, draft.why_no_text) == (1, None)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Спасибо!", "@anna_k Спасибо!"),
        ("@anna_k, спасибо!", "@anna_k, спасибо!"),
        ("@Anna_K. Спасибо!", "@Anna_K. Спасибо!"),
        ("@anna_k", "@anna_k"),
        ("@anna_kuznetsova спасибо", "@anna_k @anna_kuznetsova спасибо"),
        ("@anna_k.shop спасибо", "@anna_k @anna_k.shop спасибо"),
    ],
)
async def test_inside_a_thread_a_reply_begins_with_the_customers_name(
    db: Database, office: Office, text: str, kept: str
) -> None:
    scene = await a_scene(db, comment_values={"parent_instagram_id": "18100000000000009"})
    await office.press("edit", IVAN, scene.draft, text)
    assert (await office.versions(scene.draft))[-1] == kept


async def test_without_a_known_name_a_reply_in_a_thread_stays_as_it_is(db: Database, office: Office) -> None:
    scene = await a_scene(
        db, comment_values={"parent_instagram_id": "18100000000000009", "author_username": None}
    )
    await office.press("edit", IVAN, scene.draft, "Спасибо!")
    assert (await office.versions(scene.draft))[-1] == "Спасибо!"


async def test_empty_and_overlong_texts_are_sent_back_and_keep_the_lease(
    db: Database, office: Office
) -> None:
    scene = await a_scene(db)
    await office.press("claim", IVAN, scene.draft)
    assert (await office.press("edit", IVAN, scene.draft, " \n\x00")).result is Result.EMPTY_TEXT
    long = await office.press("edit", IVAN, scene.draft, "я" * 2201)
    assert (long.result, long.length, long.longest) == (Result.LONG_TEXT, 2201, 2200)
    assert (await office.draft(scene.draft)).claimed_by == IVAN.id
    assert len(await office.versions(scene.draft)) == 1
    assert (await office.press("edit", IVAN, scene.draft, "я" * 2200)).done


async def test_a_message_is_measured_in_bytes(db: Database, office: Office) -> None:
    scene = await a_scene(db, comment_values={"kind": CommentKind.MESSAGE})
    long = await office.press("edit", IVAN, scene.draft, "я" * 501)
    assert (long.result, long.length, long.longest) == (Result.LONG_TEXT, 1002, 1000)
    assert long.unit is Unit.BYTES
    assert (await office.press("edit", IVAN, scene.draft, "я" * 500)).done


async def test_after_the_customer_changed_the_words_an_edit_is_a_further_version(
    db: Database, office: Office
) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        await SUPERSEDING.edited(tx, scene.comment, "А доставка?")
    assert (await office.draft(scene.draft)).version == 0
    outcome = await office.press("edit", IVAN, scene.draft, "Доставка 300 ₽.", version=0)
    assert outcome.done
    assert outcome.draft is not None
    assert outcome.draft.version == 2
    assert await office.versions(scene.draft) == ["Свеча «Прованс» стоит 1 290 ₽.", "Доставка 300 ₽."]


async def test_half_a_character_is_not_stored(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    assert (await office.press("edit", IVAN, scene.draft, "Спасибо \ud83d")).done
    assert (await office.versions(scene.draft))[-1] == "Спасибо ?"


async def test_a_lease_blocks_colleagues_and_can_be_taken_over(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    assert (await office.press("claim", IVAN, scene.draft)).done
    claimed = await office.draft(scene.draft)
    assert claimed.claim_until is not None
    assert claimed.claim_until > datetime.now(UTC) + OPTIONS.editing_lease - timedelta(minutes=1)
    for action, words in [("claim", []), ("edit", ["Иначе"]), ("regenerate", [])]:
        refused = await office.press(action, OLGA, scene.draft, *words)
        assert (refused.result, refused.by) == (Result.CLAIMED, IVAN.name)
    taken = await office.press("take_over", ANNA, scene.draft)
    assert (taken.done, taken.by) == (True, IVAN.name)
    assert (await office.press("edit", IVAN, scene.draft, "Иначе")).result is Result.CLAIMED
    assert (await office.press("edit", ANNA, scene.draft, "Иначе")).done


async def test_only_the_holder_gives_a_lease_back(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    await office.press("claim", IVAN, scene.draft)
    assert (await office.press("release", ANNA, scene.draft)).result is Result.CLAIMED
    assert (await office.press("release", IVAN, scene.draft)).done
    draft = await office.draft(scene.draft)
    assert (draft.claimed_by, draft.claim_until) == (None, None)
    assert await office.decided(scene.draft) == ["claim", "release"]


async def test_after_a_failed_delivery_the_text_may_be_edited_and_approved_anew(
    db: Database, office: Office
) -> None:
    scene = await a_scene(db)
    await office.press("approve", IVAN, scene.draft)
    async with db.transaction() as tx:
        await tx.session.execute(update(Delivery).values(state=DeliveryState.FAILED))
    stale = await office.press("claim", ANNA, scene.draft, version=7)
    assert stale.result is Result.DECIDED
    assert (await office.draft(scene.draft)).state is DraftState.APPROVED  # a refusal changes nothing
    assert (await office.press("claim", ANNA, scene.draft)).done
    assert (await office.draft(scene.draft)).state is DraftState.PENDING
    await office.press("edit", ANNA, scene.draft, "Иначе")
    assert (await office.press("approve", ANNA, scene.draft, version=2)).done
    assert [one.state for one in await office.deliveries(scene.draft)] == [
        DeliveryState.FAILED,
        DeliveryState.PLANNED,
    ]


async def test_a_regeneration_keeps_the_wish_and_is_capped(db: Database, office: Office) -> None:
    scene = await a_scene(db, draft_values={"regenerations": OPTIONS.max_regenerations - 1})
    assert (await office.press("regenerate", IVAN, scene.draft, "короче")).done
    draft = await office.draft(scene.draft)
    assert (draft.state, draft.hint, draft.version) == (DraftState.REGENERATING, "короче", 1)
    assert await office.jobs("regenerate") == 1
    async with db.transaction() as tx:
        await drafts.decide(tx.session, draft.id, DraftState.PENDING)
    refused = await office.press("regenerate", IVAN, scene.draft)
    assert refused.result is Result.LIMIT
    assert (await office.draft(scene.draft)).state is DraftState.PENDING


async def test_versions_are_never_changed_by_later_ones(db: Database, office: Office) -> None:
    scene = await a_scene(db)
    for number in range(1, 4):
        await office.press("edit", IVAN, scene.draft, f"Текст {number}", version=number)
    async with db.transaction() as tx:
        rows = await tx.session.execute(select(DraftVersion.version).order_by(DraftVersion.id))
        assert [row[0] for row in rows] == [1, 2, 3, 4]
