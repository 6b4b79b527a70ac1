"""All decisions under one name."""

from __future__ import annotations

from services.decide.editing import Editing
from services.decide.effects import Effects
from services.decide.verdicts import ReplyAlreadyLive, Verdicts

__all__ = ["Decisions", "ReplyAlreadyLive"]


class Decisions(Verdicts, Editing, Effects):
    """What a press or a reply of a manager does.

    The caller owns the transaction: commit → toast → render (telegram, §3.5).
    """
