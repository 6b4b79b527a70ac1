"""Taking in comments and messages from a webhook body that somebody else will deliver."""

from __future__ import annotations

from typing import Any, assert_never

from sandbox.instagram.events import ToldComment, ToldMedia, ToldMessage, ToldPerson, Unknown, read
from sandbox.instagram.model import Comment, Media, MediaKind, MediaType, Person, now
from sandbox.instagram.state import State

SOMEBODY = "instagram_user"


def take_in(state: State, body: Any) -> dict[str, Any]:
    """Create what the body tells and does not exist yet: `{comments, messages, ignored}`, ids and a count.

    They count as written now, whatever time the body says: recorded deliveries stay answerable.
    """
    comments: list[str] = []
    messages: list[str] = []
    ignored = 0
    for told in read(body):
        match told:
            case ToldComment():
                comments.append(_comment(state, told).id)
            case ToldMessage():
                if _message(state, told):
                    messages.append(told.message.mid)
                else:
                    ignored += 1
            case Unknown():
                ignored += 1
            case _:
                assert_never(told)
    return {"comments": comments, "messages": messages, "ignored": ignored}


def _comment(state: State, told: ToldComment) -> Comment:
    known = state.comments.get(told.id)
    if known is not None:
        if known.hollow:
            known.author, known.text, known.hollow = _person(state, told.author), told.text, False
        return known
    media = state.posts.get(told.media.id) or _post(state, told.media)
    parent = None
    if told.parent_id and told.parent_id != told.id:
        parent = state.comments.get(told.parent_id)
        if parent is None:
            parent = state.add_comment(media, state.person(SOMEBODY), "", comment_id=told.parent_id)
            parent.hollow = True
    return state.add_comment(media, _person(state, told.author), told.text, parent=parent, comment_id=told.id)


def _post(state: State, told: ToldMedia) -> Media:
    kinds = MediaKind.__members__
    kind = kinds.get(told.media_product_type, MediaKind.FEED)
    moving = {MediaKind.REELS: MediaType.VIDEO, MediaKind.LIVE: MediaType.BROADCAST}
    post = Media(
        id=told.id,
        kind=kind,
        type=moving.get(kind, MediaType.IMAGE),
        published_at=now(),
        ad_id=told.ad_id,
        ad_title=told.ad_title,
        original_id=told.original_media_id,
    )
    state.add_post(post)
    return post


def _message(state: State, told: ToldMessage) -> bool:
    """False for echoes, which tell nothing that a person wrote, and for a message known already."""
    if told.message.is_echo or told.sender.id in {None, state.own.id}:
        return False
    person = state.person_by_id(told.sender.id or "") or _person(state, told.sender)
    known = {message.id for message in state.conversations.get(person.id, ())}
    if told.message.mid in known:
        return False
    state.receive(person, told.message.text, message_id=told.message.mid)
    return True


def _person(state: State, told: ToldPerson) -> Person:
    return state.person(told.username or (f"user_{told.id}" if told.id else SOMEBODY), told.id)
