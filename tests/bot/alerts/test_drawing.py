"""Alerts reach people: one message per cause, never a flood, never a loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.alerts.callbacks import AlertCallback, AlertPress
from bot.alerts.drawing import PAUSE, AlertDrawer
from bot.alerts.router import handle
from bot.outgoing import Outgoing
from db.models import Alert
from db.models.alert import Severity
from db.queue import Step
from db.repositories import managers
from services.alerts import raise_alert, resolve_alert
from services.limits import Limits
from tests.bot.builders import IVAN, OLGA, an_account
from tests.bot.conftest import World
from tests.bot.jobs import forget_jobs, queued

SUPERGROUP = -1_009_999_999_997


@dataclass
class Scene:
    """One cause that happens again and again, and who shows it."""

    world: World
    drawer: AlertDrawer

    async def raised(self, kind: str = "instagram_down", times: int = 1, **values: Any) -> int:
        """The cause happens `times` times; the alert's id."""
        for _ in range(times - 1):
            async with self.world.db.transaction() as tx:
                await raise_alert(tx, kind, **values)
        async with self.world.db.transaction() as tx:
            return (await raise_alert(tx, kind, **values)).id

    async def over(self) -> None:
        async with self.world.db.transaction() as tx:
            await resolve_alert(tx, "instagram_down")

    async def press(self, what: AlertPress) -> None:
        alert = await self.alert()
        async with self.world.db.transaction() as tx:
            await managers.change(tx.session, IVAN.id, name="Иван")
            ivan = await managers.find(tx.session, IVAN.id)
            assert ivan is not None
            await handle(tx, ivan, AlertCallback(what, alert.nonce).pack())

    async def draw(self) -> None:
        await self.drawer((await self.alert()).id)

    async def alert(self) -> Alert:
        [alert] = await self.world.rows(Alert)
        assert isinstance(alert, Alert)
        return alert

    async def back(self, by: timedelta) -> None:
        """Let `by` pass: everything so far happened that much earlier."""
        async with self.world.db.transaction() as tx:
            await tx.session.execute(
                update(Alert).values(
                    last_at=Alert.last_at - by,
                    next_attempt_at=Alert.next_attempt_at - by,
                    muted_until=Alert.muted_until - by,
                )
            )

    async def text(self, chat_id: int | None = None) -> str:
        """What the only message says."""
        [message] = await self.world.messages(chat_id)
        return str(message["text"])

    async def edits(self) -> int:
        return len(await self.world.calls("editMessageText"))


@pytest.fixture
async def limits(redis_url: str) -> AsyncIterator[Limits]:
    limits = Limits(redis_url)
    yield limits
    await limits.close()


@pytest.fixture
def scene(world: World, limits: Limits) -> Scene:
    return Scene(world, AlertDrawer(world.db, Outgoing(world.bot, limits, 600), world.options, OLGA.id))


async def test_an_alert_is_posted_with_sound_and_remembered(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    alert = await scene.alert()
    [message] = await scene.world.messages()
    assert (alert.chat_id, alert.message_id) == (scene.world.group, message["message_id"])
    assert alert.rendered_rev == alert.wanted_rev
    assert message["text"].startswith("🟠 Instagram не отвечает")
    [call] = await scene.world.calls("sendMessage")
    assert str(call["params"].get("disable_notification", False)).lower() == "false"


async def test_repetitions_count_up_in_the_same_message(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await scene.back(PAUSE)
    await scene.raised(times=36)
    await scene.draw()
    assert "×37" in await scene.text()
    assert await scene.edits() == 1


async def test_quick_repetitions_make_one_edit_in_ten_seconds(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await forget_jobs(scene.world.db)
    for _ in range(20):
        await scene.raised()
        await scene.draw()
    assert await scene.edits() == 0
    later = [job for job in await queued(scene.world.db, Step.RENDER_ALERT) if job.after > 0]
    assert 1 <= len(later) <= 2  # one per pause, however often it happened
    assert 5 < later[0].after <= PAUSE.total_seconds()
    await scene.back(PAUSE)
    await scene.draw()
    assert "×21" in await scene.text()
    assert await scene.edits() == 1


async def test_what_a_person_does_is_shown_at_once(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await scene.press(AlertPress.ACKNOWLEDGE)
    await scene.draw()
    assert "👀 Занимается Иван" in await scene.text()


async def test_the_end_of_the_trouble_is_shown_at_once(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await scene.raised()
    await scene.over()
    await scene.draw()
    assert (await scene.text()).startswith("✅ Снова в порядке: Instagram не отвечает")
    [message] = await scene.world.messages()
    assert "reply_markup" not in message


async def test_trouble_that_was_over_before_it_was_told_is_not_told(scene: Scene) -> None:
    await scene.raised()
    await scene.over()
    await scene.draw()
    assert await scene.world.messages() == []


async def test_new_trouble_after_the_end_is_a_new_message(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await scene.over()
    await scene.draw()
    again = await scene.raised()
    await scene.drawer(again)
    assert len(await scene.world.messages()) == 2


async def test_a_muted_alert_says_so_and_counts_on_silently(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await scene.press(AlertPress.MUTE)
    await scene.draw()
    assert "🔕" in await scene.text()
    assert await scene.edits() == 1
    for _ in range(3):
        await scene.back(PAUSE)
        await scene.raised()
        await scene.draw()
        alert = await scene.alert()
        assert alert.rendered_rev == alert.wanted_rev
    assert await scene.edits() == 1
    await scene.back(timedelta(hours=1))
    await scene.raised()
    await scene.draw()
    assert "×5" in await scene.text()
    assert "🔕" not in await scene.text()


async def test_a_muted_alert_still_shows_who_takes_care_and_that_it_is_over(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await scene.press(AlertPress.MUTE)
    await scene.draw()
    await scene.raised()
    await scene.draw()
    await scene.press(AlertPress.ACKNOWLEDGE)
    await scene.draw()
    assert "👀" in await scene.text()
    await scene.over()
    await scene.draw()
    assert (await scene.text()).startswith("✅")


async def test_a_repetition_just_before_the_mute_does_not_hide_it(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await scene.back(PAUSE)
    await scene.raised()
    await scene.press(AlertPress.MUTE)
    await scene.draw()
    assert "🔕" in await scene.text()


async def test_two_drawers_at_once_post_one_alert(scene: Scene) -> None:
    alert_id = await scene.raised()
    await scene.world.control("faults", operation="sendMessage", kind="delay", seconds=0.3, times=3)
    await asyncio.gather(*(scene.drawer(alert_id) for _ in range(3)))
    assert len(await scene.world.messages()) == 1


async def test_a_deleted_alert_comes_back(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    old = (await scene.alert()).message_id
    await scene.world.control("chat", action="delete_message", message_id=old)
    await scene.press(AlertPress.ACKNOWLEDGE)
    await scene.draw()
    await scene.draw()
    [message] = await scene.world.messages()
    assert (await scene.alert()).message_id == message["message_id"] != old


async def test_without_the_chat_the_owner_is_told_directly(scene: Scene) -> None:
    await scene.raised("chat_lost", chat=scene.world.group, severity=Severity.CRITICAL)
    await scene.world.control("chat", action="kick")
    await scene.draw()
    await scene.draw()
    assert "больше не могу писать" in await scene.text(OLGA.id)
    alert = await scene.alert()
    assert (alert.chat_id, alert.count) == (OLGA.id, 1)


async def test_an_alert_that_reaches_nobody_makes_no_more_alerts(scene: Scene) -> None:
    await scene.raised("chat_lost", chat=scene.world.group)
    await scene.world.control("chat", action="kick")
    await scene.world.control("chat", action="block", user_id=OLGA.id)
    await forget_jobs(scene.world.db)
    await scene.draw()
    await scene.draw()
    alert = await scene.alert()
    assert alert.rendered_rev == alert.wanted_rev
    assert (alert.chat_id, alert.message_id, alert.count) == (None, None, 1)
    before = len(await scene.world.calls("sendMessage"))
    await scene.draw()
    assert len(await scene.world.calls("sendMessage")) == before == 2
    await scene.world.control("chat", action="unkick")
    await scene.back(PAUSE)
    await scene.raised("chat_lost", chat=scene.world.group)
    await scene.draw()
    assert any("×2" in message.get("text", "") for message in await scene.world.messages())


async def test_without_an_owner_a_lost_chat_is_only_logged(world: World, limits: Limits) -> None:
    scene = Scene(world, AlertDrawer(world.db, Outgoing(world.bot, limits, 600), world.options, None))
    await scene.raised()
    await world.control("chat", action="kick")
    await scene.draw()
    assert len(await world.calls("sendMessage")) == 1
    assert len(await world.rows(Alert)) == 1


async def test_alerts_follow_a_group_that_became_a_supergroup(scene: Scene) -> None:
    await scene.world.control("chat", action="migrate", new_chat_id=SUPERGROUP)
    first = await scene.raised()
    await scene.drawer(first)
    await scene.drawer(first)
    rows = await scene.world.rows(Alert)
    assert [(row.kind, row.chat_id) for row in rows] == [
        ("instagram_down", SUPERGROUP),
        ("chat_moved", SUPERGROUP),
    ]
    await scene.drawer(rows[1].id)
    told = [message["text"] for message in await scene.world.messages(SUPERGROUP) if "text" in message]
    assert len(told) == 2
    assert f"TELEGRAM_CHAT_ID={SUPERGROUP}" in told[1]


async def test_an_alert_waits_as_long_as_telegram_asks(scene: Scene) -> None:
    await scene.raised()
    await forget_jobs(scene.world.db)
    await scene.world.control("faults", operation="sendMessage", kind="status", code=429, retry_after=20)
    await scene.draw()
    [job] = await queued(scene.world.db, Step.RENDER_ALERT)
    assert 20 <= job.after <= 23
    assert (await scene.alert()).error == "Postponed"


async def test_an_alert_that_telegram_calls_wrong_waits_longer_and_longer(scene: Scene) -> None:
    await scene.raised()
    await forget_jobs(scene.world.db)
    await scene.world.control("faults", operation="sendMessage", kind="status", code=400, times=3)
    for _ in range(3):
        await scene.draw()
        await scene.back(timedelta(minutes=5))
    delays = [job.after for job in await queued(scene.world.db, Step.RENDER_ALERT)]
    assert delays == sorted(delays)
    assert delays[0] >= 5
    assert delays[2] >= 20
    assert len(await scene.world.rows(Alert)) == 1


async def test_an_alert_speaks_the_language_of_its_account(scene: Scene) -> None:
    account = await an_account(scene.world.db, scene.world.group)
    async with scene.world.db.transaction() as tx:
        tx.session.add(account)
        account.locale = "en"
    await scene.raised(account_id=account.id)
    await scene.draw()
    assert (await scene.text()).startswith("🟠 Instagram does not answer")


async def test_an_alert_of_one_chat_goes_there(scene: Scene) -> None:
    await scene.raised(chat_id=IVAN.id)
    await scene.draw()
    assert "Instagram не отвечает" in await scene.text(IVAN.id)
    assert await scene.world.messages() == []


async def test_an_unknown_alert_costs_no_call(scene: Scene) -> None:
    await scene.drawer(12345)
    await scene.drawer(None)
    assert await scene.world.calls("sendMessage") == []


async def test_an_alert_that_is_right_costs_no_call(scene: Scene) -> None:
    await scene.raised()
    await scene.draw()
    await scene.draw()
    assert await scene.edits() == 0


async def test_an_alert_about_an_account_goes_to_the_accounts_own_chat(scene: Scene) -> None:
    account = await an_account(scene.world.db, OLGA.id, "second_shop")
    await scene.raised(account_id=account.id)
    await scene.draw()
    assert (await scene.alert()).chat_id == OLGA.id
    assert not await scene.world.messages(scene.world.group)
