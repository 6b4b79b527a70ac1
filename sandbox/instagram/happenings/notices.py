"""What tells of no comment and no message: figures, tests of the dashboard, bare names, surprises."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, assert_never

from pydantic import Field

from sandbox.instagram.account import Account
from sandbox.instagram.batching import Event, Form
from sandbox.instagram.control_request import Username
from sandbox.instagram.events import item
from sandbox.instagram.happenings.happening import Happening, Identifier, messaging, person_of
from sandbox.instagram.model import now

# Constants of the App Dashboard's "Send to My Server", reported by many.
TEST_COMMENT = {
    "from": {"id": "232323232", "username": "test", "self_ig_scoped_id": "232323232"},
    "media": {"id": "123123123", "media_product_type": "FEED"},
    "id": "17865799348089039",
    "parent_id": "1231231234",
    "text": "This is an example.",
}
TEST_MESSAGE = {
    "sender": {"id": "12334"},
    "recipient": {"id": "23245"},
    "timestamp": "1527459824",
    "message": {"mid": "random_mid", "text": "random_text"},
}


class StoryExpired(Happening):
    """The figures of a story that is over, told by Facebook Login only; -1 stands for fewer than five."""

    kind: Literal["story_insights"]
    media_id: Identifier = "18000000000000555"
    impressions: int = 28
    reach: int = 17
    taps_forward: int = 12
    taps_back: int = 0
    exits: int = -1
    replies: int = 0

    def play(self, account: Account) -> list[Event]:
        value = self.model_dump(exclude={"kind", "account_id"})
        return [_change(account, self.media_id, "story_insights", value)]


class ChangedFields(Happening):
    """Names of fields without values, as sent while "Include Values" is off."""

    kind: Literal["changed_fields"]
    fields: list[str] = Field(default_factory=lambda: ["comments"], min_length=1)

    def play(self, account: Account) -> list[Event]:
        return [
            Event(
                about="changed_fields",
                field=self.fields[0],
                value={"changed_fields": self.fields},
                account_id=account.config.account_id,
                form=Form.ENTRY,
            )
        ]


class DashboardTest(Happening):
    """What the App Dashboard's button sends, in the forms that receivers have seen; nobody is subscribed."""

    kind: Literal["test"]
    form: Literal["comments", "messages", "messaging", "bare"] = "comments"

    needs_subscription: ClassVar[bool] = False

    def play(self, account: Account) -> list[Event]:
        told: dict[str, Any]
        match self.form:
            case "comments":
                told = {"changes": [{"field": "comments", "value": TEST_COMMENT}]}
            case "messages":
                told = {"changes": [{"field": "messages", "value": TEST_MESSAGE}]}
            case "messaging":
                told = {"messaging": [TEST_MESSAGE]}
            case "bare":
                return [_raw(account, "test", {"field": "comments", "value": TEST_COMMENT})]
            case _:
                assert_never(self.form)
        entry = {"id": "0", "time": int(now().timestamp()), **told}
        return [_raw(account, "test", {"object": "instagram", "entry": [entry]})]


class UnknownField(Happening):
    """Something Meta may add: a change of a new field, or a new thing in a conversation."""

    kind: Literal["unknown"]
    field: str = "brand_new_field"
    value: Any = Field(default_factory=lambda: {"answer": 42})
    form: Literal["change", "messaging"] = "change"
    username: Username = "anna_k"

    def play(self, account: Account) -> list[Event]:
        if self.form == "change":
            return [_change(account, self.field, self.field, self.value)]
        person = person_of(account, self.username)
        told = {**item(person.id, account.config, now()), self.field: self.value}
        return [messaging(account, self.field, self.field, told)]


class AnyBody(Happening):
    """A body word for word, whoever is subscribed."""

    kind: Literal["raw"]
    body: Any

    needs_subscription: ClassVar[bool] = False

    def play(self, account: Account) -> list[Event]:
        return [_raw(account, "raw", self.body)]


def _change(account: Account, about: str, field: str, value: Any) -> Event:
    return Event(about=about, field=field, value=value, account_id=account.config.account_id)


def _raw(account: Account, about: str, body: Any) -> Event:
    return Event(about=about, field=about, value=body, account_id=account.config.account_id, form=Form.RAW)
