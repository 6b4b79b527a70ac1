"""How often Instagram is searched for a reply in doubt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.options import looks_within


@pytest.mark.parametrize("seconds", [1, 10, 600, 3600])
def test_the_pauses_grow_and_add_up_to_the_time_given(seconds: int) -> None:
    pauses = looks_within(timedelta(seconds=seconds))
    assert sum(pauses) == seconds
    assert pauses[0] == 1
    assert list(pauses[:-1]) == sorted(pauses[:-1])
