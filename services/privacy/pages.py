"""Going through a whole table in pages, each in a short transaction of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from db.engine import Database, Transaction
from db.repositories import traces

Page = Callable[[Transaction, int, int], Awaitable[bool]]
"""Works on the rows with ids above the first and up to the second number; true: something has to wait."""


async def each_page(db: Database, table: traces.Table, work: Page) -> bool:
    """Whether anything has to wait."""
    after, waiting = 0, False
    while True:
        async with db.transaction() as tx:
            upto = await traces.next_page(tx.session, table, after)
            if upto is None:
                return waiting
            waiting |= await work(tx, after, upto)
        after = upto
