"""Which chat an account's cards go to: the settings' one, followed when Telegram or the owner moves it."""

from __future__ import annotations

from db.engine import Database, Transaction
from db.models import Account
from db.repositories import accounts, alerts

_GIVEN = "chat_given"  # the settings' chat that the account's chat comes from


async def remember_chat(tx: Transaction, account: Account, given: int) -> None:
    """Note which of the settings' chats the account uses."""
    await accounts.prefer(tx.session, account.id, **{_GIVEN: given})


async def follow_chat(db: Database, given: int) -> None:
    """Move every account to the chat of the settings, when the owner has changed it there.

    A chat that Telegram moved (a group became a supergroup) stays moved: the settings then still name
    the old one, and that is no change.
    """
    async with db.transaction() as tx:
        for account in await accounts.every(tx.session):
            if account.preferences.get(_GIVEN) in {None, given}:
                continue
            before = account.chat_id
            if before is not None and before != given:
                await accounts.bring_to(tx.session, account.id, given)
                await alerts.move_chat(tx.session, before, given)  # those of no account, too
            await remember_chat(tx, account, given)


async def bring_to(tx: Transaction, account: Account, chat_id: int, given: int) -> None:
    """The owner gives the account a chat; it follows the settings only while it uses their chat."""
    await accounts.bring_to(tx.session, account.id, chat_id)
    await accounts.prefer(tx.session, account.id, **{_GIVEN: given if chat_id == given else None})
