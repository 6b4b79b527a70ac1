"""The bot's command lists, one for each scope and language."""

from __future__ import annotations

import re

from sandbox.telegram.access import open_chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.method import Family, Nested, Params
from sandbox.telegram.model import Json
from sandbox.telegram.network import Network
from sandbox.telegram.sending import read_nested

FAMILY = Family()
COMMAND_LIMIT = 100
NAME = re.compile(r"[a-z0-9_]{1,32}")
DESCRIPTION_LIMIT = 256
WIDE_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


class Scoped(Params):
    """Which list is meant."""

    scope: Nested = None
    language_code: str = ""


class SetCommands(Scoped):
    """`setMyCommands`."""

    commands: Nested = None


@FAMILY.method("setMyCommands", SetCommands)
def set_my_commands(network: Network, params: SetCommands) -> bool:
    """Replace a list; an empty one is deleted."""
    key = _key(network, params)
    commands = _commands(params.commands)
    if commands:
        network.commands[key] = commands
    else:
        network.commands.pop(key, None)
    return True


@FAMILY.method("getMyCommands", Scoped)
def get_my_commands(network: Network, params: Scoped) -> list[Json]:
    """Exactly the list of this scope and language; no fallback to a wider one."""
    return network.commands.get(_key(network, params), [])


@FAMILY.method("deleteMyCommands", Scoped)
def delete_my_commands(network: Network, params: Scoped) -> bool:
    """Forget a list."""
    network.commands.pop(_key(network, params), None)
    return True


def _key(network: Network, params: Scoped) -> tuple[str, str]:
    scope = read_nested(params.scope, "BotCommandScope") or {"type": "default"}
    kind = scope.get("type")
    language = params.language_code
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    if kind in WIDE_SCOPES:
        return str(kind), language
    if kind not in CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    raw = str(scope.get("chat_id", ""))
    chat = open_chat(network, int(raw) if raw.removeprefix("-").isdecimal() else raw, write=False)
    if kind == "chat_member":
        user_id = scope.get("user_id")
        if not isinstance(user_id, int) or user_id <= 0:
            raise bad_request("can't parse BotCommandScope: Invalid user_id specified")
        return f"{kind}:{chat.id}:{user_id}", language
    return f"{kind}:{chat.id}", language


def _commands(raw: object) -> list[Json]:
    if isinstance(raw, str):
        raise bad_request("can't parse commands JSON object")
    if not isinstance(raw, list):
        raise bad_request("expected an Array of BotCommand")
    if len(raw) > COMMAND_LIMIT:
        raise bad_request(f"can't use more than {COMMAND_LIMIT} commands")
    return [_command(command) for command in raw]


def _command(raw: object) -> Json:
    if not isinstance(raw, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(raw.get("command", "")).removeprefix("/")
    description = str(raw.get("description", ""))
    if not NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}
