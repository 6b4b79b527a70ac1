"""Behaviour on which sources about Instagram disagree, or that only a test wants: `/_control/switches`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


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
    message_echo: bool = True  # our messages come back as `messages` events
    stale_replies: bool = False  # lists of replies lack those made since this was switched on
    ad_comments: bool = False  # an advertisement's comments can be listed under its own media id
    me_wrapped: bool = False  # `GET /me` answers {"data": [{…}]} instead of the object
    refresh_renames: bool = False  # a refreshed token is a new string; the old one stays good
    serializer: Serializer = Serializer.META
    envelope: Envelope = Envelope.CHANGES
    id_key: IdKey = IdKey.ID
    drop_from_id: bool = False  # events name the author by username only
    retry_scale: float = Field(default=1.0, ge=0, le=1)  # of the pauses between webhook retries
    usage: Usage | None = None  # told in X-Business-Use-Case-Usage of every answer when set

    def change(self, patch: dict[str, Any]) -> None:
        """Set the named switches, all of them or, when one is wrong, none."""
        changed = Switches.model_validate({**self.model_dump(), **patch})
        for name in patch:
            setattr(self, name, getattr(changed, name))
