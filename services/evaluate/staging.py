"""A case as the rows that ingest, the knowledge and Instagram would have left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from db.engine import Transaction
from db.life.comment import CommentState
from db.models import Comment
from db.models.comment import CommentKind, MediaState
from db.models.knowledge import PassageKind
from db.repositories import accounts, comments, knowledge
from services.evaluate.case import Business, Case, KnownPassage, Said
from services.knowledge.reading.document import LONGEST_TITLE
from services.knowledge.reading.table import price_of

CUSTOMER = "customer_1"
THE_SAME = frozenset({"", "customer", "client", "user", "author", "me"})
"""Names in a thread for whoever wrote the comment itself."""
OURS = frozenset({"us", "we", "business", "brand", "shop", "store", "account", "manager", "owner"})


async def stage(tx: Transaction, number: int, case: Case) -> Comment:
    """An account of the case's own with its knowledge, its post and the thread; the comment is `received`."""
    context = case.context
    account = await accounts.connect(
        tx.session,
        f"1784{number:013d}",
        username=context.business.handle,
        chat_id=None,
        locale="ru" if context.business.lang in {"ru", "uk", "be", "kk"} else "en",
    )
    if context.kb:
        passages = [_columns(passage) for passage in context.kb]
        await knowledge.replace(tx.session, account.id, "labelled", case.id, passages, {})
    media = await comments.media(tx.session, account.id, f"1800{number:013d}", "FEED")
    await comments.describe_media(
        tx.session, media.id, MediaState.KNOWN, caption=context.caption, description=context.vision
    )
    said = [*context.thread, Said(author="customer", text=case.text)]
    now = datetime.now(UTC)
    added: Comment | None = None
    for place, entry in enumerate(said):
        own = is_ours(entry, context.business)
        author = (account.instagram_id, account.username) if own else _person(entry)
        added = await comments.add(
            tx.session,
            account_id=account.id,
            kind=CommentKind.COMMENT,
            instagram_id=_comment_id(number, place),
            parent_instagram_id=_comment_id(number, 0) if place else None,
            thread=_comment_id(number, 0),
            media_id=media.id,
            author_instagram_id=author[0],
            author_username=author[1],
            text=entry.text,
            written_at=now - timedelta(minutes=len(said) - place),
            state=_state(own=own, last=place == len(said) - 1),
        )
    assert added is not None  # there is the comment itself, and its ids are of this case alone
    return added


def _comment_id(number: int, place: int) -> str:
    return f"1810{number:09d}{place:04d}"


def _state(*, own: bool, last: bool) -> CommentState:
    if own:
        return CommentState.OWN
    return CommentState.RECEIVED if last else CommentState.IGNORED


def is_ours(entry: Said, business: Business) -> bool:
    """Whether the business wrote this entry of a thread."""
    author = entry.author.lstrip("@").casefold()
    return author in OURS | {business.handle.casefold(), business.name.casefold()} - {""}


def _person(entry: Said) -> tuple[str, str]:
    name = entry.author.lstrip("@").casefold()
    if name in THE_SAME:
        return "900000000000001", CUSTOMER
    return f"name:{name}", "".join(sign if sign.isalnum() else "_" for sign in name)


def _columns(passage: KnownPassage) -> dict[str, Any]:
    """As the readers of files make them."""
    if passage.question and passage.answer:
        title, text, kind = passage.question, f"{passage.question}\n{passage.answer}", PassageKind.PAIR
    else:
        known = passage.kind in set(PassageKind)
        kind = PassageKind(passage.kind) if known else PassageKind.TEXT
        title = passage.title or passage.name or passage.text.split(";")[0].split("\n")[0]
        text = passage.text or _rendered(passage, title)
    attributes = passage.attributes if isinstance(passage.attributes, dict) else {}
    row: dict[str, Any] = {
        "kind": kind,
        "title": title[:LONGEST_TITLE],
        "text": text,
        "price": None,
        "currency": None,
        "stock": None,
        "attributes": attributes,
    }
    if kind is PassageKind.PRODUCT:
        row |= {
            "price": _price(passage, text),
            "currency": passage.currency,
            "stock": None if passage.stock is None else str(passage.stock),
        }
    return row


def _rendered(passage: KnownPassage, title: str) -> str:
    """«name; price currency; attribute: value; stock: …», as a row of a table becomes a text."""
    facts = [title]
    if passage.price is not None:
        price = f"{passage.price:g}" if isinstance(passage.price, float) else passage.price
        facts.append(f"{price} {passage.currency or ''}".strip())
    if isinstance(passage.attributes, dict):
        facts += [f"{name}: {value}" for name, value in passage.attributes.items()]
    elif passage.attributes:
        facts.append(passage.attributes)
    facts += [] if passage.stock is None else [f"stock: {passage.stock}"]
    return "; ".join(facts)


def _price(passage: KnownPassage, text: str) -> Decimal | None:
    """The field's, or the one in the second field of the text, where a rendered row has it."""
    if passage.price is not None:
        given = str(passage.price)
        try:
            return Decimal(given)
        except InvalidOperation:
            return price_of(given)
    fields = [field.strip() for field in text.split(";")]
    return price_of(fields[1]) if len(fields) > 1 else None
