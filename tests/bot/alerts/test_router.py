"""A press on an alert."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import select

from bot.alerts.callbacks import AlertCallback, AlertPress
from bot.alerts.router import handle
from bot.texts import LOCALES, texts
from db.engine import Database
from db.models import Alert, Manager
from db.models.alert import AlertState
from db.models.manager import Role
from db.queue import Step
from db.repositories import managers
from services.alerts import raise_alert, resolve_alert
from tests.bot.builders import IVAN
from tests.bot.jobs import forget_jobs, queued


@pytest.fixture
async def ivan(db: Database) -> Manager:
    async with db.transaction() as tx:
        await managers.appoint(tx.session, IVAN.id, Role.MANAGER)
        found = await managers.find(tx.session, IVAN.id)
        assert found is not None
        return found


async def raised(db: Database) -> Alert:
    async with db.transaction() as tx:
        return await raise_alert(tx, "instagram_down")


async def press(db: Database, ivan: Manager, alert: Alert, what: AlertPress) -> str | None:
    async with db.transaction() as tx:
        return await handle(tx, ivan, AlertCallback(what, alert.nonce).pack())


async def alert_now(db: Database) -> Alert:
    async with db.transaction() as tx:
        return (await tx.session.execute(select(Alert))).scalar_one()


async def test_acknowledging_names_the_manager_and_redraws(db: Database, ivan: Manager) -> None:
    alert = await raised(db)
    await forget_jobs(db)
    assert await press(db, ivan, alert, AlertPress.ACKNOWLEDGE) == "toast.alert_acknowledged"
    after = await alert_now(db)
    assert (after.state, after.acknowledged_by) == (AlertState.ACKNOWLEDGED, IVAN.id)
    assert [job.row for job in await queued(db, Step.RENDER_ALERT)] == [alert.id]


async def test_the_second_one_hears_that_somebody_was_faster(db: Database, ivan: Manager) -> None:
    alert = await raised(db)
    await press(db, ivan, alert, AlertPress.ACKNOWLEDGE)
    assert await press(db, ivan, alert, AlertPress.ACKNOWLEDGE) == "toast.alert_settled"


async def test_muting_lasts_an_hour_and_redraws(db: Database, ivan: Manager) -> None:
    alert = await raised(db)
    await forget_jobs(db)
    assert await press(db, ivan, alert, AlertPress.MUTE) == "toast.alert_muted"
    after = await alert_now(db)
    assert after.muted_until is not None
    assert 3590 < (after.muted_until - alert.created_at).total_seconds() < 3700
    assert len(await queued(db, Step.RENDER_ALERT)) == 1


@pytest.mark.parametrize("what", AlertPress)
async def test_an_alert_that_is_over_needs_nobody(db: Database, ivan: Manager, what: AlertPress) -> None:
    alert = await raised(db)
    async with db.transaction() as tx:
        assert await resolve_alert(tx, "instagram_down")
    assert await press(db, ivan, alert, what) == "toast.alert_settled"


async def test_an_unknown_nonce_changes_nothing(db: Database, ivan: Manager) -> None:
    alert = await raised(db)
    alert.nonce = secrets.token_urlsafe(16)
    assert await press(db, ivan, alert, AlertPress.MUTE) == "toast.alert_settled"
    assert (await alert_now(db)).muted_until is None


@pytest.mark.parametrize("data", ["", "d:ap:x:1", "a:zz:A-b_0123456789abcdefgh"])
async def test_what_is_not_of_an_alert_is_left_to_others(db: Database, ivan: Manager, data: str) -> None:
    async with db.transaction() as tx:
        assert await handle(tx, ivan, data) is None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("toast", ["toast.alert_acknowledged", "toast.alert_muted", "toast.alert_settled"])
def test_every_answer_has_words_that_fit_a_toast(toast: str, locale: str) -> None:
    assert len(texts(locale)(toast)) <= 200
