"""No comment is lost: not to a service that was down, not to lost webhooks, not to a poisoned neighbour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.acceptance.installation import Installation, eventually

PRICE = "Сколько стоит свеча «Прованс»?"
MISSED = "Instagram не сообщил о комментариях аккаунта lavanda_home"
LOST = 60  # comments, of which one in five is lost
BATCH = 1000  # the most that Meta puts in one body
LONG = 240.0  # seconds for hundreds of comments on a busy machine


async def _written(installation: Installation, number: int, minutes: float, **more: Any) -> str:
    """A comment that somebody wrote some minutes ago."""
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    text = f"{PRICE} №{number:03d}"
    return await installation.comment(text, f"customer{number}", at=at.isoformat(), **more)


async def _known_for_long(installation: Installation) -> None:
    """The account was connected yesterday: what was written before that was not missed."""
    await installation.compared()
    await installation.sql("UPDATE accounts SET created_at = created_at - interval '1 day'")


async def _comments(installation: Installation) -> list[str]:
    """The customers' comments that we know, by Instagram's ids, in order."""
    entries = await installation.audit()
    return sorted(one["comment_id"] for one in entries if one["type"] == "comment" and one["state"] != "own")


async def _all_in(installation: Installation, wanted: list[str]) -> None:
    async def there() -> bool | None:
        return True if await _comments(installation) == sorted(wanted) else None

    await eventually("every comment is there once", there, LONG)


async def test_what_was_written_while_the_service_was_down_comes_in_once(service: Installation) -> None:
    await _known_for_long(service)
    assert await service.stop() == 0
    await service.post("instagram", "switches", {"lose": 1.0})
    posts = service.info["media_ids"]
    wanted = [await _written(service, number, 10, media_id=posts[number % 3]) for number in range(6)]
    wanted.append(await _written(service, 6, 9, media_id=posts[0], parent_id=wanted[0]))
    deliveries = await service.get("instagram", "deliveries")
    assert {delivery["state"] for delivery in deliveries} == {"lost"}
    await service.start()
    await _all_in(service, wanted)
    told = await service.told(MISSED)
    assert ": 7," in told["text"]
    states = await service.quiet()
    for number in range(7):
        assert len(await service.cards(f"№{number:03d}")) == 1

    await service.post("instagram", "switches", {"lose": 0.0})
    for written in wanted:  # Meta remembers after all
        again = await service.post("instagram", "redeliver", {"id": written})
        assert again["statuses"] == [200]
    after = await service.quiet()
    assert (after["comments"], after["drafts"]) == (states["comments"], states["drafts"])
    assert await _comments(service) == sorted(wanted)


async def test_comments_whose_webhooks_were_lost_are_found_by_the_comparison(service: Installation) -> None:
    await _known_for_long(service)
    await service.post("instagram", "switches", {"seed": "lost", "lose": 0.2})
    posts = service.info["media_ids"]
    wanted: list[str] = []
    for number in range(LOST):
        parent = wanted[number - 3] if number % 10 == 3 else None
        more = {"parent_id": parent} if parent else {}
        wanted.append(
            await _written(service, number, 59 - number * 56 / LOST, media_id=posts[number % 3], **more)
        )
    deliveries = await service.get("instagram", "deliveries")
    lost = sum(delivery["state"] == "lost" for delivery in deliveries)
    assert 0 < lost < LOST
    await service.quiet(LONG)
    assert len(await _comments(service)) == LOST - lost
    assert await service.stop() == 0
    await service.start()
    await _all_in(service, wanted)
    assert f": {lost}," in (await service.told(MISSED))["text"]
    await service.quiet(LONG)
    for number in range(LOST):
        assert len(await service.cards(f"№{number:03d}")) == 1


async def test_one_poisoned_element_of_a_thousand_is_set_aside_alone(service: Installation) -> None:
    await service.compared()  # it would find the poisoned one among the comments of its post
    asked = {"count": BATCH, "poison": 500, "text": "😍😍😍"}
    batch = await service.post("instagram", "batch", asked)

    async def taken() -> dict[str, Any] | None:
        for delivery in await service.get("instagram", "deliveries"):
            if delivery["id"] == batch["delivery_id"] and delivery["state"] == "delivered":
                found: dict[str, Any] = delivery
                return found
        return None

    delivery = await eventually("Meta got its 200", taken)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [200]
    states = await service.quiet(LONG)
    assert states["events"] == {"processed": BATCH - 1, "quarantined": 1}
    wanted = [one for one in batch["ids"] if one != batch["poisoned"]]
    assert await _comments(service) == sorted(wanted)
    await service.told("Instagram прислал то, чего я не понимаю (событий: 1)")
    messages = await service.get("telegram", "messages")
    assert len([one for one in messages if "чего я не понимаю" in one.get("text", "")]) == 1
