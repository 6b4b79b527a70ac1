"""Asking for an erasure: by Meta for a person, or by the operator. The work is `services.privacy.erasing`."""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Any

from db.engine import Transaction
from db.models import Account, Erasure
from db.models.privacy import ErasureSource, ErasureSubject
from db.queue import Job, Step
from db.repositories import erasures
from services.accounts.disconnecting import Why, disconnect
from services.privacy.pseudonyms import Pseudonyms
from services.privacy.whom import Whom
from services.vault import Vault

CODE_BYTES = 10  # 80 bits: nobody comes across somebody else's page


class Requests:
    """A second request about the same person is the first one while that is open."""

    def __init__(self, vault: Vault, pseudonyms: Pseudonyms) -> None:
        self._vault = vault
        self._pseudonyms = pseudonyms

    async def person(
        self,
        tx: Transaction,
        source: ErasureSource,
        *,
        instagram_id: str | None = None,
        username: str | None = None,
        account_id: int | None = None,
    ) -> Erasure:
        """Erase a person by Instagram id or name (without @), in one account of ours or in all."""
        known, hidden = self._vault, self._pseudonyms
        ids = frozenset({instagram_id} if instagram_id else ())
        usernames = frozenset({username.lower()} if username else ())
        id_hash = hidden.id_hash(instagram_id) if instagram_id else None
        username_hash = hidden.username_hash(username) if username else None
        return await self._asked(
            tx,
            subject=ErasureSubject.PERSON,
            source=source,
            account_id=account_id,
            id_hash=id_hash,
            username_hash=username_hash,
            hashes=[one for one in (id_hash, username_hash) if one],
            sealed=known.seal(Whom(ids, usernames).dumps()),
        )

    async def account(self, tx: Transaction, source: ErasureSource, account: Account) -> Erasure:
        """Erase everything that one of our accounts received. Its token goes at once."""
        await disconnect(tx, account, Why.DEAUTHORISED)
        names = [name for name in (account.instagram_id, account.page_id) if name is not None]
        hashes = [self._pseudonyms.account_hash(name) for name in names]
        return await self._asked(
            tx,
            subject=ErasureSubject.ACCOUNT,
            source=source,
            account_id=account.id,
            id_hash=hashes[0],
            username_hash=None,
            hashes=hashes,
            sealed=self._vault.seal(Whom(account=account.instagram_id).dumps()),
        )

    @staticmethod
    async def _asked(tx: Transaction, **values: Any) -> Erasure:
        erasure = await erasures.add(tx.session, code=_code(), **values)
        if erasure is None:
            about = ("subject", "account_id", "id_hash", "username_hash")
            open_ = await erasures.open_about(tx.session, **{name: values[name] for name in about})
            if open_ is None:  # it was done this very moment
                return await Requests._asked(tx, **values)
            erasure = open_
        tx.enqueue(wake(erasure.id))
        return erasure


def wake(erasure_id: int) -> Job:
    """The job that carries an erasure out."""
    return Job(Step.ERASE, erasure_id, key=f"erased:{erasure_id}")


def _code() -> str:
    """A confirmation code that a person can read out: 16 capital letters and digits."""
    return b32encode(secrets.token_bytes(CODE_BYTES)).decode()
