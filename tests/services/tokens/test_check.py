"""Access tokens: whose they are, how long they live, and who is told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from db.engine import Database
from db.models import Account, Alert, Event
from db.models.account import TokenState
from db.models.alert import AlertState, Severity
from db.models.event import EventState
from db.repositories import accounts, comments
from services.accounts.disconnecting import Why, disconnect
from services.instagram.client import InstagramClient
from services.tokens.check import FirstAccount, TokenCheck
from services.tokens.invalid import token_refused
from services.vault import Vault
from tests.building import CHAT_ID, KEY, OPTIONS, VAULT, an_account, arrive
from tests.sandbox.instagram.player import ACCESS_TOKEN, ACCOUNT, Player
from tests.webhook.door import change, delivery

NEW = "IGAA-a-new-token-of-the-settings"


@pytest.fixture
def check(db: Database, client: InstagramClient) -> TokenCheck:
    """The check of an installation whose settings hold the first account's token."""
    return TokenCheck(db, client, VAULT, OPTIONS, FirstAccount(ACCESS_TOKEN))


@pytest.fixture
def others(db: Database, client: InstagramClient) -> TokenCheck:
    """The check without a token in the settings."""
    return TokenCheck(db, client, VAULT, OPTIONS, None)


async def connected(db: Database, **values: Any) -> Account:
    """The stand-in's account, with its good token."""
    async with db.transaction() as tx:
        given = {"token_encrypted": VAULT.seal(ACCESS_TOKEN), "token_state": TokenState.VALID}
        return await an_account(tx, ACCOUNT, **(given | values))


async def the_account(db: Database) -> Account:
    async with db.transaction() as tx:
        (account,) = await accounts.every(tx.session)
        return account


async def told(db: Database) -> list[tuple[str, AlertState, int]]:
    """Every alert there ever was: fingerprint, state, count."""
    async with db.transaction() as tx:
        rows = (await tx.session.execute(select(Alert).order_by(Alert.id))).scalars()
        return [(row.fingerprint, row.state, row.count) for row in rows]


async def held(db: Database) -> str:
    sealed = (await the_account(db)).token_encrypted
    assert sealed is not None
    return VAULT.open(sealed)


async def scheduled(db: Database) -> list[str]:
    async with db.transaction() as tx:
        rows = await tx.session.execute(
            text("SELECT dedupe_key FROM pgqueuer WHERE entrypoint = 'check_tokens' ORDER BY id")
        )
        return [row[0] for row in rows]


async def in_days(db: Database, days: float) -> None:
    """The token dies in so many days."""
    account = await the_account(db)
    async with db.transaction() as tx:
        expires_at = datetime.now(UTC) + timedelta(days=days, minutes=1)
        await accounts.change(tx.session, account.id, token_expires_at=expires_at)


# The first account


async def test_the_account_of_the_settings_is_connected(check: TokenCheck, db: Database) -> None:
    await check()

    account = await the_account(db)
    assert (account.instagram_id, account.username) == (ACCOUNT, "lavanda_home")
    assert (account.chat_id, account.locale) == (CHAT_ID, "ru")
    assert account.token_state is TokenState.VALID
    assert account.token_encrypted is not None
    assert ACCESS_TOKEN.encode() not in account.token_encrypted
    assert await held(db) == ACCESS_TOKEN
    assert account.token_expires_at is not None
    assert timedelta(days=59) < account.token_expires_at - datetime.now(UTC) <= timedelta(days=60)
    assert await told(db) == []


async def test_checking_again_changes_nothing(check: TokenCheck, db: Database) -> None:
    await check()
    before = await the_account(db)
    await check()
    after = await the_account(db)

    assert after.token_obtained_at == before.token_obtained_at
    assert after.token_checked_at is not None
    assert before.token_checked_at is not None
    assert after.token_checked_at > before.token_checked_at


async def test_the_first_run_connects_and_later_ones_ask_nobody(
    check: TokenCheck, others: TokenCheck, db: Database, player: Player
) -> None:
    await others.first_run()
    async with db.transaction() as tx:
        assert await accounts.every(tx.session) == []

    await check.first_run()
    assert (await the_account(db)).instagram_id == ACCOUNT

    await player.control("token", {"invalid": True})
    await check.first_run()
    assert await told(db) == []


async def test_a_new_token_in_the_settings_replaces_the_old_one(
    check: TokenCheck, db: Database, client: InstagramClient, player: Player
) -> None:
    await check()
    await player.control("token", {"value": NEW})

    await TokenCheck(db, client, VAULT, OPTIONS, FirstAccount(NEW))()

    assert await held(db) == NEW


async def test_a_refreshed_token_is_not_replaced_by_the_one_it_came_from(
    check: TokenCheck, db: Database, player: Player
) -> None:
    await check()
    await player.control("switches", {"refresh_renames": True})
    await a_week_later(db)
    await check()
    refreshed = await held(db)
    obtained_at = (await the_account(db)).token_obtained_at
    assert refreshed != ACCESS_TOKEN

    await check()

    assert await held(db) == refreshed
    assert (await the_account(db)).token_obtained_at == obtained_at


async def test_a_token_whose_key_is_lost_is_taken_from_the_settings_again(
    check: TokenCheck, db: Database
) -> None:
    lost = Vault([Fernet.generate_key().decode()])
    await check()
    account = await the_account(db)
    async with db.transaction() as tx:
        await accounts.change(tx.session, account.id, token_encrypted=lost.seal(ACCESS_TOKEN))

    await check()

    assert await held(db) == ACCESS_TOKEN
    assert await told(db) == []


async def test_an_account_that_lost_its_token_gets_the_settings_one(check: TokenCheck, db: Database) -> None:
    await connected(db, token_encrypted=None, token_state=TokenState.UNKNOWN)
    await check()

    assert await held(db) == ACCESS_TOKEN
    assert (await the_account(db)).token_state is TokenState.VALID


async def test_a_dead_token_in_the_settings_is_told_once_and_settled_by_a_good_one(
    check: TokenCheck, db: Database, player: Player
) -> None:
    await player.control("token", {"invalid": True, "subcode": 460})
    await check()
    await check()
    assert await told(db) == [("token_invalid:settings", AlertState.OPEN, 2)]
    assert await scheduled(db) == []

    await player.control("token", {"invalid": False})
    await check()
    assert await told(db) == [("token_invalid:settings", AlertState.RESOLVED, 2)]


async def test_an_app_that_may_not_read_the_account_is_told_too(
    check: TokenCheck, db: Database, player: Player
) -> None:
    await player.control("faults", {"operation": "me", "kind": "status", "code": 10})
    await check()

    assert await told(db) == [("token_invalid:settings", AlertState.OPEN, 1)]


async def test_while_instagram_is_away_the_check_comes_back_by_itself(
    check: TokenCheck, db: Database, player: Player
) -> None:
    await player.control("faults", {"operation": "me", "kind": "status", "code": 2, "times": 2})
    await check()

    assert await told(db) == []
    (key,) = await scheduled(db)

    # The job that runs now still holds the key of its own minute.
    async with db.transaction() as tx:
        await tx.session.execute(
            text("UPDATE pgqueuer SET status = 'picked', dedupe_key = :key"),
            {"key": f"tokens:{datetime.now(UTC):%d:%H:%M}"},
        )
    await check()
    assert await scheduled(db) == [f"tokens:{datetime.now(UTC):%d:%H:%M}", key]

    await check()
    assert (await the_account(db)).instagram_id == ACCOUNT


async def test_a_throttled_check_waits_as_long_as_instagram_says(
    check: TokenCheck, db: Database, player: Player
) -> None:
    await player.control("switches", {"usage": {"estimated_time_to_regain_access": 30}})
    await player.control("faults", {"operation": "me", "kind": "status", "code": 80002})
    await check()

    async with db.transaction() as tx:
        wait = await tx.session.scalar(text("SELECT execute_after - now() FROM pgqueuer"))
    assert timedelta(minutes=29) < wait <= timedelta(minutes=30)


@pytest.mark.parametrize(
    "body",
    [delivery(change("18100000000000001")), json.dumps(change("18100000000000001")).encode()],
    ids=["entry", "bare"],
)
async def test_what_came_for_an_unknown_account_is_processed_once_it_is_connected(
    check: TokenCheck, db: Database, body: bytes
) -> None:
    await arrive(db, body)
    async with db.transaction() as tx:
        assert await tx.session.scalar(select(Event.state)) is EventState.UNCLAIMED
    ((fingerprint, state, _count),) = await told(db)
    assert fingerprint.startswith("unknown_account:")
    assert state is AlertState.OPEN

    await check()
    assert [state for _fingerprint, state, _count in await told(db)] == [AlertState.RESOLVED]
    await arrive(db)

    async with db.transaction() as tx:
        assert await tx.session.scalar(select(Event.state)) is EventState.PROCESSED
        account = await accounts.find(tx.session, ACCOUNT)
        assert account is not None
        assert await comments.find(tx.session, account.id, "18100000000000001") is not None


# Every account


async def test_an_account_without_a_token_is_left_alone(others: TokenCheck, db: Database) -> None:
    await connected(db, token_encrypted=None, token_state=TokenState.UNKNOWN)
    await others()

    assert (await the_account(db)).token_state is TokenState.UNKNOWN


async def test_a_refused_token_is_known_and_told_and_recovers(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db)
    await player.control("token", {"invalid": True, "subcode": 467})
    await others()
    await others()

    assert (await the_account(db)).token_state is TokenState.INVALID
    async with db.transaction() as tx:
        (alert,) = (await tx.session.execute(select(Alert))).scalars()
        assert (alert.fingerprint, alert.count) == (f"token_invalid:{ACCOUNT}", 1)
        assert alert.severity is Severity.CRITICAL
        assert alert.params["account"] == "lavanda_home"
        assert "190/467" in alert.params["says"]

    await player.control("token", {"invalid": False})
    await others()
    assert (await the_account(db)).token_state is TokenState.VALID
    assert await told(db) == [(f"token_invalid:{ACCOUNT}", AlertState.RESOLVED, 1)]


async def test_instagram_being_away_says_nothing_of_a_token(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db)
    await player.control("faults", {"operation": "me", "kind": "status", "code": 2})
    await others()

    account = await the_account(db)
    assert (account.token_state, account.token_checked_at) == (TokenState.VALID, None)
    assert await told(db) == []


async def test_a_token_that_cannot_be_opened_is_as_bad_as_none(others: TokenCheck, db: Database) -> None:
    await connected(db, token_encrypted=Vault([Fernet.generate_key().decode()]).seal(ACCESS_TOKEN))
    await others()

    assert (await the_account(db)).token_state is TokenState.INVALID
    assert await told(db) == [(f"token_invalid:{ACCOUNT}", AlertState.OPEN, 1)]


async def test_one_bad_token_does_not_keep_the_others_from_their_check(
    others: TokenCheck, db: Database
) -> None:
    async with db.transaction() as tx:
        await an_account(tx, "17841400000000002", token_encrypted=VAULT.seal("IGAA-unknown"))
        await an_account(tx, ACCOUNT, token_encrypted=VAULT.seal(ACCESS_TOKEN))
    await others()

    async with db.transaction() as tx:
        states = [account.token_state for account in await accounts.every(tx.session)]
    assert states == [TokenState.INVALID, TokenState.VALID]


# Their age


async def a_week_later(db: Database) -> None:
    account = await the_account(db)
    async with db.transaction() as tx:
        week_ago = datetime.now(UTC) - timedelta(days=7, minutes=1)
        await accounts.change(tx.session, account.id, token_obtained_at=week_ago)


@pytest.mark.parametrize("renamed", [False, True])
async def test_a_week_old_token_is_refreshed(
    others: TokenCheck, db: Database, player: Player, renamed: bool
) -> None:
    await connected(db)
    await in_days(db, 20)
    await a_week_later(db)
    await player.control("switches", {"refresh_renames": renamed})

    await others()

    account = await the_account(db)
    assert (await held(db) != ACCESS_TOKEN) is renamed
    assert account.token_expires_at is not None
    assert account.token_obtained_at is not None
    assert account.token_expires_at - datetime.now(UTC) > timedelta(days=59)
    assert datetime.now(UTC) - account.token_obtained_at < timedelta(minutes=1)


async def test_a_younger_token_is_kept(others: TokenCheck, db: Database, player: Player) -> None:
    await connected(db, token_obtained_at=datetime.now(UTC) - timedelta(days=6))
    await player.control("switches", {"refresh_renames": True})

    await others()

    assert await held(db) == ACCESS_TOKEN


async def refused_too_early(player: Player) -> None:
    await player.control("token", {"issued_at": datetime.now(UTC).isoformat()})


async def refused_by_instagram(player: Player) -> None:
    await player.control("faults", {"operation": "refresh", "kind": "status", "code": 2})


async def the_new_one_is_dead(player: Player) -> None:
    await player.control("switches", {"refresh_renames": True})
    await player.control("faults", {"operation": "refresh", "kind": "delay"})
    await player.control("faults", {"operation": "me", "kind": "delay"})
    await player.control("faults", {"operation": "me", "kind": "status", "code": 190})


@pytest.mark.parametrize("why", [refused_too_early, refused_by_instagram, the_new_one_is_dead])
async def test_a_refused_refresh_keeps_the_old_token(
    others: TokenCheck, db: Database, player: Player, why: Callable[[Player], Awaitable[None]]
) -> None:
    await connected(db)
    await in_days(db, 20)
    await a_week_later(db)
    await why(player)

    await others()

    account = await the_account(db)
    assert await held(db) == ACCESS_TOKEN
    assert account.token_state is TokenState.VALID
    assert account.token_expires_at is not None
    assert account.token_expires_at - datetime.now(UTC) < timedelta(days=21)


async def test_people_are_told_at_14_7_3_and_1_days_once_each(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db)
    await refused_too_early(player)
    expected: list[tuple[str, AlertState, int]] = []
    for days in (40, 15, 14, 13.5, 10, 7, 4, 3, 2, 1, 0.2, -1):
        await in_days(db, days)
        await others()
        if days in {14, 7, 3, 1}:
            expected = [(fingerprint, AlertState.RESOLVED, 1) for fingerprint, _state, _count in expected]
            expected.append((f"token_expiring:{ACCOUNT}:{days}", AlertState.OPEN, 1))
        assert await told(db) == expected, days

    async with db.transaction() as tx:
        rows = (await tx.session.execute(select(Alert).order_by(Alert.id))).scalars()
        shown = [(row.severity, row.params["days"]) for row in rows]
    assert shown == [
        (Severity.WARNING, 14),
        (Severity.WARNING, 7),
        (Severity.CRITICAL, 3),
        (Severity.CRITICAL, 1),
    ]


async def test_a_refresh_settles_the_warning_and_the_next_one_is_new(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db)
    await in_days(db, 7)
    await refused_too_early(player)
    await others()
    await player.control("token", {"issued_at": (datetime.now(UTC) - timedelta(days=2)).isoformat()})
    await others()
    assert await told(db) == [(f"token_expiring:{ACCOUNT}:7", AlertState.RESOLVED, 1)]

    await in_days(db, 7)
    await refused_too_early(player)
    await others()
    assert await told(db) == [
        (f"token_expiring:{ACCOUNT}:7", AlertState.RESOLVED, 1),
        (f"token_expiring:{ACCOUNT}:7", AlertState.OPEN, 1),
    ]


async def test_what_else_an_account_prefers_is_kept(others: TokenCheck, db: Database, player: Player) -> None:
    await connected(db, preferences={"signature": "Оля"})
    await refused_too_early(player)
    await in_days(db, 7)
    await others()

    assert (await the_account(db)).preferences == {"signature": "Оля", "token_told": 7}


async def test_a_token_of_unknown_age_is_not_warned_of(others: TokenCheck, db: Database) -> None:
    await connected(db)
    await others()

    assert (await the_account(db)).token_expires_at is None
    assert await told(db) == []


async def test_a_young_token_that_dies_soon_is_refreshed_but_never_on_its_first_day(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db, token_obtained_at=datetime.now(UTC) - timedelta(hours=23))
    await in_days(db, 5)
    await player.control("switches", {"refresh_renames": True})
    await others()
    assert await held(db) == ACCESS_TOKEN

    account = await the_account(db)
    async with db.transaction() as tx:
        day_ago = datetime.now(UTC) - timedelta(hours=25)
        await accounts.change(tx.session, account.id, token_obtained_at=day_ago)
    await others()
    assert await held(db) != ACCESS_TOKEN
    assert await told(db) == [(f"token_expiring:{ACCOUNT}:7", AlertState.RESOLVED, 1)]


async def test_that_instagram_finds_a_refresh_too_early_is_told_to_nobody(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db)
    await in_days(db, 20)
    await a_week_later(db)
    await refused_too_early(player)
    await others()

    assert await told(db) == []
    assert await scheduled(db) == []


async def test_the_days_go_by_while_instagram_is_away(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db)
    await in_days(db, 3)
    await player.control("faults", {"operation": "me", "kind": "status", "code": 2})
    await others()

    assert await told(db) == [(f"token_expiring:{ACCOUNT}:3", AlertState.OPEN, 1)]


# What a person can do


@pytest.mark.parametrize(
    ("subcode", "remedy"),
    [
        (None, "reconnect"),
        (0, "reconnect"),
        (458, "reconnect"),
        (459, "log_in"),
        (460, "reconnect"),
        (463, "reconnect"),
        (464, "log_in"),
        (467, "reconnect"),
        (492, "fix_role"),
    ],
)
async def test_a_refusal_says_what_to_do_once_and_stops_that_account_only(
    others: TokenCheck, db: Database, player: Player, subcode: int | None, remedy: str
) -> None:
    second = await player.control("accounts", {"username": "second_shop"})
    await player.control("token", {"account_id": second["account_id"], "value": "IGAA-second"})
    await connected(db)
    async with db.transaction() as tx:
        await an_account(tx, second["account_id"], token_encrypted=VAULT.seal("IGAA-second"))
    await player.control("token", {"invalid": True, "subcode": subcode})
    await others()
    await others()

    async with db.transaction() as tx:
        (alert,) = (await tx.session.execute(select(Alert))).scalars()
        states = [account.token_state for account in await accounts.every(tx.session)]
    assert (alert.fingerprint, alert.count) == (f"token_invalid:{ACCOUNT}", 1)
    assert (alert.params["remedy"], alert.chat_id) == (remedy, CHAT_ID)
    assert states == [TokenState.INVALID, TokenState.VALID]
    assert ACCESS_TOKEN not in str(alert.params)


async def test_what_a_delivery_could_not_know_the_check_adds_to_the_same_message(
    others: TokenCheck, db: Database, player: Player
) -> None:
    account = await connected(db)
    async with db.transaction() as tx:
        await token_refused(tx, account, "reply: auth 190/459")
    await player.control("token", {"invalid": True, "subcode": 459})
    await others()
    await others()

    assert await told(db) == [(f"token_invalid:{ACCOUNT}", AlertState.OPEN, 2)]
    async with db.transaction() as tx:
        params = (await tx.session.execute(select(Alert.params))).scalar_one()
    assert params["remedy"] == "log_in"


async def test_a_delivery_that_left_with_the_former_token_says_nothing_of_the_new_one(db: Database) -> None:
    before = await connected(db, token_encrypted=VAULT.seal("IGAA-former"))
    await connected(db)
    async with db.transaction() as tx:
        await token_refused(tx, before, "reply: auth 190/463")

    assert (await the_account(db)).token_state is TokenState.VALID
    assert await told(db) == []
    assert await scheduled(db) == ["tokens:soon:a", "tokens:soon:b"]


async def test_a_token_whose_key_is_gone_says_so(others: TokenCheck, db: Database) -> None:
    await connected(db, token_encrypted=Vault([Fernet.generate_key().decode()]).seal(ACCESS_TOKEN))
    await others()

    async with db.transaction() as tx:
        params = (await tx.session.execute(select(Alert.params))).scalar_one()
    assert params["remedy"] == "restore_key"
    assert "ENCRYPTION_KEY" in params["says"]


async def test_a_refused_token_is_looked_at_soon_and_then_less_often(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db)
    await player.control("token", {"invalid": True})
    await others()
    assert await scheduled(db) == ["tokens:soon:a", "tokens:soon:b"]
    await others()
    assert await scheduled(db) == ["tokens:soon:a", "tokens:soon:b", "tokens:later:a", "tokens:later:b"]


# Several accounts, and changes meanwhile


async def test_one_accounts_surprise_does_not_keep_the_others_from_their_check(
    others: TokenCheck, db: Database
) -> None:
    async with db.transaction() as tx:
        await an_account(tx, "17841400000000002", token_encrypted=Fernet(KEY).encrypt(b"\xff\xff"))
        await an_account(tx, ACCOUNT, token_encrypted=VAULT.seal(ACCESS_TOKEN))
    with pytest.raises(UnicodeDecodeError):  # the queue's failures tell people
        await others()

    async with db.transaction() as tx:
        states = [account.token_state for account in await accounts.every(tx.session)]
    assert states == [TokenState.UNKNOWN, TokenState.VALID]


async def test_a_token_that_was_replaced_while_it_was_looked_at_says_nothing(
    others: TokenCheck, db: Database, player: Player
) -> None:
    stale = await connected(db, token_encrypted=VAULT.seal("IGAA-old-and-dead"))
    await connected(db)
    await others._look_at(stale)

    assert (await the_account(db)).token_state is TokenState.VALID
    assert await told(db) == []


async def test_a_token_sealed_anew_meanwhile_is_still_the_same_token(
    others: TokenCheck, db: Database
) -> None:
    seen = await connected(db)
    await connected(db, token_state=TokenState.INVALID)  # sealed again: other bytes, the same token
    await others._look_at(seen)

    assert (await the_account(db)).token_state is TokenState.VALID


async def test_an_account_that_was_let_go_is_not_looked_at_and_not_taken_from_the_settings(
    check: TokenCheck, db: Database, player: Player
) -> None:
    await check()
    account = await the_account(db)
    async with db.transaction() as tx:
        await disconnect(tx, account, Why.DEAUTHORISED)
    await check()

    account = await the_account(db)
    assert (account.token_encrypted, account.token_state) == (None, TokenState.INVALID)
    assert [state for fingerprint, state, _ in await told(db) if "disconnected" in fingerprint] == [
        AlertState.OPEN
    ]


async def test_another_token_in_the_settings_brings_an_account_back(
    check: TokenCheck, db: Database, client: InstagramClient, player: Player
) -> None:
    await check()
    account = await the_account(db)
    async with db.transaction() as tx:
        await disconnect(tx, account, Why.DEAUTHORISED)
    await player.control("token", {"value": NEW})
    await TokenCheck(db, client, VAULT, OPTIONS, FirstAccount(NEW))()

    assert await held(db) == NEW
    assert (await the_account(db)).disconnected_at is None
    assert await told(db) == [(f"account_disconnected:{ACCOUNT}", AlertState.RESOLVED, 1)]


async def test_a_changed_name_and_the_apps_own_id_are_followed(others: TokenCheck, db: Database) -> None:
    await connected(db, username="its_old_name")
    await others()

    account = await the_account(db)
    assert (account.username, account.app_scoped_id) == ("lavanda_home", "27000000000000001")


async def test_a_subscription_that_was_lost_is_made_again(
    others: TokenCheck, db: Database, player: Player
) -> None:
    await connected(db)
    await player.call("DELETE", f"/{ACCOUNT}/subscribed_apps")
    await others()

    (shown,) = await player.control("accounts", method="GET")
    assert {"comments", "live_comments", "messages"} <= set(shown["subscribed"])


def test_no_representation_shows_a_token() -> None:
    assert ACCESS_TOKEN not in repr(FirstAccount(ACCESS_TOKEN))
