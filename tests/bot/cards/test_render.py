"""What a card says, in both languages and with anybody's words on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.layout import BUDGET
from bot.cards.render import Rendered, render
from bot.texts import LOCALES, texts
from db.life.delivery import DeliveryState
from db.life.draft import DraftState
from db.models.comment import Category, CommentKind
from db.models.draft import DraftOrigin
from db.repositories.cards import CardRows
from sandbox.telegram.entities import units
from sandbox.telegram.html import parse_html
from sandbox.telegram.text import RAW_LIMIT, message_text
from services.decide.superseding import Why
from tests.bot.cards.rows import (
    IVAN,
    NOW,
    PERMALINK,
    STAGES,
    UNDO,
    account,
    approved,
    classification,
    comment,
    delivery,
    draft,
    media,
    rows,
    version,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=400)
NASTY = [
    "<b>жирный</b> & <script>alert(1)</script>",
    "</blockquote></b><a href='tg://user?id=1'>x",
    "&lt;b&gt; &amp; &#x110000; &nbsp",
    "\u202eпривет\u2066 \u0000 \u200b\u200d\ufeff",
    "שלום עולם مرحبا بالعالم",
    "👨‍👩‍👧‍👦" * 3000,
    "e\u0301\u0302\u0303" * 9000,
    "Ж" * 100_000,
    "\n" * 50_000 + "x",
    "@olga_owner /pause@shop_bot " * 4000,
    "\ud800 lone",
    "a" * 1199 + "😀" * 3,
    "<" * 40_000,
    "&" * 40_000,
]


def drawn(shown: CardRows, locale: str = "en", editor: str | None = "Иван") -> Rendered:
    return render(shown, texts(locale), now=NOW, undo=UNDO, editor=editor)


def text_of(shown: CardRows, locale: str = "en", editor: str | None = "Иван") -> str:
    return parse_html(drawn(shown, locale, editor).html)[0]


def quotes(shown: CardRows) -> list[tuple[str, str]]:
    """Kind and words of each quote."""
    text, entities = parse_html(drawn(shown).html)
    raw = text.encode("utf-16-le")
    return [
        (one.type, raw[2 * one.offset : 2 * one.end].decode("utf-16-le"))
        for one in entities
        if one.type.endswith("blockquote")
    ]


def flooded(text: str) -> CardRows:
    """A card on which everything that comes from outside is `text`."""
    return approved(
        delivery(DeliveryState.FAILED, error=text),
        account=account(username=text),
        comment=comment(text=text, author_username=text),
        media=media(caption=text, kind=text, permalink=text),
        classification=classification(injection_suspected=True),
        draft=draft(state=DraftState.REJECTED, version=2, reason=text, decided_at=NOW, why_no_text=text),
        version=version(
            2,
            text=text,
            language=text,
            origin=DraftOrigin.MANAGER,
            hint=text,
            sources=[{"id": "1", "title": text}] * 9,
            flags=[{"check": "price", "found": text}, {"check": text, "found": text}] * 9,
        ),
        previous=version(1, text=text),
        position=20,
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", STAGES)
def test_every_situation_is_told_in_text_and_emoji(name: str, locale: str) -> None:
    shown = text_of(STAGES[name], locale)
    header = shown.splitlines()[0]
    assert header.endswith("#1842 · " + header.split(" · ")[2] + " · shop_main")
    assert not header[0].isalnum()
    assert "{" not in shown
    assert "None" not in shown


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("waiting", ["🟡 Waiting", "❓ Question", "Draft 1 · ru · 82% sure · 📚 Доставка"]),
        ("waiting_without_text", ["✍️ You answer these yourselves"]),
        ("waiting_after_failure", ["🗂 Not sorted yet", "Press Retry"]),
        ("escalated", ["🚨 Handed to seniors by Иван, 13:00"]),
        ("escalated_to", ["🚨 Now with Ольга; handed over by Иван"]),
        ("editing", ["✏️ Иван is editing until 13:09"]),
        ("regenerating", ["🔁 Writing another version"]),
        ("approved", ["✅ Approved by Иван, 12:59", "Goes to Instagram at 13:00:10"]),
        ("approved_and_due", ["About to go"]),
        ("approved_while_paused", ["⏸ Sending is paused until 14:00"]),
        ("approved_and_throttled", ["⏳ Instagram asks us to wait: it goes out after 13:05"]),
        ("approved_without_token", ["🔑 Instagram does not let us in"]),
        ("sending", ["📤 Sending to Instagram"]),
        ("checking", ["checking whether Instagram took the reply"]),
        ("checking_later", ["checking whether Instagram took the reply"]),
        ("sent", ["✅ Approved by Иван", "📬 The reply is on Instagram: 13:00"]),
        ("failed", ["❌ Not sent: the comment was deleted"]),
        ("uncertain", ["❓ I cannot tell", "“It was sent”"]),
        ("dry_run", ["🧪 Dry run: nothing went to Instagram"]),
        ("rejected", ["🚫 No reply (spam): Ольга, 13:00"]),
        ("done", ["Settled without the bot: Ольга"]),
        ("superseded", ["The customer wrote again"]),
        ("expired", ["no longer accepts a reply"]),
        ("edited", ["Version 2, edited by Иван", "Before (version 1):"]),
        ("hidden", ["🙈 The comment is hidden"]),
        ("hiding", ["🙈 Hiding the comment"]),
        ("hide_failed", ["Could not hide it: the app lacks a permission"]),
    ],
)
def test_the_card_says_what_happened_and_who_did_it(name: str, parts: list[str]) -> None:
    shown = text_of(STAGES[name])
    assert [part for part in parts if part not in shown] == []


def test_the_last_line_is_the_status() -> None:
    assert text_of(STAGES["failed"]).splitlines()[-1].startswith("❌ Not sent: ")


def test_the_place_names_post_author_time_and_position() -> None:
    line = text_of(rows(position=3)).splitlines()[1]
    assert line == "💬 Comment on a post “Осенняя распродажа” ↗ · anna_k · 12:58 UTC · no. 3 in the thread"
    assert "20+" in text_of(rows(position=20)).splitlines()[1]


def test_the_place_links_to_the_post_and_to_the_author() -> None:
    html = drawn(rows()).html
    assert f'<a href="{PERMALINK}">' in html
    assert '<a href="https://www.instagram.com/anna_k/">anna_k</a>' in html
    assert f'<tg-time unix="{int(NOW.timestamp()) - 120}" format="t">' in html


@pytest.mark.parametrize(
    ("kind", "media_kind", "expected"),
    [
        (CommentKind.COMMENT, "REELS", "💬 Comment on a reel"),
        (CommentKind.COMMENT, None, "💬 Comment on a post"),
        (CommentKind.COMMENT, "SOMETHING_NEW", "💬 Comment on a post"),
        (CommentKind.LIVE_COMMENT, "LIVE", "🔴 Live comment on a live video"),
        (CommentKind.MENTION, "FEED", "📣 Mention on a post"),
        (CommentKind.MESSAGE, "FEED", "✉️ Message · anna_k"),
        (CommentKind.STORY_REPLY, "STORY", "✉️ Story reply · anna_k"),
    ],
)
def test_the_kind_of_words_and_of_post_is_told(
    kind: CommentKind, media_kind: str | None, expected: str
) -> None:
    shown = rows(comment=comment(kind=kind), media=media(kind=media_kind))
    assert text_of(shown).splitlines()[1].startswith(expected)


def test_a_post_that_is_not_known_yet_is_no_obstacle() -> None:
    shown = rows(media=None, comment=comment(author_username=None, written_at=None, created_at=NOW))
    assert text_of(shown).splitlines()[1] == "💬 Comment · author unknown · 13:00 UTC"


def test_the_customers_words_are_collapsed_and_the_draft_is_not() -> None:
    assert quotes(rows()) == [
        ("expandable_blockquote", "Сколько стоит доставка?"),
        ("blockquote", "Здравствуйте! Доставка по Москве 300 ₽."),
    ]


def test_a_quote_that_begins_with_a_name_stays_a_quote() -> None:
    shown = rows(comment=comment(text="@shop_main цена?"), version=version(text="@anna_k, 300 ₽"))
    assert [words for _, words in quotes(shown)] == ["@shop_main цена?", "@anna_k, 300 ₽"]


def test_after_an_edit_the_former_text_is_there_but_collapsed() -> None:
    assert quotes(STAGES["edited"])[1:] == [
        ("blockquote", "Добрый день! 300 ₽."),
        ("expandable_blockquote", "Здравствуйте! Доставка по Москве 300 ₽."),
    ]
    assert "edited by a manager" in text_of(STAGES["edited"], editor=None)


def test_words_that_show_nothing_are_told_to_be_none() -> None:
    assert "💬 No words" in text_of(rows(comment=comment(text="\u200b \u3164")))
    assert len(quotes(rows(comment=comment(text=" ")))) == 1


def test_a_long_comment_is_cut_and_the_whole_is_a_tap_away() -> None:
    shown = rows(comment=comment(text="слово " * 1000))
    [(_, words), _] = quotes(shown)
    assert units(words) <= 1200
    assert words.endswith("слово…")
    assert f'<a href="{PERMALINK}">… full text on Instagram ↗</a>' in drawn(shown).html
    assert "… full text on Instagram ↗" in text_of(rows(comment=comment(text="слово " * 1000), media=None))


def test_a_long_draft_is_cut_and_says_how_much_is_missing() -> None:
    shown = rows(version=version(text="ж" * 2200))
    [_, (_, words)] = quotes(shown)
    assert units(words) == 1500
    assert "… and 701 more characters: see it all with Edit" in text_of(shown)
    assert "ещё 701 символ:" in text_of(shown, "ru")


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("number", "⚠️ The number “15” is not in the sources"),
        ("price", "⚠️ The price “15” is not in the sources"),
        ("link", "⚠️ The link “15” is not in the sources"),
        ("phone", "⚠️ The phone number “15” is not in the sources"),
        ("handle", "⚠️ The account “15” is not in the sources"),
        ("date", "⚠️ The date “15” is not in the sources"),
        ("language", "⚠️ Not in the customer's language (15)"),
        ("length", "⚠️ Rather long for Instagram: 15"),
        ("markdown", "⚠️ There is markup in the text; Instagram shows it as symbols"),
        ("source", "⚠️ Refers to a source that does not exist: “15”"),
        ("unanswerable", "📭 The knowledge base has no answer: 15"),
        ("injection", "🛑 The comment tries to command the bot: read the reply with care"),
        ("of_the_future", "⚠️ Please check before sending: “15”"),
    ],
)
def test_failed_checks_are_told_in_words(check: str, expected: str) -> None:
    assert expected in text_of(rows(version=version(flags=[{"check": check, "found": "15"}]))).splitlines()


def test_a_missing_answer_may_lack_its_question() -> None:
    shown = text_of(rows(version=version(flags=[{"check": "unanswerable", "found": ""}])))
    assert "📭 The knowledge base has no answer" in shown.splitlines()


@pytest.mark.parametrize(
    ("error", "seconds", "expected"),
    [
        ("our own limit of replies per hour", 300, "⏳ We keep within Instagram's limits: it goes out after"),
        ("reply: auth (#190)", 300, "🔑 Instagram does not let us in: I will try again after 13:05"),
        ("no usable token", 300, "🔑 Instagram does not let us in: I will try again after 13:05"),
        ("the author's words", 300, "⏳ It goes out after 13:05"),
        (None, 300, "⏳ It goes out after 13:05"),
        ("reply: throttled (#4)", 2, "⏳ About to go to Instagram"),
        ("reply: throttled (#4)", -60, "⏳ About to go to Instagram"),
    ],
)
def test_a_reply_that_waits_says_why_and_until_when(error: str | None, seconds: int, expected: str) -> None:
    waiting = delivery(
        DeliveryState.PLANNED,
        send_after=NOW - timedelta(minutes=1),
        next_attempt_at=NOW + timedelta(seconds=seconds),
        error=error,
    )
    assert text_of(approved(waiting)).splitlines()[-1].startswith(expected)


def test_many_failed_checks_are_counted() -> None:
    flags = [{"check": "number", "found": str(number)} for number in range(8)]
    shown = text_of(rows(version=version(flags=flags)))
    assert shown.count("⚠️ The number") == 5
    assert "⚠️ … and 3 more remarks" in shown


def test_flags_and_sources_of_an_unknown_shape_are_no_obstacle() -> None:
    odd: list[Any] = ["price", None, {}, {"check": None}]
    shown = text_of(rows(version=version(flags=odd, sources=[None, "x", {}])))
    assert shown.count("⚠️ Please check") == 2


def test_only_some_sources_are_named() -> None:
    sources = [{"id": str(n), "title": f"Раздел {n}"} for n in range(5)]
    assert "📚 Раздел 0, Раздел 1, Раздел 2 +2" in text_of(rows(version=version(sources=sources)))


def test_a_wish_is_shown_with_the_version_it_made() -> None:
    assert "💡 короче" in text_of(rows(version=version(2, hint="короче")))


def test_an_attempt_to_command_the_bot_is_marked() -> None:
    shown = rows(classification=classification(injection_suspected=True))
    assert "🛡" in text_of(shown).splitlines()[2]


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ("withheld", "✋ No draft on purpose"),
        ("manual", "✍️ You answer these yourselves"),
        ("llm_failed", "🤖 The model could not"),
        ("hide_proposed", "🙈 I suggest hiding"),
        ("edited", "✏️ The customer changed the text"),
        ("attachment", "📎 No words, just an attachment"),
        ("step_failed", "⚠️ Processing failed"),
        ("unanswerable", "📭 The knowledge base has no answer"),
        ("of_the_future", "✍️ There is no draft yet"),
        (None, "✍️ There is no draft yet"),
    ],
)
def test_the_card_says_why_there_is_no_text(why: str | None, expected: str) -> None:
    assert expected in text_of(rows(draft=draft(version=0, why_no_text=why), version=None))


def test_a_reason_in_a_managers_own_words_is_shown() -> None:
    rejected = draft(state=DraftState.REJECTED, reason="знакомый <владельца>", decided_at=NOW)
    assert "No reply (знакомый <владельца>): Иван" in text_of(rows(draft=rejected, decided_by=IVAN))


def test_a_decision_without_a_person_is_a_policys() -> None:
    shown = approved(delivery(DeliveryState.PLANNED), decided_by=None)
    assert "✅ Approved by a policy, 12:59" in text_of(shown)
    assert "✅ Одобрено: автоматически, 12:59" in text_of(shown, "ru")


def test_trouble_of_an_unknown_class_has_words_too() -> None:
    assert "❌ Not sent: something went wrong" in text_of(
        approved(delivery(DeliveryState.FAILED, error="reply: refused 1/2 (#1) secret"))
    )


@pytest.mark.parametrize(
    ("shown", "silent"),
    [
        (rows(classification=classification(Category.URGENT)), False),
        (rows(classification=classification(Category.COMPLAINT)), False),
        (rows(draft=draft(urgent=True)), False),
        (rows(classification=None), False),
        (rows(classification=classification(Category.QUESTION)), True),
        (rows(classification=classification(Category.PRAISE)), True),
        (rows(classification=classification(Category.TOXIC)), True),
        (rows(classification=classification(Category.SPAM)), True),
        (rows(classification=classification(Category.PARTNERSHIP)), True),
    ],
)
def test_only_what_cannot_wait_rings(shown: CardRows, silent: bool) -> None:
    assert drawn(shown).silent is silent


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_telegram_reads_a_card_full_of_hostile_words(text: str, locale: str) -> None:
    html = drawn(flooded(text), locale, editor=text).html
    assert len(html.encode()) <= RAW_LIMIT
    styled = message_text(html, "HTML", None, lambda _id: None)
    assert units(styled.text) <= BUDGET
    assert len(styled.entities) <= 100
    assert not {"mention", "bot_command"} & {entity["type"] for entity in styled.entities}


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT)
def test_telegram_reads_a_card_with_any_words(text: str) -> None:
    styled = message_text(drawn(flooded(text), editor=text).html, "HTML", None, lambda _id: None)
    assert 0 < units(styled.text) <= BUDGET


def test_a_card_at_every_limit_keeps_draft_and_status() -> None:
    full = flooded("я" * 5000)
    shown = text_of(full, editor="я" * 500)
    assert units(shown) <= BUDGET
    assert "я" * 1499 + "…" in shown
    assert "🚫 No reply (" in shown.splitlines()[-1]


@pytest.mark.parametrize("why", list(Why))
@pytest.mark.parametrize("locale", LOCALES)
def test_a_superseded_card_says_what_the_customer_or_a_colleague_did(locale: str, why: Why) -> None:
    shown = rows(draft=draft(state=DraftState.SUPERSEDED, reason=why.value))
    assert texts(locale)(f"card.superseded.{why.value}") in text_of(shown, locale)


def test_what_was_attached_is_named_once_each() -> None:
    attachments = ["image", "image", "hologram"]
    shown = rows(comment=comment(text="", kind=CommentKind.MESSAGE, attachments=attachments))
    assert "💬 No words" in text_of(shown)
    assert "📎 Attached: a photo, an attachment." in text_of(shown)


def test_an_edited_comment_says_so() -> None:
    shown = rows(comment=comment(edited_at=NOW - timedelta(minutes=1)))
    assert "✏️ The customer changed the text: 12:59 UTC" in text_of(shown)


def test_an_answer_to_a_live_comment_is_announced_as_a_direct_message() -> None:
    shown = rows(comment=comment(kind=CommentKind.LIVE_COMMENT))
    assert "goes out as a direct message" in text_of(shown)


def test_a_throttled_account_says_until_when_its_replies_wait() -> None:
    shown = approved(
        delivery(DeliveryState.PLANNED), account=account(throttled_until=NOW + timedelta(minutes=30))
    )
    assert "⏳ Instagram asks us to wait: it goes out after 13:30 UTC" in text_of(shown)
