"""The values that the product's steps need, gathered from the settings by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


def looks_within(total: timedelta) -> tuple[float, ...]:
    """Pauses in seconds that begin with one, double, and add up to `total`."""
    left = total.total_seconds()
    pauses: list[float] = []
    while left > 0:
        pauses.append(min(float(2 ** len(pauses)), left))
        left -= pauses[-1]
    return tuple(pauses)


@dataclass(frozen=True, slots=True)
class Options:
    """Defaults are those of a small installation; sources stand beside the numbers."""

    chat_id: int
    locale: str = "ru"
    dry_run: bool = False
    undo: timedelta = timedelta(seconds=10)
    lease: timedelta = timedelta(seconds=15)  # rulings, 3: renewed every third of it while a call runs
    editing_lease: timedelta = timedelta(minutes=10)  # telegram, §3.6
    max_attempts: int = 5  # claims without progress before a row becomes a dead letter (engine, traps)
    max_regenerations: int = 3  # telegram, §3.4
    chat_writes_per_minute: int = 18  # telegram, §1.3: about 20 are allowed, edits included
    replies_per_hour: int = 200  # public replies have no published limit; far below what looks like spam
    private_replies_per_hour: int = 750  # Meta's limit per account, for posts and reels (datasheet, §5.1)
    human_agent: bool = False  # whether Meta has approved it for the app
    retention_payload: timedelta = timedelta(days=14)
    retention_text: timedelta = timedelta(days=180)
    retention_audit: timedelta = timedelta(days=1095)
    knowledge_dir: Path | None = None
    classify_timeout: timedelta = timedelta(seconds=20)  # rulings, 3
    answer_timeout: timedelta = timedelta(seconds=45)
    media_timeout: timedelta = timedelta(seconds=10)
    oauth_start: str | None = None
    """Where a person's browser begins to connect an account; None when settings for it are missing."""
    oauth_lacks: tuple[str, ...] = ()
    """The settings that are missing for it."""
    readback_delays: tuple[float, ...] = looks_within(timedelta(minutes=10))
    """Seconds between looks for our own words on Instagram: ten minutes in all (rulings, 6)."""
