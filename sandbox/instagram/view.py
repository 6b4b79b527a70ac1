"""The whole account in one object, for a page that shows it."""

from __future__ import annotations

from typing import Any

from sandbox.instagram.account import Account
from sandbox.instagram.model import Comment, Media, Message
from sandbox.instagram.network import Network


def overview(network: Network, account: Account) -> dict[str, Any]:
    """Profile, posts with their threads (newest first, replies oldest first) and conversations.

    `mentions` are posts of others in the same form, `accounts` names all that there are.
    """
    config, state = account.config, account.state
    return {
        "profile": {
            "id": config.account_id,
            "username": config.username,
            "name": config.name,
            "biography": config.biography,
        },
        "webhook_url": account.sender.url,
        "sending": account.sender.shown(),
        "subscribed": list(account.subscribed),
        "switches": account.switches.model_dump(mode="json"),
        "accounts": [
            {"id": account_id, "username": one.config.username}
            for account_id, one in network.accounts.items()
        ],
        "posts": [_post(account, post) for post in state.posts.values()],
        "mentions": [
            {"owner": post.owner.username if post.owner else None, **_post(account, post)}
            for post in state.mentioning.values()
        ],
        "conversations": [
            {
                "id": messages[0].person.id,
                "username": messages[0].person.username,
                "messages": [_message(message) for message in messages],
            }
            for messages in state.conversations.values()
        ],
    }


def _post(account: Account, post: Media) -> dict[str, Any]:
    return {
        "id": post.id,
        "kind": post.kind.value,
        "type": post.type.value,
        "caption": post.caption,
        "picture": f"/pictures/{post.id}.png",
        "published_at": post.published_at.isoformat(),
        "like_count": post.like_count,
        "original_id": post.original_id,
        "comments": [_comment(account, one) for one in account.state.top_level(post)],
    }


def _comment(account: Account, comment: Comment) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": comment.id,
        "username": comment.author.username,
        "author_id": comment.author.id,
        "own": comment.author == account.state.own,
        "text": comment.text,
        "at": comment.at.isoformat(),
        "hidden": comment.hidden,
        "private_reply": comment.private_reply.text if comment.private_reply else None,
    }
    if comment.parent is None:
        replies = sorted(comment.replies, key=lambda one: (one.at, one.serial))
        shown["replies"] = [_comment(account, reply) for reply in replies]
    return shown


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "own": message.own,
        "text": message.text,
        "at": message.at.isoformat(),
        "comment_id": message.comment_id,
    }
