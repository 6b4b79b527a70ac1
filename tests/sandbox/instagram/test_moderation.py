"""Hiding, showing, deleting and editing comments."""

from __future__ import annotations

import pytest

from tests.sandbox.instagram.player import LIVE, Player, Receiver


async def test_a_comment_is_hidden_and_shown_again(player: Player) -> None:
    comment = await player.comment()

    hidden = await player.post(f"/v26.0/{comment}", hide="true")
    assert hidden.json == {"success": True}
    assert (await player.get(f"/{comment}", fields="hidden")).json["hidden"] is True
    shown = await player.call("POST", f"/{comment}", json={"hide": False})

    assert shown.json == {"success": True}
    assert (await player.get(f"/{comment}", fields="hidden")).json["hidden"] is False
    assert await player.ledger() == [("hide", comment, None), ("unhide", comment, None)]


async def test_own_comments_are_always_shown(player: Player) -> None:
    comment = await player.comment(username="lavanda_home")

    assert (await player.post(f"/{comment}", hide="true")).json == {"success": True}
    assert (await player.get(f"/{comment}", fields="hidden")).json["hidden"] is False
    assert await player.ledger() == []


async def test_a_comment_is_deleted(player: Player) -> None:
    comment = await player.comment()

    assert (await player.call("DELETE", f"/{comment}")).json == {"success": True}
    assert (await player.call("DELETE", f"/{comment}")).code == (100, 33)
    assert await player.ledger() == [("delete", comment, None)]


@pytest.mark.parametrize(("method", "data"), [("POST", {"hide": "true"}), ("DELETE", {})])
async def test_comments_on_live_video_cannot_be_moderated(
    player: Player, method: str, data: dict[str, str]
) -> None:
    comment = await player.comment(media_id=LIVE)

    assert (await player.call(method, f"/{comment}", data)).code == (100, 33)


async def test_hiding_needs_to_say_what(player: Player) -> None:
    comment = await player.comment()

    assert (await player.post(f"/{comment}")).code == (100, None)
    assert (await player.post(f"/{comment}", hide="maybe")).code == (100, None)
    assert (await player.post("/18100000000000000")).code == (100, 33)


async def test_nobody_is_told_of_hiding_editing_and_deleting(player: Player, receiver: Receiver) -> None:
    comment = await player.comment()
    await receiver.next()

    await player.post(f"/{comment}", hide="true")
    await player.control(f"comments/{comment}", {"text": "передумала"}, method="PATCH")
    edited = await player.get(f"/{comment}")
    await player.call("DELETE", f"/{comment}")

    assert edited.json["text"] == "передумала"
    assert len(await player.control("deliveries", method="GET")) == 1
