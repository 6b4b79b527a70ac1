"""Behaviour on which sources about Instagram disagree, or that only a test wants: `/_control/switches`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr


class Serializer(StrEnum):
    """How a webhook body is written."""

    META = "meta"  # everything outside ASCII and four marks escaped, as Meta does
    UTF8 = "utf8"  # plain compact JSON


class Envelope(StrEnum):
    """How a webhook wraps a comment."""

    CHANGES = "changes"  # entry[].changes[]{field,value}: what is seen in the field
    FLAT = "flat"  # entry[]{field,value}: what the documentation draws
    BARE = "bare"  # {field,value}
    ARRAY = "array"  # a list around the first form


class IdKey(StrEnum):
    """Under which name a webhook tells the comment's id."""

    ID = "id"
    COMMENT_ID = "comment_id"


class Signing(StrEnum):
    """With which secret webhooks are signed: reports disagree."""

    APP = "app"  # the Instagram app secret
    META = "meta"  # the secret of the Meta app around it
    WRONG = "wrong"


class EchoForm(StrEnum):
    """How a message that the account wrote comes back: sources disagree."""

    MESSAGES = "messages"  # among the messages, marked is_echo
    MESSAGE_ECHOES = "message_echoes"  # as a change of a field of its own
    BOTH = "both"


# Fields described by the page of Messenger; the page of Instagram says only that their regime differs.
MESSAGING_FIELDS = (
    "message_echoes",
    "message_edit",
    "message_reactions",
    "messages",
    "messaging_handover",
    "messaging_optins",
    "messaging_policy_enforcement",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "response_feedback",
    "standby",
)
USER_AGENT = "Webhooks/1.0 (https://fb.me/webhooks)"
MOST_TOGETHER = 1000  # events in one body, documented
MOST_SECONDS = 36 * 3600.0


class Usage(BaseModel):
    """Shares of the rate limit already used, in percent; minutes until calls are welcome again."""

    model_config = ConfigDict(extra="forbid")

    call_count: int = 0
    total_cputime: int = 0
    total_time: int = 0
    estimated_time_to_regain_access: int = 0


class Switches(BaseModel):
    """All switches; one object is shared by everything that obeys them."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    own_reply_echo: bool = True  # our replies come back as `comments` events
    message_echo: bool = True  # our messages come back as events
    echo_form: EchoForm = EchoForm.MESSAGES
    stale_replies: bool = False  # lists of replies lack those made since this was switched on
    ad_comments: bool = False  # an advertisement's comments can be listed under its own media id
    me_wrapped: bool = False  # `GET /me` answers {"data": [{…}]} instead of the object
    refresh_renames: bool = False  # a refreshed token is a new string; the old one stays good
    serializer: Serializer = Serializer.META
    envelope: Envelope = Envelope.CHANGES
    id_key: IdKey = IdKey.ID
    drop_from_id: bool = False  # events name the author by username only
    retry_scale: float = Field(default=1.0, ge=0, le=1)  # of the pauses between webhook retries
    signing: Signing = Signing.APP
    user_agent: str = Field(default=USER_AGENT, pattern=r"^[ -~]+$")
    at_once: int = Field(default=64, ge=1, le=1000)  # open requests to the receiver; 1 keeps the order
    messaging_regime: tuple[str, ...] = MESSAGING_FIELDS  # the other fields are repeated for 36 hours
    # Events wait `batch_wait` seconds for others and go together, `entry_size` of one kind in an entry.
    batch_size: int = Field(default=1, ge=1, le=MOST_TOGETHER)
    batch_wait: float = Field(default=1.0, ge=0, le=MOST_SECONDS)
    entry_size: int = Field(default=10, ge=1, le=MOST_TOGETHER)
    # Shares of the events that go astray; `seed` decides which ones, and setting it begins anew.
    seed: int | str = 0
    lose: float = Field(default=0.0, ge=0, le=1)
    duplicate: float = Field(default=0.0, ge=0, le=1)
    reorder: float = Field(default=0.0, ge=0, le=1)  # late by up to `reorder_seconds`, so others overtake
    reorder_seconds: float = Field(default=10.0, ge=0, le=MOST_SECONDS)
    delay: float = Field(default=0.0, ge=0, le=MOST_SECONDS)  # seconds by which every event is late
    usage: Usage | None = None  # told in X-Business-Use-Case-Usage of every answer when set

    _seeding: int = PrivateAttr(default=0)

    @property
    def seeding(self) -> int:
        """How often the seed was set."""
        return self._seeding

    def change(self, patch: dict[str, Any]) -> None:
        """Set the named switches, all of them or, when one is wrong, none."""
        changed = Switches.model_validate({**self.model_dump(), **patch})
        for name in patch:
            setattr(self, name, getattr(changed, name))
        self._seeding += "seed" in patch
