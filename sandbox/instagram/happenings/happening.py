"""What all that may happen has in common."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from sandbox.instagram.account import Account
from sandbox.instagram.batching import Event, Form
from sandbox.instagram.control_request import ControlError
from sandbox.instagram.events import item
from sandbox.instagram.model import Person, now

# Long enough for anything Instagram has, short enough for a stand-in's memory.
Identifier = Annotated[str, Field(min_length=1, max_length=512)]
Words = Annotated[str, Field(max_length=10_000)]


class Happening(BaseModel, ABC):
    """One kind of it, with whatever may be said of it; all of that has defaults where it can."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    needs_subscription: ClassVar[bool] = True

    account_id: str | None = None
    """To which account, by one of its ids or its name; to the first one if none is named."""

    @abstractmethod
    def play(self, account: Account) -> list[Event]:
        """Make it so in the account's state, and give the events that tell it, at least one."""


def new_mid() -> str:
    return f"aWdf{uuid.uuid4().hex}"


def person_of(account: Account, username: str) -> Person:
    """Who takes part in a conversation with the account."""
    person = account.state.person(username)
    if person == account.state.own:
        raise ControlError("the account does not write to itself")
    return person


def messaging(
    account: Account, about: str, field: str, told: dict[str, Any], form: Form = Form.MESSAGING
) -> Event:
    """The event of the field that holds what is `told`."""
    return Event(about=about, field=field, value=told, account_id=account.config.account_id, form=form)


def done(
    account: Account, about: str, username: str, field: str, *, own: bool = False, **holds: Any
) -> Event:
    """Something done now in the conversation of the message `about`, else in the one with `username`."""
    message = account.state.messages.get(about)
    person = message.person if message else person_of(account, username)
    told = item(person.id, account.config, now(), own=own, **holds)
    return messaging(account, about, field, told)
