"""What a driver may turn while the stand-in runs: `POST /_control/switches`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """How strict Telegram is, where the real one differs from group to group or tells no number."""

    model_config = ConfigDict(extra="forbid")

    # Sends, edits and new topics a minute in one group. The real limit is about 20.
    flood_per_minute: int | None = Field(default=None, ge=1)
    # An administrator sees every message of the group, a plain bot (privacy mode) only what is for it.
    admin: bool = False
    # Whether the bot may keep topics, pin and delete without `admin`. Together with privacy mode this is
    # stricter than the real thing on purpose: the rights are there, but chatter is never delivered.
    rights: bool = True
    # `getFile` refuses files beyond 20 MB and tells their size; a Bot API server of one's own does not.
    lax_files: bool = False
    # Seconds a tap can be answered. The real window is not documented; refusals are seen after 10–20 s.
    callback_seconds: float = Field(default=15.0, gt=0)
