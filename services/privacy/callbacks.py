"""What Meta's two callbacks do: somebody took our access away, or wants to be erased (datasheet, §6)."""

from __future__ import annotations

from typing import Any

import structlog

from db.engine import Transaction
from db.models import Account, Erasure
from db.models.event import EventState
from db.models.privacy import ErasureSource
from db.repositories import accounts, inbox
from services.accounts.disconnecting import Why, disconnect
from services.privacy.pseudonyms import Pseudonyms
from services.privacy.requests import Requests
from services.privacy.signed_request import SignedRequest

log = structlog.get_logger(__name__)

DEAUTHORISED = "deauthorize"  # the address's word
NOBODY = "an unknown account"


class Callbacks:
    """`request` is verified already; the caller owns the transaction."""

    def __init__(self, requests: Requests, pseudonyms: Pseudonyms) -> None:
        self._requests = requests
        self._pseudonyms = pseudonyms

    async def deauthorised(self, tx: Transaction, request: SignedRequest) -> bool:
        """Let the account go whose owner took our access away.

        False when there is none of that id: it is noted in the inbox, under a hash of the id.
        """
        account = await _account(tx, request)
        if account is not None:
            await disconnect(tx, account, Why.DEAUTHORISED)
            return True
        who = self._pseudonyms.id_hash(request.user_id or request.profile_id or "")
        log.warning("deauthorised_unknown", who=who)
        row: dict[str, Any] = {
            "identity": f"{DEAUTHORISED}:{who}",
            "account_instagram_id": None,
            "field": DEAUTHORISED,
            "payload": {},
            "sent_at": request.issued_at,
            "state": EventState.IGNORED,
            "problem": NOBODY,
        }
        await inbox.add(tx.session, [row])
        return False

    async def deletion_asked(self, tx: Transaction, request: SignedRequest) -> Erasure:
        """Erase an account of ours with everything that it received, or else the person of that id."""
        account = await _account(tx, request)
        if account is not None:
            return await self._requests.account(tx, ErasureSource.CALLBACK, account)
        who = request.user_id or request.profile_id
        return await self._requests.person(tx, ErasureSource.CALLBACK, instagram_id=who)


async def _account(tx: Transaction, request: SignedRequest) -> Account | None:
    """By app-scoped or professional id, or by the Page."""
    for account in await accounts.every(tx.session):
        if request.user_id is not None and request.user_id in {account.app_scoped_id, account.instagram_id}:
            return account
        if request.profile_id is not None and request.profile_id == account.page_id:
            return account
    return None
