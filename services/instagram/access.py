"""With what an account is spoken for: its token, its ids, and which of Meta's logins it came by."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from db.models import Account
from services.vault import Vault


class Login(StrEnum):
    """Meta's two logins differ in hosts, in who answers for messages, and in the mentions' addresses."""

    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"


@dataclass(frozen=True, slots=True)
class Access:
    """What a call for one account needs. The token shows in no representation."""

    token: str = field(repr=False)
    account: str
    """The professional account's id, as webhooks name it."""
    page: str | None = None
    """The linked Facebook Page, with Facebook Login only."""


def access_of(account: Account, vault: Vault) -> Access:
    """The account's access; raises TokenUnreadable when it has no token or none that can be read."""
    return Access(vault.open(account.token_encrypted or b""), account.instagram_id, account.page_id)
