"""When a token is exchanged for a fresh one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.models import Account
from services.tokens.refreshing import refresh_on

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def days(number: float | None) -> datetime | None:
    return None if number is None else NOW + timedelta(days=number)


@pytest.mark.parametrize(
    ("obtained", "expires", "expected"),
    [
        (-1, 59, 6),  # when it is a week old
        (-10, 50, -3),
        (-2, 15, 1),  # or when two weeks are left
        (-2, 5, -1),
        (-0.5, 5, 0.5),  # but never before it is a day old
        (0, 1, 1),
        (None, 20, 6),  # nobody knows its age
        (-3, None, 4),  # nor, here, its end
        (None, None, None),
    ],
)
def test_a_token_is_refreshed_at_a_week_or_two_weeks_before_its_end(
    obtained: float | None, expires: float | None, expected: float | None
) -> None:
    account = Account(token_obtained_at=days(obtained), token_expires_at=days(expires))
    assert refresh_on(account) == days(expected)
