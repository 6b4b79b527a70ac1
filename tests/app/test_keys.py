"""The keys that protect what is stored."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.fernet import Fernet

from app.keys import FILE, audit_key, encryption_keys, kept_key
from tests.app.given import settings

FIRST, SECOND = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state"
    key = kept_key(state)

    assert kept_key(state) == key
    Fernet(key)
    assert stat.S_IMODE((state / FILE).stat().st_mode) == 0o600
    assert [path.name for path in state.iterdir()] == [FILE], "nothing else is left behind"


def test_programs_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as programs:
        keys = set(programs.map(kept_key, [tmp_path] * 32))

    assert len(keys) == 1
    Fernet(keys.pop())


def test_the_settings_keys_win_and_keep_their_order(tmp_path: Path) -> None:
    given = settings(STATE_DIR=str(tmp_path), ENCRYPTION_KEY=f"{FIRST},{SECOND}")
    assert encryption_keys(given) == [FIRST, SECOND]
    assert list(tmp_path.iterdir()) == []


def test_without_one_the_state_directory_has_its_own(tmp_path: Path) -> None:
    assert encryption_keys(settings(STATE_DIR=str(tmp_path))) == [kept_key(tmp_path)]


def test_the_audits_key_is_apart_and_stays() -> None:
    assert audit_key(FIRST) == audit_key(FIRST)
    assert audit_key(FIRST) != audit_key(SECOND)
    assert len(audit_key(FIRST)) == 32
    assert FIRST.encode() not in audit_key(FIRST)
