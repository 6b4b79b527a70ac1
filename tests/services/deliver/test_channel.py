"""By which effect each kind of words is answered, how long a text may be, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.life.delivery import Effect
from db.models import Comment
from db.models.comment import CommentKind
from services.decide.wording import addressed
from services.deliver.channel import Unit, effect_of, needs_human_agent, size, window_until
from services.deliver.matching import addressee, unaddressed

K, E = CommentKind, Effect
WRITTEN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a(kind: CommentKind, **values: object) -> Comment:
    return Comment(**({"kind": kind, "written_at": WRITTEN} | values))


@pytest.mark.parametrize(
    ("kind", "effect"),
    [
        (K.COMMENT, E.REPLY),
        (K.MENTION, E.REPLY),
        (K.LIVE_COMMENT, E.PRIVATE_REPLY),
        (K.MESSAGE, E.MESSAGE),
        (K.STORY_REPLY, E.MESSAGE),
    ],
)
def test_every_kind_has_its_effect(kind: CommentKind, effect: Effect) -> None:
    assert effect_of(kind) is effect


@pytest.mark.parametrize("kind", CommentKind)
def test_public_replies_are_measured_in_characters_and_private_ones_in_bytes(kind: CommentKind) -> None:
    public = effect_of(kind) is Effect.REPLY
    fits, long = size(kind, "я" * (2200 if public else 500)), size(kind, "я" * (2201 if public else 501))
    assert not fits.too_long
    assert long.too_long
    assert (long.longest, long.unit) == ((2200, Unit.CHARACTERS) if public else (1000, Unit.BYTES))
    assert size(kind, "\ud83d").length == 1  # half a character breaks nothing


@pytest.mark.parametrize(
    ("kind", "heard", "human_agent", "until"),
    [
        (K.COMMENT, None, False, None),
        (K.MENTION, None, True, None),
        (K.LIVE_COMMENT, None, False, timedelta(days=7)),
        (K.LIVE_COMMENT, None, True, timedelta(days=7)),
        (K.MESSAGE, None, False, timedelta(hours=24)),
        (K.MESSAGE, timedelta(hours=5), False, timedelta(hours=29)),
        (K.STORY_REPLY, timedelta(hours=-5), False, timedelta(hours=24)),
        (K.MESSAGE, timedelta(hours=5), True, timedelta(days=7, hours=5)),
    ],
)
def test_the_window_opens_with_the_newest_words(
    kind: CommentKind, heard: timedelta | None, human_agent: bool, until: timedelta | None
) -> None:
    heard_at = None if heard is None else WRITTEN + heard
    found = window_until(a(kind), heard_at, human_agent=human_agent)
    assert found == (None if until is None else WRITTEN + until)


def test_without_a_time_of_its_own_the_window_opens_with_the_arrival() -> None:
    comment = a(K.MESSAGE, written_at=None, created_at=WRITTEN)
    assert window_until(comment, None) == WRITTEN + timedelta(hours=24)


@pytest.mark.parametrize(
    ("kind", "hours", "needed"),
    [(K.MESSAGE, 23, False), (K.MESSAGE, 25, True), (K.LIVE_COMMENT, 25, False), (K.COMMENT, 25, False)],
)
def test_only_messages_after_a_day_need_the_human_agent(kind: CommentKind, hours: int, needed: bool) -> None:
    assert needs_human_agent(a(kind), None, WRITTEN + timedelta(hours=hours)) is needed


@pytest.mark.parametrize(("kind", "begins"), [(K.COMMENT, True), (K.MENTION, True), (K.MESSAGE, False)])
def test_only_in_public_threads_an_answer_begins_with_the_name(kind: CommentKind, begins: bool) -> None:
    comment = a(kind, parent_instagram_id="1", author_username="anna_k")
    assert addressed(comment, "Спасибо!") == ("@anna_k Спасибо!" if begins else "Спасибо!")


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("@Anna_K, спасибо!", "anna_k", "спасибо!"),
        (" @anna.k спасибо", "anna.k", "спасибо"),
        ("спасибо, @anna_k", None, "спасибо, @anna_k"),
        ("@ спасибо", None, "@ спасибо"),
        ("@anna_k", "anna_k", ""),
    ],
)
def test_whom_a_text_addresses_and_what_it_says(text: str, name: str | None, rest: str) -> None:
    assert addressee(text) == name
    assert unaddressed(text) == rest
