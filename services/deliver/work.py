"""What the parts of a delivery's way share: one claim, with everything it needs outside its transaction."""

from __future__ import annotations

from dataclasses import dataclass

from db.life.delivery import Effect
from db.models import Account, Comment, Delivery
from db.models.comment import CommentKind


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed delivery as it was then."""

    delivery: Delivery
    comment: Comment
    account: Account
    text: str
    post: str | None
    """Instagram's id of the post that the comment stands under."""
    urgent: bool
    human_agent: bool
    """The answer has to carry Meta's human agent tag."""

    @property
    def effect(self) -> Effect:
        """What is to happen."""
        return self.delivery.effect

    @property
    def mention(self) -> bool:
        """Whether it happens under somebody else's post."""
        return self.comment.kind is CommentKind.MENTION

    @property
    def mentioning_comment(self) -> str | None:
        """The comment that mentions us; None when a caption does, whose only id is the post's."""
        return None if self.comment.instagram_id == self.post else self.comment.instagram_id
