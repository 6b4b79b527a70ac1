"""`/queue`: what waits for a manager, with links to the cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.commands.categories import name_of
from bot.commands.durations import spell
from bot.commands.parsing import WrongUse
from bot.commands.scope import Asked
from bot.editing.prompting import card_link
from bot.markup import profile, said
from db.life.draft import DraftState
from db.models import Account, Comment, Draft
from db.models.comment import Category
from db.repositories import cards, drafts

PAGE = 10
LONGEST = 1000  # drafts looked at; a longer queue is counted as "at least"
SNIPPET = 60  # units of the customer's words

Row = tuple[Draft, Comment, Category | None]


@dataclass(slots=True)
class _Wanted:
    mine: bool = False
    escalated: bool = False
    account: Account | None = None
    category: Category | None = None
    page: int = 1


async def queue(asked: Asked) -> str:
    """One page of the queue. Raises WrongUse."""
    wanted = _read(asked)
    rows = await drafts.queue(
        asked.tx.session, wanted.account.id if wanted.account else None, limit=LONGEST, offset=0
    )
    found = [row for row in rows if _is_wanted(row, wanted, asked)]
    texts = asked.texts
    if not found:
        return texts("command.queue.empty")
    first = (wanted.page - 1) * PAGE
    shown = found[first : first + PAGE]
    if not shown:
        return texts("command.queue.no_page", pages=-(-len(found) // PAGE))
    total = f"{len(found)}+" if len(rows) == LONGEST else str(len(found))
    lines = [texts("command.queue.header", total=total, first=first + 1, last=first + len(shown))]
    lines += [await _line(row, asked) for row in shown]
    more = len(found) - first - len(shown)
    if more:
        lines.append(texts("command.queue.more", n=more, command=_next_page(asked.words, wanted.page)))
    return "\n".join(lines)


def _read(asked: Asked) -> _Wanted:
    wanted = _Wanted()
    seen: set[str] = set()
    for word in (word.lower() for word in asked.words):
        if word == "mine":
            kind, wanted.mine = "mine", True
        elif word == "escalated":
            kind, wanted.escalated = "escalated", True
        elif word.startswith("@"):
            kind, wanted.account = "account", asked.account(word)
        elif word.isascii() and word.isdigit() and 0 < int(word) <= LONGEST:
            kind, wanted.page = "page", int(word)
        else:
            kind, wanted.category = "category", _category(word, asked)
        if kind in seen:
            raise WrongUse
        seen.add(kind)
    return wanted


def _category(word: str, asked: Asked) -> Category:
    """By its key, or by its name in the manager's language."""
    for category in Category:
        if word in {category.value, name_of(asked.texts, category).lower()}:
            return category
    raise WrongUse


def _is_wanted(row: Row, wanted: _Wanted, asked: Asked) -> bool:
    draft, _comment, category = row
    me = asked.manager.id
    return (
        draft.account_id in {account.id for account in asked.accounts}
        and (not wanted.mine or me in {draft.claimed_by, draft.escalated_to})
        and (not wanted.escalated or draft.state is DraftState.ESCALATED)
        and (wanted.category is None or category is wanted.category)
    )


async def _line(row: Row, asked: Asked) -> str:
    draft, comment, category = row
    texts = asked.texts
    card = await cards.of_draft(asked.tx.session, draft.id)
    facts = [f"#{draft.id}" if card is None else card_link(card, draft.id)]
    if category is not None:
        facts.append(texts(f"card.category.{category}"))
    if comment.author_username:
        facts.append(profile(comment.author_username).as_html())
    facts.append(spell(texts, (asked.now - comment.created_at).total_seconds()))
    sign = "🔴" if draft.urgent else "🚨" if draft.state is DraftState.ESCALATED else "🟡"
    return f"{sign} {' · '.join(facts)}\n    {said(comment.text, SNIPPET).as_html()}"


def _next_page(words: Sequence[str], page: int) -> str:
    kept = [word for word in words if not word.isdigit()]
    return escape(" ".join(["/queue", *kept, str(page + 1)]))
