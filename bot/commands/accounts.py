"""`/accounts` and `/tokens`: which Instagram accounts are connected, how well, and the owner's say."""

from __future__ import annotations

from html import escape
from typing import Final

from bot.commands.durations import spell
from bot.commands.parsing import WrongUse
from bot.commands.scope import Asked, Linked
from bot.markup import clean, moment, units
from db.models import Account
from db.models.account import TokenState
from db.models.manager import Role
from db.queue import Job, Step
from db.repositories import accounts as repository
from services.accounts.inviting import invite
from services.accounts.permissions import MISSED, missing_scopes, needed_fields
from services.accounts.removing import remove
from services.chats import bring_to
from services.instagram.access import Login
from services.tokens.invalid import REMEDY
from services.tokens.refreshing import refresh_on
from services.tokens.warning import days_left

PAGE: Final = 15  # accounts in one message
LONGEST_TONE: Final = 500  # UTF-16 units: it goes into every prompt
NO_TONE: Final = "-"
_MARKS: Final = {TokenState.VALID: "✅", TokenState.INVALID: "🔴", TokenState.UNKNOWN: "❔"}


async def accounts(asked: Asked) -> str | Linked:
    """The list, or one change of the owner's. Raises WrongUse."""
    owner = asked.manager.role is Role.OWNER
    if asked.manager.role is Role.MANAGER:
        return asked.texts("command.accounts.seniors_only")
    match [word if word.startswith("@") else word.lower() for word in asked.words[:2]]:
        case []:
            return await _list(asked)
        case ["check" | "chat" | "tone" | "remove", *_] if not owner:
            return asked.texts("command.accounts.owner_only")
        case ["check"]:
            return await _check(asked)
        case ["chat", name] if len(asked.words) == 2:
            return await _chat(asked, await _named(asked, name))
        case ["remove", name] if len(asked.words) == 2:
            return await _remove(asked, await _named(asked, name))
        case ["tone", name]:
            return await _tone(asked, await _named(asked, name), " ".join(asked.words[2:]))
        case _:
            raise WrongUse


async def tokens(asked: Asked) -> str:
    """How long each account lets us in, and what happens next. Raises WrongUse."""
    if asked.words:
        raise WrongUse
    if asked.manager.role is Role.MANAGER:
        return asked.texts("command.accounts.seniors_only")
    if not asked.accounts:
        return asked.texts("command.accounts.none")
    lines = [asked.texts("command.tokens.header")]
    for account in asked.accounts[:PAGE]:
        lines += ["", _name(account), f"    {_token(asked, account)}", f"    {_next(asked, account)}"]
    return "\n".join([*lines, *_more(asked)])


async def _list(asked: Asked) -> str | Linked:
    texts = asked.texts
    lines = [texts("command.accounts.header") if asked.accounts else texts("command.accounts.none")]
    for account in asked.accounts[:PAGE]:
        lines += ["", _name(account), *(f"    {fact}" for fact in _facts(asked, account))]
    lines += _more(asked)
    if asked.manager.role is not Role.OWNER:
        return "\n".join(lines)
    lines.append("")
    if asked.options.oauth_start is None:
        names = ", ".join(asked.options.oauth_lacks) or "INSTAGRAM_APP_ID, PUBLIC_URL"
        lines.append(texts("command.accounts.cannot_connect", names=escape(names)))
        return "\n".join(lines)
    lines.append(texts("command.accounts.how_to_connect"))
    state = await invite(asked.tx, asked.manager, asked.chat_id)
    url = f"{asked.options.oauth_start}?state={state}"
    return Linked("\n".join(lines), texts("command.accounts.connect"), url)


def _name(account: Account) -> str:
    mark = "⚪" if account.disconnected_at is not None else _MARKS[account.token_state]
    return f"{mark} {_code(account)}"


def _code(account: Account) -> str:
    """The name as it is typed; as code, for in plain text Telegram would call a person of that name."""
    return f"<code>@{escape(account.username)}</code>"


def _more(asked: Asked) -> list[str]:
    left = len(asked.accounts) - PAGE
    return ["", asked.texts("command.accounts.more", n=left)] if left > 0 else []


def _facts(asked: Asked, account: Account) -> list[str]:
    """Access, subscription, the newest event, the chat."""
    texts = asked.texts
    facts = [_token(asked, account)]
    if account.disconnected_at is None:
        facts.append(_subscription(asked, account))
        facts += [texts(f"command.accounts.{MISSED[scope]}") for scope in _denied(account)]
    if account.last_event_at is None:
        facts.append(texts("command.accounts.no_event"))
    else:
        ago = spell(texts, (asked.now - account.last_event_at).total_seconds())
        facts.append(texts("command.accounts.last_event", ago=ago))
    if account.chat_id == asked.chat_id:
        facts.append(texts("command.accounts.chat_here"))
    elif account.chat_id is not None:
        facts.append(texts("command.accounts.chat_elsewhere", chat=account.chat_id))
    else:
        facts.append(texts("command.accounts.chat_none"))
    return facts


def _denied(account: Account) -> list[str]:
    return [scope for scope in missing_scopes(account.scopes) if scope in MISSED]


def _subscription(asked: Asked, account: Account) -> str:
    if account.subscription_checked_at is None:
        return asked.texts("command.accounts.subscription_unknown")
    login = Login.INSTAGRAM if account.page_id is None else Login.FACEBOOK
    missing = [name for name in needed_fields(account, login) if name not in account.subscribed_fields]
    if missing:
        return asked.texts("command.accounts.subscription_missing", fields=escape(", ".join(missing)))
    return asked.texts("command.accounts.subscribed")


def _token(asked: Asked, account: Account) -> str:
    """The state in words, with the days that are left and when that was last seen."""
    texts = asked.texts
    if account.disconnected_at is not None:
        return texts("command.tokens.disconnected", at=moment(account.disconnected_at, asked.now).as_html())
    if account.token_encrypted is None:
        return texts("command.tokens.none")
    if account.token_state is TokenState.INVALID:
        return texts("command.tokens.invalid")
    days = days_left(account)
    left = texts("command.tokens.endless") if days is None else texts.plural("command.tokens.days", days)
    if account.token_checked_at is None:
        return texts("command.tokens.unchecked", left=left)
    ago = spell(texts, (asked.now - account.token_checked_at).total_seconds())
    return texts("command.tokens.checked", left=left, ago=ago)


def _next(asked: Asked, account: Account) -> str:
    """What the program will do by itself, or what a person must."""
    texts = asked.texts
    if account.disconnected_at is not None or account.token_encrypted is None:
        return texts("command.tokens.next.reconnect")
    if account.token_state is TokenState.INVALID:
        return texts(f"alert.token_invalid.do.{account.preferences.get(REMEDY) or 'reconnect'}")
    at = None if account.page_id is not None else refresh_on(account)
    if at is None:
        return texts("command.tokens.next.checked")
    if at <= asked.now:
        return texts("command.tokens.next.refresh_soon")
    return texts("command.tokens.next.refresh", date=f"{at.astimezone(asked.zone):%d.%m.%Y}")


async def _named(asked: Asked, word: str) -> Account:
    """Any account of the installation: the owner moves them between chats. Raises WrongUse."""
    if not word.startswith("@"):
        raise WrongUse
    wanted = word.removeprefix("@").casefold()
    for account in await repository.every(asked.tx.session):
        if account.username.casefold() == wanted:
            return account
    raise WrongUse


async def _check(asked: Asked) -> str:
    for account in await repository.every(asked.tx.session):
        await repository.change(asked.tx.session, account.id, subscription_checked_at=None)
    asked.tx.enqueue(Job(Step.CHECK_TOKENS, key="tokens:asked"))
    return asked.texts("command.accounts.checking")


async def _chat(asked: Asked, account: Account) -> str:
    texts = asked.texts
    name = _code(account)
    if asked.private:
        return texts("command.accounts.chat_private", account=name)
    if account.chat_id == asked.chat_id:
        return texts("command.accounts.chat_already", account=name)
    await bring_to(asked.tx, account, asked.chat_id, asked.options.chat_id)
    return texts("command.accounts.chat_moved", account=name)


async def _tone(asked: Asked, account: Account, tone: str) -> str:
    texts = asked.texts
    shown, name, tone = _code(account), escape(account.username), clean(tone)
    if not tone:
        if account.tone is None:
            return texts("command.accounts.tone_none", account=shown, name=name)
        return texts("command.accounts.tone_is", account=shown, name=name, tone=escape(account.tone))
    if units(tone) > LONGEST_TONE:
        return texts("command.accounts.tone_long", most=LONGEST_TONE)
    wanted = None if tone == NO_TONE else tone
    await repository.change(asked.tx.session, account.id, tone=wanted)
    if wanted is None:
        return texts("command.accounts.tone_cleared", account=shown)
    return texts("command.accounts.tone_set", account=shown, tone=escape(wanted))


async def _remove(asked: Asked, account: Account) -> str:
    name = _code(account)
    if account.disconnected_at is not None:
        return asked.texts("command.accounts.removed_already", account=name)
    await remove(asked.tx, account)
    return asked.texts("command.accounts.removed", account=name)
