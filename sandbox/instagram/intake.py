"""Taking in comments and messages from a webhook body that somebody else will deliver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from sandbox.instagram.account import Account
from sandbox.instagram.events import ToldComment, ToldMedia, ToldMessage, ToldPerson, Unknown, read
from sandbox.instagram.model import Comment, Media, MediaKind, MediaType, Person, now
from sandbox.instagram.network import Network
from sandbox.instagram.state import State

SOMEBODY = "instagram_user"


def take_in(network: Network, body: Any) -> dict[str, Any]:
    """Create what the body tells and does not exist yet: `{comments, messages, ignored}`, ids and a count.

    It belongs to the account that the entry names, or whose post or inbox it is about, else to the first
    one. All counts as written now, whatever time the body says: recorded deliveries stay answerable.
    """
    comments: list[str] = []
    messages: list[str] = []
    ignored = 0
    for named, part in _parts(network, body):
        for told in read(part):
            match told:
                case ToldComment():
                    account = named or network.owner(told.media.id) or network.first
                    comments.append(_comment(account.state, told).id)
                case ToldMessage():
                    account = named or network.known_as(told.recipient.id or "") or network.first
                    if _message(account.state, told):
                        messages.append(told.message.mid)
                    else:
                        ignored += 1
                case Unknown():
                    ignored += 1
                case _:
                    assert_never(told)
    return {"comments": comments, "messages": messages, "ignored": ignored}


def _parts(network: Network, body: Any) -> Iterator[tuple[Account | None, Any]]:
    """The body entry by entry, each with the account that it names."""
    for one in body if isinstance(body, list) else [body]:
        entries = one.get("entry") if isinstance(one, dict) else None
        if not isinstance(entries, list):
            yield None, one
            continue
        for entry in entries:
            named = entry.get("id") if isinstance(entry, dict) else None
            yield network.known_as(named) if isinstance(named, str) else None, {"entry": [entry]}


def _comment(state: State, told: ToldComment) -> Comment:
    known = state.comments.get(told.id)
    if known is not None:
        if known.hollow:
            known.author, known.text, known.hollow = _person(state, told.author), told.text, False
        return known
    media = state.posts.get(told.media.id) or state.mentioning.get(told.media.id) or _post(state, told.media)
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
