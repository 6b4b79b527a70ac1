"""Meta's two callbacks and the page that a person is sent to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text, update

from db.engine import Database
from db.models import Account, Erasure, Event
from db.models.account import TokenState
from db.models.event import EventState
from db.models.privacy import ErasureState, ErasureSubject
from db.repositories import accounts
from services.privacy.callbacks import Callbacks
from services.privacy.pseudonyms import Pseudonyms
from services.privacy.requests import Requests
from services.vault import Vault
from tests.webhook.door import CURRENT, META, PREVIOUS, Answer
from webhook.admission import FAILURES_PER_MINUTE
from webhook.privacy import DEAUTHORIZE, DELETION, LARGEST, PrivacyAnswers, PrivacyCallbacks
from webhook.server import application, listening

PUBLIC = "https://shop.example"
PERSON, PROFESSIONAL, SCOPED, PAGE = "900000000000001", "17841400000000001", "5550001", "7770001"
FORM = "application/x-www-form-urlencoded"
SECRETS = [secret.encode() for secret in (CURRENT, PREVIOUS, META)]


def signed(secret: str = CURRENT, **changed: Any) -> str:
    """A signed_request of now."""
    now = int(datetime.now(UTC).timestamp())
    given = {"algorithm": "HMAC-SHA256", "issued_at": now, "expires": now + 3600, "user_id": PERSON}
    body = base64.urlsafe_b64encode(json.dumps(given | changed).encode()).rstrip(b"=")
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}.{body.decode()}"


@dataclass(frozen=True, slots=True)
class Callback:
    """Meta's side of the two addresses."""

    session: aiohttp.ClientSession
    base: str
    db: Database

    async def post(self, path: str, body: str | bytes, **headers: str) -> Answer:
        given = {"Content-Type": FORM} | headers
        async with self.session.post(self.base + path, data=body, headers=given) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)

    async def ask(self, path: str, value: str) -> Answer:
        return await self.post(path, urlencode({"signed_request": value}))

    async def get(self, path: str) -> Answer:
        async with self.session.get(self.base + path) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)

    async def deletion(self, value: str | None = None) -> str:
        """The confirmation code of a request that is taken."""
        answer = await self.ask(DELETION, value or signed())
        assert answer.status == 200
        code: str = json.loads(answer.text)["confirmation_code"]
        return code

    async def erasures(self) -> list[Erasure]:
        async with self.db.transaction() as tx:
            return list((await tx.session.execute(select(Erasure).order_by(Erasure.id))).scalars())

    async def jobs(self) -> list[str]:
        async with self.db.transaction() as tx:
            rows = await tx.session.execute(text("SELECT entrypoint FROM pgqueuer ORDER BY id"))
            return [row[0] for row in rows]

    async def account(self) -> Account:
        async with self.db.transaction() as tx:
            return (await tx.session.execute(select(Account))).scalar_one()


@asynccontextmanager
async def callback_to(db: Database, answers: PrivacyAnswers, *trusted: str) -> AsyncIterator[Callback]:
    pseudonyms = Pseudonyms([b"key"])
    vault = Vault([Fernet.generate_key().decode()])
    room = PrivacyCallbacks(
        db,
        Callbacks(Requests(vault, pseudonyms), pseudonyms),
        SECRETS,
        answers,
        [ip_network(one) for one in trusted],
    )
    async with (
        listening(application(room.routes()), "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as session,
    ):
        yield Callback(session, f"http://127.0.0.1:{port}", db)


@pytest.fixture
async def meta(db: Database) -> AsyncIterator[Callback]:
    async with callback_to(db, PrivacyAnswers(PUBLIC)) as meta:
        yield meta


@pytest.fixture
async def account(db: Database) -> Account:
    async with db.transaction() as tx:
        return await accounts.connect(
            tx.session,
            PROFESSIONAL,
            username="lavanda_home",
            chat_id=-100,
            locale="ru",
            token_encrypted=b"sealed",
            app_scoped_id=SCOPED,
            page_id=PAGE,
        )


@pytest.mark.parametrize("secret", [CURRENT, PREVIOUS, META], ids=["current", "previous", "meta"])
async def test_a_deletion_is_noted_and_answered_with_page_and_code(meta: Callback, secret: str) -> None:
    answer = await meta.ask(DELETION, signed(secret))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    [erasure] = await meta.erasures()
    assert json.loads(answer.text) == {
        "url": f"{PUBLIC}/instagram/data-deletion/{erasure.code}",
        "confirmation_code": erasure.code,
    }
    assert erasure.subject is ErasureSubject.PERSON
    assert await meta.jobs() == ["erase"]


async def test_the_bare_form_that_metas_pages_draw_is_a_switch(db: Database) -> None:
    async with callback_to(db, PrivacyAnswers(PUBLIC, bare=True)) as meta:
        answer = await meta.ask(DELETION, signed())
        [erasure] = await meta.erasures()
    url = f"{PUBLIC}/instagram/data-deletion/{erasure.code}"
    assert answer.text == f"{{ url: '{url}', confirmation_code: '{erasure.code}' }}"


async def test_without_a_public_address_the_one_asked_is_told(db: Database) -> None:
    async with callback_to(db, PrivacyAnswers(None)) as meta:
        answer = await meta.ask(DELETION, signed())
        assert json.loads(answer.text)["url"].startswith(f"{meta.base}/instagram/data-deletion/")


async def test_asking_twice_is_asking_once_while_it_is_open(meta: Callback) -> None:
    first = await meta.deletion()
    assert await meta.deletion(signed(user_id=int(PERSON))) == first
    async with meta.db.transaction() as tx:
        await tx.session.execute(update(Erasure).values(state=ErasureState.DONE))
    assert await meta.deletion() != first


@pytest.mark.parametrize(
    "who",
    [{"user_id": SCOPED}, {"user_id": PROFESSIONAL}, {"user_id": 0, "profile_id": PAGE}],
    ids=["app-scoped", "professional", "page"],
)
async def test_the_owner_of_an_account_takes_its_token_away_at_once(
    meta: Callback, account: Account, who: dict[str, Any]
) -> None:
    await meta.deletion(signed(**who))
    [erasure] = await meta.erasures()
    assert (erasure.subject, erasure.account_id) == (ErasureSubject.ACCOUNT, account.id)
    now = await meta.account()
    assert (now.token_encrypted, now.token_state) == (None, TokenState.INVALID)


@pytest.mark.parametrize(
    "who",
    [{"user_id": SCOPED}, {"user_id": PROFESSIONAL}, {"user_id": 0, "profile_id": PAGE}],
    ids=["app-scoped", "professional", "page"],
)
async def test_a_deauthorised_account_is_let_go(
    meta: Callback, account: Account, who: dict[str, Any]
) -> None:
    assert (await meta.ask(DEAUTHORIZE, signed(**who))).status == 200
    now = await meta.account()
    assert now.disconnected_at is not None
    assert now.token_encrypted is None
    assert await meta.erasures() == []


async def test_an_unknown_id_is_answered_and_noted_without_it(meta: Callback, account: Account) -> None:
    for _ in range(2):
        assert (await meta.ask(DEAUTHORIZE, signed())).status == 200
    assert (await meta.account()).token_encrypted == b"sealed"
    async with meta.db.transaction() as tx:
        [event] = (await tx.session.execute(select(Event))).scalars().all()
    assert (event.field, event.state, event.payload) == ("deauthorize", EventState.IGNORED, {})
    assert PERSON not in event.identity


@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETION])
async def test_a_foreign_signature_is_refused_and_counted(
    meta: Callback, account: Account, path: str
) -> None:
    statuses = [
        (await meta.ask(path, signed("somebody else's"))).status for _ in range(FAILURES_PER_MINUTE + 2)
    ]
    assert statuses[:FAILURES_PER_MINUTE] == [403] * FAILURES_PER_MINUTE
    assert statuses[-1] == 429
    assert await meta.erasures() == []
    assert (await meta.account()).disconnected_at is None


async def test_behind_a_trusted_proxy_each_address_has_its_own_penalties(db: Database) -> None:
    async with callback_to(db, PrivacyAnswers(PUBLIC), "127.0.0.0/8") as meta:
        for _ in range(FAILURES_PER_MINUTE + 2):
            await meta.post(DELETION, "signed_request=x", **{"X-Forwarded-For": "198.51.100.1"})
        form = urlencode({"signed_request": signed()})
        assert (await meta.post(DELETION, form, **{"X-Forwarded-For": "198.51.100.1"})).status == 429
        assert (await meta.post(DELETION, form, **{"X-Forwarded-For": "198.51.100.2"})).status == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"signed_request=", {}, 400),
        (b"other=1", {}, 400),
        (b"signed_request=a&signed_request=b", {}, 400),
        (b"&".join([b"a=1"] * 20), {}, 400),
        ("signed_request=é".encode(), {}, 400),
        (b"\xff\x00", {}, 400),
        (b"signed_request=%00%ff", {}, 403),
        (b"signed_request=" + b"a" * LARGEST, {}, 413),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"signed_request=a", {"Content-Encoding": "gzip"}, 415),
    ],
    ids=range(11),
)
async def test_odd_bodies_are_refused(
    meta: Callback, body: bytes, headers: dict[str, str], status: int
) -> None:
    for path in (DEAUTHORIZE, DELETION):
        assert (await meta.post(path, body, **headers)).status == status
    assert await meta.erasures() == []


async def test_a_body_without_a_length_is_bounded_too(meta: Callback) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"a" * 4096

    url = meta.base + DELETION
    async with meta.session.post(url, data=endless(), headers={"Content-Type": FORM}) as answer:
        assert answer.status == 413


async def test_while_the_database_is_away_meta_is_asked_to_come_again() -> None:
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere")
    async with callback_to(gone, PrivacyAnswers(PUBLIC)) as meta:
        for path in (DEAUTHORIZE, DELETION):
            assert (await meta.ask(path, signed())).status == 503
        assert (await meta.get(f"{DELETION}/{'A' * 16}")).status == 503
    await gone.close()


async def test_the_page_tells_how_far_it_got_in_both_languages(meta: Callback) -> None:
    code = await meta.deletion()
    waiting = await meta.get(f"{DELETION}/{code}")
    assert (waiting.status, code in waiting.text) == (200, True)
    assert "Удаляем ваши данные" in waiting.text
    assert "We are deleting your data" in waiting.text
    async with meta.db.transaction() as tx:
        await tx.session.execute(
            update(Erasure).values(
                state=ErasureState.DONE, finished_at=datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
            )
        )
    done = await meta.get(f"{DELETION}/{code}")
    assert "Ваши данные удалены" in done.text
    assert "Your data is deleted" in done.text
    assert "23.11.2026, 09:05 UTC" in done.text


async def test_the_page_names_nobody_and_is_kept_nowhere(meta: Callback) -> None:
    page = await meta.get(f"{DELETION}/{await meta.deletion()}")
    [erasure] = await meta.erasures()
    for secret in (PERSON, erasure.id_hash or "?", *erasure.hashes):
        assert secret not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    [style] = re.findall("<style>(.*)</style>", page.text)
    made = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{made}'" in policy
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "code", ["A" * 16, "a" * 16, "1", "A" * 17, "%3Cscript%3E", "..%2F", "%00", "А" * 16], ids=range(8)
)
async def test_an_unknown_code_has_a_page_of_its_own(meta: Callback, code: str) -> None:
    await meta.deletion()
    answer = await meta.get(f"{DELETION}/{code}")
    assert answer.status == 404
    assert "There is no such request" in answer.text
    assert "script" not in answer.text.lower()
