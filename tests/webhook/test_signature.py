"""Only who knows a secret gets a row."""

from __future__ import annotations

from sqlalchemy import func, select

from db.engine import Database
from db.models import Event
from tests.webhook.door import CURRENT, META, PREVIOUS, Door, change, delivery, signature

BODY = delivery(change("18100000000000001"))
RIGHT = signature(BODY)
NAME = "X-Hub-Signature-256"


async def rows(db: Database) -> int:
    async with db.transaction() as tx:
        return await tx.session.scalar(select(func.count()).select_from(Event)) or 0


WRONG = {
    "absent": [],
    "empty": [(NAME, "")],
    "sha1": [(NAME, "sha1=" + "0" * 40)],
    "the old header": [("X-Hub-Signature", "sha1=" + "0" * 40)],
    "upper case": [(NAME, RIGHT.upper())],
    "upper-case digits": [(NAME, "sha256=" + RIGHT[7:].upper())],
    "cut": [(NAME, RIGHT[:-1])],
    "zeros": [(NAME, "sha256=" + "0" * 64)],
    "another secret": [(NAME, signature(BODY, "another secret"))],
    "another body": [(NAME, signature(BODY + b" "))],
    "two": [(NAME, RIGHT), (NAME, RIGHT)],
    "two in one": [(NAME, f"{RIGHT}, {RIGHT}")],
    "beyond ASCII": [(NAME, "sha256=" + "é" * 64)],
    "words": [(NAME, "подпись")],
    "digits of another script": [(NAME, "sha256=" + "٠" * 64)],
}


async def test_without_one_right_signature_nothing_is_kept(door: Door, db: Database) -> None:
    refused = {name: (await door.post(BODY, headers)).status for name, headers in WRONG.items()}

    assert refused == dict.fromkeys(WRONG, 401)
    assert await rows(db) == 0


async def test_a_flipped_bit_anywhere_in_the_body_breaks_the_signature(door: Door, db: Database) -> None:
    for position in range(0, len(BODY), 7):
        flipped = bytearray(BODY)
        flipped[position] ^= 1
        assert (await door.post(bytes(flipped), [(NAME, RIGHT)])).status == 401

    assert await rows(db) == 0


async def test_a_signature_of_bytes_that_are_no_text_is_refused(door: Door, db: Database) -> None:
    asked = await door.begin(b"X-Hub-Signature-256: sha256=\xff\xfe", b"Content-Length: 2", sent=b"{}")

    assert await asked.status() in {400, 401}
    asked.hang_up()
    assert await rows(db) == 0


async def test_each_configured_secret_signs(door: Door, db: Database) -> None:
    for kept, secret in enumerate((CURRENT, PREVIOUS, META), start=1):
        assert (await door.deliver(delivery(change(f"1810000000000000{kept}")), secret)).status == 200
        assert await rows(db) == kept


async def test_the_raw_bytes_are_signed(door: Door, db: Database) -> None:
    escaped = delivery(change("18100000000000001", "Привет 😍"))
    raw = escaped.decode("unicode-escape").encode("utf-16", "surrogatepass").decode("utf-16").encode()
    assert escaped != raw

    assert (await door.deliver(escaped)).status == 200
    assert (await door.deliver(raw)).status == 200
    assert await rows(db) == 1, "both are the same element"
    assert (await door.post(raw, [(NAME, signature(escaped))])).status == 401
