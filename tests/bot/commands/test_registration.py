"""The lists of commands that Telegram shows."""

from __future__ import annotations

from bot.commands.registration import register
from bot.commands.router import COMMANDS
from bot.commands.welcome import NAMES
from tests.bot.conftest import World

EVERYWHERE = [{"type": "all_private_chats"}, {"type": "chat"}]


async def test_every_language_and_scope_gets_its_list(world: World) -> None:
    await register(world.bot, world.group)
    for scope in EVERYWHERE:
        place = scope | ({"chat_id": world.group} if scope["type"] == "chat" else {})
        for language, words in (
            ("", "the list of commands"),
            ("en", "the list of commands"),
            ("ru", "список команд"),
        ):
            shown = await world.call("getMyCommands", scope=place, language_code=language)
            assert [one["command"] for one in shown] == list(NAMES)
            assert {one["command"]: one["description"] for one in shown}["help"] == words


async def test_lists_that_are_right_are_left_alone(world: World) -> None:
    await register(world.bot, world.group)
    before = len(await world.calls("setMyCommands"))
    await register(world.bot, world.group)
    assert before == 6
    assert len(await world.calls("setMyCommands")) == before


async def test_a_chat_that_cannot_be_reached_stops_nothing(world: World) -> None:
    await register(world.bot, -1)
    assert await world.call("getMyCommands", scope={"type": "all_private_chats"})


def test_every_command_is_listed() -> None:
    assert set(NAMES) == set(COMMANDS)
