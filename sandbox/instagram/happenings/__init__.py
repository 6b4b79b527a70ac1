"""Everything that may happen to an account so that Instagram tells it: what `/_control/events` takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, RootModel

from sandbox.instagram.happenings.comments import CommentWritten, Mentioned
from sandbox.instagram.happenings.contacts import (
    AnswerRated,
    ButtonPressed,
    CameByLink,
    HandedOver,
    OptedIn,
    PolicyEnforced,
)
from sandbox.instagram.happenings.messages import (
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageReactedTo,
    MessageRead,
    MessageWritten,
    NewMessageToldAsEdit,
    OverheardMessage,
    SelfMessageWritten,
)
from sandbox.instagram.happenings.notices import (
    AnyBody,
    ChangedFields,
    DashboardTest,
    StoryExpired,
    UnknownField,
)

__all__ = ("AnyHappening",)


class AnyHappening(
    RootModel[
        Annotated[
            AnswerRated
            | AnyBody
            | ButtonPressed
            | CameByLink
            | ChangedFields
            | CommentWritten
            | DashboardTest
            | HandedOver
            | Mentioned
            | MessageDeleted
            | MessageEchoed
            | MessageEdited
            | MessageReactedTo
            | MessageRead
            | MessageWritten
            | NewMessageToldAsEdit
            | OptedIn
            | OverheardMessage
            | PolicyEnforced
            | SelfMessageWritten
            | StoryExpired
            | UnknownField,
            Field(discriminator="kind"),
        ]
    ]
):
    """One of them, by its `kind`."""
