"""All that one stand-in plays: its accounts, the application, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sandbox.instagram.account import Account
from sandbox.instagram.background import Background
from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.errors import InvalidTokenError
from sandbox.instagram.ids import Ids, account_ids
from sandbox.instagram.ledger import Entry
from sandbox.instagram.model import Comment, Media, Message, Person, Thread
from sandbox.instagram.oauth import OAuthApp
from sandbox.instagram.state import State
from sandbox.instagram.switches import Switches
from sandbox.instagram.tokens import Token, Tokens, new_token
from sandbox.instagram.webhooks import WebhookSender


class Network:
    """Several accounts of one application: its webhooks go to one address, its ledger is one list."""

    def __init__(
        self,
        config: InstagramConfig,
        media: Sequence[Media],
        *,
        switches: Switches,
        background: Background,
        sender: WebhookSender,
    ) -> None:
        """`config` also describes the first account, `media` are its posts."""
        self.ids = Ids()
        self.switches = switches
        self.background = background
        self.sender = sender
        self.ledger: list[Entry] = []
        self.app = OAuthApp(config.app_id, config.app_secret)
        self.accounts: dict[str, Account] = {}
        self._config = config
        self.first = self._opened(config, media)

    def open_account(self, username: str, name: str) -> Account:
        """One more professional account, without posts, with a token of its own."""
        account_id, app_scoped_id, self_scoped_id = account_ids(username)
        config = replace(
            self._config,
            account_id=account_id,
            app_scoped_id=app_scoped_id,
            self_scoped_id=self_scoped_id,
            page_id=None,
            access_token=new_token(),
            username=username,
            name=name,
            biography="",
            website=f"https://{username.replace('_', '-')}.example",
        )
        return self._opened(config, ())

    def admitted(self, token: str | None) -> tuple[Account, Token]:
        """Whose token this is; raises the errors of a token that Graph does not accept."""
        for account in self.accounts.values():
            if token in account.tokens.issued:
                return account, account.tokens.check(token)
        raise InvalidTokenError

    def named(self, username: str) -> Account | None:
        return next((one for one in self.accounts.values() if one.config.username == username), None)

    def known_as(self, object_id: str) -> Account | None:
        """The account that has this id of its own, whichever of its ids it is."""
        return next((one for one in self.accounts.values() if one.goes_by(object_id)), None)

    def owner(self, object_id: str) -> Account | None:
        """The account to which a post, comment, message or conversation belongs."""
        for account in self.accounts.values():
            if account.state.find(object_id) or object_id in account.state.mentioning:
                return account
        return None

    def find(self, object_id: str) -> Media | Comment | Person | Thread | Message | None:
        """The object of this id in any account."""
        found = (account.state.find(object_id) for account in self.accounts.values())
        return next((one for one in found if one is not None), None)

    def _opened(self, config: InstagramConfig, media: Sequence[Media]) -> Account:
        account = Account(
            config=config,
            state=State(Person(config.account_id, config.username), media, self.ids),
            switches=self.switches,
            tokens=Tokens(config.access_token),
            background=self.background,
            sender=self.sender,
            book=self.ledger,
        )
        self.accounts[config.account_id] = account
        return account
