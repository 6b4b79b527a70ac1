"""What people are to see is raised in the transaction of its cause, and drawn after it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import text

from db.engine import Database
from db.life.draft import DraftState
from db.models import Alert
from db.models.alert import AlertState, Severity
from db.models.manager import Role
from db.models.telegram_update import UpdateState
from db.repositories import accounts, alerts, cards, drafts, managers
from db.repositories import updates as stored_updates
from services.alerts import raise_alert, resolve_alert
from services.cards import show
from services.opening import dead_letter, open_card
from services.updates import store
from tests.building import IVAN, OLGA, SUPERSEDING, a_comment, a_scene, an_account, people


class Undone(Exception):
    """The cause went wrong in the end."""


async def queued(db: Database) -> list[tuple[str, str | None, int]]:
    """Step, key and priority of every job."""
    async with db.transaction() as tx:
        rows = await tx.session.execute(
            text("SELECT entrypoint, dedupe_key, priority FROM pgqueuer ORDER BY id")
        )
        return [(row[0], row[1], row[2]) for row in rows]


async def open_alert(db: Database) -> Alert:
    async with db.transaction() as tx:
        (alert,) = await alerts.open_alerts(tx.session)
        return alert


# Alerts


async def test_one_cause_is_one_alert_that_counts(db: Database) -> None:
    for count in (1, 2, 3):
        async with db.transaction() as tx:
            await raise_alert(tx, "quarantined", "x", problem=f"problem {count}")

    alert = await open_alert(db)
    assert (alert.count, alert.wanted_rev, alert.rendered_rev) == (3, 3, 0)
    assert alert.params == {"problem": "problem 3"}
    assert alert.severity is Severity.WARNING
    assert [job[1] for job in await queued(db)] == [f"alert:{alert.id}:{rev}" for rev in (1, 2, 3)]
    assert len(alert.nonce) == 22


async def test_another_subject_is_another_alert(db: Database) -> None:
    async with db.transaction() as tx:
        await raise_alert(tx, "quarantined", "x")
        await raise_alert(tx, "quarantined", "y", severity=Severity.CRITICAL)
        assert [alert.fingerprint for alert in await alerts.open_alerts(tx.session)] == [
            "quarantined:x",
            "quarantined:y",
        ]


async def test_what_never_happened_is_told_to_nobody(db: Database) -> None:
    with suppress(Undone):
        async with db.transaction() as tx:
            await raise_alert(tx, "quarantined")
            raise Undone

    async with db.transaction() as tx:
        assert await alerts.open_alerts(tx.session) == []
    assert await queued(db) == []


async def test_a_resolved_alert_is_history_and_the_next_one_new(db: Database) -> None:
    async with db.transaction() as tx:
        first = await raise_alert(tx, "quarantined")
    async with db.transaction() as tx:
        assert await resolve_alert(tx, "quarantined")
        assert not await resolve_alert(tx, "quarantined"), "nobody is told twice"
        assert not await resolve_alert(tx, "never raised")
    async with db.transaction() as tx:
        second = await raise_alert(tx, "quarantined")

    assert second.id != first.id
    assert second.count == 1
    assert [job[1] for job in await queued(db)] == [
        f"alert:{first.id}:1",
        f"alert:{first.id}:2",
        f"alert:{second.id}:1",
    ]


async def test_an_alert_is_acknowledged_once(db: Database) -> None:
    async with db.transaction() as tx:
        await people(tx)
        alert = await raise_alert(tx, "quarantined")
    async with db.transaction() as tx:
        taken = await alerts.acknowledge(tx.session, alert.nonce, OLGA.id or 0)
        assert taken is not None
        assert (taken.state, taken.acknowledged_by) == (AlertState.ACKNOWLEDGED, OLGA.id)
        assert await alerts.acknowledge(tx.session, alert.nonce, IVAN.id or 0) is None
        again = await raise_alert(tx, "quarantined")
        assert (again.id, again.state, again.count) == (alert.id, AlertState.ACKNOWLEDGED, 2)
        assert await alerts.mute(tx.session, alert.nonce, timedelta(hours=1)) is not None
        await resolve_alert(tx, "quarantined")
        assert await alerts.mute(tx.session, alert.nonce, timedelta(hours=1)) is None


async def test_an_alert_is_drawn_by_one_hand_at_a_time(db: Database) -> None:
    lease = timedelta(seconds=15)
    async with db.transaction() as tx:
        alert = await raise_alert(tx, "quarantined")
        assert [stale.id for stale in await alerts.stale(tx.session)] == [alert.id]
    async with db.transaction() as tx:
        mine = await alerts.claim(tx.session, alert.id, lease)
        assert mine is not None
        assert await alerts.claim(tx.session, alert.id, lease) is None
        assert await alerts.stale(tx.session) == []
    async with db.transaction() as tx:
        await tx.session.execute(text("UPDATE alerts SET lease_until = now() - interval '1 s'"))
        theirs = await alerts.claim(tx.session, alert.id, lease)
        assert theirs is not None
    async with db.transaction() as tx:
        assert await alerts.drawn(tx.session, mine, 1, message_id=7) is None, "the lease was lost"
        assert await alerts.postpone(tx.session, mine, lease, "late") is None
        postponed = await alerts.postpone(tx.session, theirs, lease, "TelegramRetryAfter")
        assert postponed is not None
        assert await alerts.stale(tx.session) == [], "not before its time"
        drawn = await alerts.drawn(tx.session, theirs, 1, message_id=7)
        assert drawn is not None
        assert (drawn.rendered_rev, drawn.message_id, drawn.attempts, drawn.error) == (1, 7, 0, None)
        assert await alerts.stale(tx.session) == []
        assert await alerts.claim(tx.session, alert.id, lease) is None


async def test_alerts_follow_a_group_that_became_a_supergroup(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx, chat_id=-1)
        moved = await raise_alert(tx, "a", chat_id=-1)
        await raise_alert(tx, "b", chat_id=-1)
        await resolve_alert(tx, "b")
        await raise_alert(tx, "c", chat_id=-2)
        await alerts.move_chat(tx.session, -1, -100)
        await accounts.move_chat(tx.session, -1, -100)
    async with db.transaction() as tx:
        chats = await tx.session.execute(text("SELECT chat_id, wanted_rev FROM alerts ORDER BY id"))
        assert [tuple(row) for row in chats] == [(-100, 2), (-1, 2), (-2, 1)]
        assert moved.id
        assert (await accounts.get(tx.session, account.id)).chat_id == -100


# Cards


async def test_a_card_is_wanted_once_a_revision_and_urgent_ones_first(db: Database) -> None:
    scene = await a_scene(db)
    async with db.transaction() as tx:
        card = await show(tx, scene.draft)
        assert card is not None
        assert (card.id, card.wanted_rev) == (scene.card.id, scene.card.wanted_rev + 1)
    async with db.transaction() as tx:
        scene.draft.urgent = True
        await show(tx, scene.draft, scene.account)

    rev = scene.card.wanted_rev
    assert await queued(db) == [
        ("render_card", f"card:{scene.card.id}:{rev + 1}", 0),
        ("render_card", f"card:{scene.card.id}:{rev + 2}", 10),
    ]


async def test_without_a_chat_there_is_no_card(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx, chat_id=None)
        draft = await drafts.open_for(tx.session, await a_comment(tx, account))
        assert await show(tx, draft) is None
    assert await queued(db) == []


async def test_a_comment_comes_before_the_managers(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx)
        comment = await a_comment(tx, account)
        withheld = await open_card(tx, comment, account, SUPERSEDING, why_no_text="withheld", urgent=True)
        assert withheld is not None
        assert (withheld.state, withheld.version) == (DraftState.PENDING, 0)
        assert (withheld.why_no_text, withheld.urgent) == ("withheld", True)
    async with db.transaction() as tx:
        answered = await open_card(tx, comment, account, SUPERSEDING, version=2)
        assert answered is not None
        assert (answered.id, answered.version, answered.why_no_text) == (withheld.id, 2, None)
        assert await cards.of_draft(tx.session, answered.id) is not None


async def test_a_dead_letter_is_on_a_card_and_an_outage_is_one_alert(db: Database) -> None:
    async with db.transaction() as tx:
        account = await an_account(tx)
        for number in ("1", "2"):
            await dead_letter(tx, await a_comment(tx, account, number), account, "classify", "TimeoutError")

    alert = await open_alert(db)
    assert (alert.fingerprint, alert.count) == (f"dead_letter:{account.id}:classify:TimeoutError", 2)
    assert alert.severity is Severity.CRITICAL
    assert [job[0] for job in await queued(db)].count("render_card") == 2


async def test_the_dead_letters_of_two_accounts_are_two_alerts(db: Database) -> None:
    async with db.transaction() as tx:
        both = [
            await an_account(tx, instagram_id) for instagram_id in ("17841400000000001", "17841400000000002")
        ]
        for number, account in enumerate(both):
            await dead_letter(
                tx, await a_comment(tx, account, str(number)), account, "classify", "TimeoutError"
            )
        told = [(alert.account_id, alert.count) for alert in await alerts.open_alerts(tx.session)]
    assert told == [(account.id, 1) for account in both]


# Updates of Telegram


async def test_an_update_is_stored_once_and_wakes_its_handler_once(db: Database) -> None:
    async with db.transaction() as tx:
        assert await store(tx, [{"update_id": 7, "message": {}}, {"update_id": 8}]) == 2
    async with db.transaction() as tx:
        assert await store(tx, [{"update_id": 8}, {"update_id": 9}, {"update_id": 9}]) == 1
        assert await store(tx, []) == 0

    assert await queued(db) == [("telegram_update", f"update:{number}", 20) for number in (7, 8, 9)]


async def test_an_update_is_handled_by_one_hand_and_counted(db: Database) -> None:
    async with db.transaction() as tx:
        await store(tx, [{"update_id": 7}, {"update_id": 8}])
    async with db.transaction() as tx:
        assert await stored_updates.take(tx.session, 7) is not None
        async with db.transaction() as other:
            assert await stored_updates.take(other.session, 7) is None
            assert await stored_updates.take(other.session, 6) is None
        assert await stored_updates.count_attempt(tx.session, 7, "TimeoutError") == 1
        assert await stored_updates.count_attempt(tx.session, 6, "TimeoutError") == 0
    async with db.transaction() as tx:
        await stored_updates.settle(tx.session, 7, UpdateState.PROCESSED)
        assert await stored_updates.take(tx.session, 7) is None
        assert await stored_updates.stranded(tx.session, timedelta(hours=1)) == []
        await tx.session.execute(text("UPDATE telegram_updates SET created_at = now() - interval '2 h'"))
        assert await stored_updates.stranded(tx.session, timedelta(hours=1)) == [8]


# People


async def test_people_are_appointed_once_and_named(db: Database) -> None:
    async with db.transaction() as tx:
        await people(tx)
        await managers.appoint(tx.session, 504, Role.OWNER)
        await managers.appoint(tx.session, OLGA.id or 0, Role.MANAGER)
        await managers.change(tx.session, IVAN.id or 0, active=False)
    async with db.transaction() as tx:
        olga = await managers.find(tx.session, OLGA.id or 0)
        assert olga is not None
        assert (olga.name, olga.role) == ("Ольга", Role.SENIOR)
        assert await managers.find(tx.session, IVAN.id or 0) is None
        assert [person.id for person in await managers.active(tx.session)] == [504, 501, 503]
        assert await managers.names(tx.session, [501, 502, 999]) == {501: "Ольга", 502: "Иван"}
