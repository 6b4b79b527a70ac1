"""The one call of each effect."""

from __future__ import annotations

from typing import assert_never

from db.life.delivery import Effect
from services.deliver.work import Work
from services.instagram.access import Access
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble


async def perform(instagram: InstagramClient, access: Access, work: Work) -> str | None:
    """Do it; the id of what Instagram made, if it made something. Raises GraphError."""
    target = work.comment.instagram_id
    match work.effect:
        case Effect.REPLY if work.mention:
            return await _answer_mention(instagram, access, work)
        case Effect.REPLY:
            return await instagram.reply(access, target, work.text)
        case Effect.PRIVATE_REPLY:
            return await instagram.private_reply(access, target, work.text)
        case Effect.MESSAGE:
            person = work.comment.author_instagram_id
            if person is None:
                raise GraphError(Trouble.REFUSED, "message", says="nobody is known to write to")
            return await instagram.message(access, person, work.text, human_agent=work.human_agent)
        case Effect.HIDE | Effect.UNHIDE:
            await instagram.set_hidden(access, target, hidden=work.effect is Effect.HIDE)
            return None
        case Effect.DELETE:
            await _delete(instagram, access, target)
            return None
        case _:
            assert_never(work.effect)


async def _answer_mention(instagram: InstagramClient, access: Access, work: Work) -> str:
    if work.post is None:
        raise GraphError(Trouble.REFUSED, "mention", says="the post is not known")
    return await instagram.answer_mention(access, work.post, work.mentioning_comment, work.text)


async def _delete(instagram: InstagramClient, access: Access, comment_id: str) -> None:
    try:
        await instagram.delete(access, comment_id)
    except GraphError as error:
        if error.trouble is not Trouble.GONE:  # what is not there needs no deleting
            raise
