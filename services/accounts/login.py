"""Connecting by Instagram's own login: the person is sent there, and comes back with a code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

import structlog

from db.engine import Database, Transaction
from db.models import Account, ConnectRequest, Manager
from db.models.manager import Role
from db.repositories import accounts, connect_requests, managers
from services.accounts.connecting import LIFETIME, Entry, connect
from services.accounts.inviting import hashed
from services.accounts.permissions import SCOPES, missing_scopes
from services.accounts.subscribing import Subscriptions
from services.alerts import raise_alert
from services.instagram.client import InstagramClient
from services.instagram.connecting import OAuthApp
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import Profile
from services.options import Options
from services.vault import Vault

log = structlog.get_logger(__name__)

CONNECTED: Final = "account_connected"
LONGEST_CODE: Final = 2048  # characters; Instagram's codes have a few hundred
PASSING: Final = frozenset({Trouble.TRANSIENT, Trouble.THROTTLED})


class Ending(StrEnum):
    """How a login ended; a key of the catalogue: `page.connect.<ending>`."""

    CONNECTED = "connected"
    DENIED = "denied"  # the person said no
    UNKNOWN = "unknown"  # no such link was ever given
    EXPIRED = "expired"
    USED = "used"
    NOT_OWNER = "not_owner"  # who asked for the link may no longer connect accounts
    CODE_REFUSED = "code_refused"  # foreign, used or too old
    NO_ACCESS = "no_access"  # the login went well, and then nothing may be asked of the account
    AWAY = "away"  # Instagram does not answer


@dataclass(frozen=True, slots=True)
class Ended:
    """The ending, with the account and the permissions that it did not give."""

    ending: Ending
    account: str = ""
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Granted:
    """What Instagram gave for a code."""

    token: str = field(repr=False)
    lives: timedelta
    scopes: Sequence[str]
    profile: Profile


class LoginFailed(Exception):
    """Instagram did not give us a token that works."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(self.__doc__)
        self.ending = ending


class Logins:
    """Both halves of a login: the address to go to, and what the person comes back with."""

    def __init__(
        self,
        db: Database,
        instagram: InstagramClient,
        vault: Vault,
        options: Options,
        app: OAuthApp,
        subscriptions: Subscriptions,
    ) -> None:
        self._db = db
        self._instagram = instagram
        self._vault = vault
        self._options = options
        self._app = app
        self._subscriptions = subscriptions

    async def address(self, state: str) -> str | Ending:
        """Where Instagram asks the person; an ending for a link that is not good (any more)."""
        async with self._db.transaction() as tx:
            wrong = await self._wrong(tx, state)
        if wrong is not None:
            return wrong
        query = {
            "client_id": self._app.app_id,
            "redirect_uri": self._app.redirect_uri,
            "response_type": "code",
            "scope": ",".join(SCOPES),
            "state": state,
        }
        return f"{self._app.authorize_url}?{urlencode(query)}"

    async def finish(self, state: str, code: str | None) -> Ended:
        """Use the link up and connect the account; `code` is None when the person refused."""
        async with self._db.transaction() as tx:
            request = await connect_requests.use(tx.session, hashed(state))
            if request is None:
                return Ended(await self._wrong(tx, state) or Ending.USED)
            if await _owner(tx, request) is None:
                return Ended(Ending.NOT_OWNER)
        if code is None:
            return Ended(Ending.DENIED)
        try:
            granted = await self._granted(code)
        except LoginFailed as failed:
            return Ended(failed.ending)
        async with self._db.transaction() as tx:
            owner = await _owner(tx, request)
            if owner is None:
                return Ended(Ending.NOT_OWNER)
            account = await self._connected(tx, request, owner, granted)
        await self._subscriptions.keep(account)
        return Ended(Ending.CONNECTED, account.username, missing_scopes(granted.scopes))

    @staticmethod
    async def _wrong(tx: Transaction, state: str) -> Ending | None:
        """Why a link is no good; None for a good one."""
        found = await connect_requests.find(tx.session, hashed(state))
        if found is None:
            return Ending.UNKNOWN
        request, good = found
        if good:
            return None
        return Ending.EXPIRED if request.used_at is None else Ending.USED

    async def _granted(self, code: str) -> _Granted:
        """The code for a token, the token for one that lives long, and whose it is. Raises LoginFailed."""
        if not code or len(code) > LONGEST_CODE:
            raise LoginFailed(Ending.CODE_REFUSED)
        ending = Ending.CODE_REFUSED
        try:
            short = await self._instagram.exchange_code(self._app, code)
            ending = Ending.NO_ACCESS  # from here on a refusal is about the account, not about the code
            long = await self._instagram.long_lived(self._app, short.access_token)
            profile = await self._instagram.profile(long.access_token)
        except GraphError as error:
            log.warning("login_failed", operation=error.operation, trouble=error.trouble, code=error.code)
            raise LoginFailed(Ending.AWAY if error.trouble in PASSING else ending) from None
        lives = timedelta(seconds=long.expires_in) if long.expires_in else LIFETIME
        return _Granted(long.access_token, lives, short.permissions, profile)

    async def _connected(
        self, tx: Transaction, request: ConnectRequest, owner: Manager, granted: _Granted
    ) -> Account:
        chat_id = request.chat_id if request.chat_id < 0 else self._options.chat_id  # groups are negative
        entry = Entry(
            granted.profile,
            granted.token,
            granted.lives,
            chat_id,
            await self._locale(tx, chat_id, owner),
            granted.scopes,
        )
        account = await connect(tx, entry, self._vault, self._options)
        await raise_alert(
            tx,
            CONNECTED,
            f"{account.instagram_id}:{request.id}",  # each login is news of its own
            account_id=account.id,
            chat_id=request.chat_id,
            account=account.username,
        )
        return account

    async def _locale(self, tx: Transaction, chat_id: int, owner: Manager) -> str:
        """The language that the chat's cards have already; in a chat of its own the owner's."""
        for account in await accounts.every(tx.session):
            if account.chat_id == chat_id:
                return account.locale
        if chat_id == self._options.chat_id or owner.locale is None:
            return self._options.locale
        return owner.locale.replace("_", "-").split("-")[0].lower()


async def _owner(tx: Transaction, request: ConnectRequest) -> Manager | None:
    """Who asked for the link, if that person still may."""
    manager = await managers.find(tx.session, request.manager_id)
    return manager if manager is not None and manager.role is Role.OWNER else None
