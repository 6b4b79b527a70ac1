"""Bodies that are too large, too slow, too many at once, or not what they say."""

from __future__ import annotations

import gzip

from db.engine import Database
from tests.webhook.conftest import door_to
from tests.webhook.door import Door, change, delivery, signature, until
from webhook.admission import LARGEST, Bodies

SIGNED = b"X-Hub-Signature-256: sha256=" + b"0" * 64
CHUNKED = b"Transfer-Encoding: chunked"
BODY = delivery(change("18100000000000001"))


async def test_a_length_beyond_the_limit_is_refused_before_the_body(door: Door) -> None:
    asked = await door.begin(SIGNED, b"Content-Length: %d" % (LARGEST + 1))

    assert await asked.status() == 413
    asked.hang_up()


async def test_without_a_signature_no_byte_is_waited_for(door: Door) -> None:
    asked = await door.begin(b"Content-Length: 1000")

    assert await asked.status() == 401
    asked.hang_up()


async def test_an_endless_body_ends_at_the_limit(db: Database) -> None:
    async with door_to(db, bodies=Bodies(largest=100_000)) as door:
        asked = await door.begin(SIGNED, CHUNKED)

        assert await asked.send_until_refused(b"2710\r\n" + b" " * 10_000 + b"\r\n") == 413
        asked.hang_up()


async def test_a_body_of_the_largest_size_is_read(door: Door) -> None:
    body = b" " * (LARGEST - len(BODY)) + BODY

    assert (await door.deliver(body)).status == 200
    assert (await door.deliver(body + b" ")).status == 413


async def test_a_body_that_never_ends_is_not_waited_for(db: Database) -> None:
    async with door_to(db, bodies=Bodies(deadline=0.1)) as door:
        asked = await door.begin(SIGNED, b"Content-Length: 100", sent=b"{")

        assert await asked.status() == 408
        asked.hang_up()


async def test_hundreds_of_slow_bodies_shut_nobody_out(door: Door) -> None:
    slow = [await door.begin(SIGNED, b"Content-Length: 100", sent=b"{") for _ in range(200)]

    assert (await door.deliver(BODY)).status == 200
    for asked in slow:
        asked.hang_up()


async def test_the_memory_for_all_bodies_together_is_bounded(db: Database) -> None:
    bodies = Bodies(together=1_000)
    async with door_to(db, bodies=bodies) as door:
        first = await door.begin(SIGNED, b"Content-Length: 1000", sent=b" " * 999)
        await until(lambda: bodies._held == 999)

        crowded = await door.deliver(BODY)
        assert (crowded.status, crowded.headers["Retry-After"]) == (503, "5")

        first.writer.write(b" ")
        assert await first.status() == 401
        assert (await door.deliver(BODY)).status == 200
        first.hang_up()


async def test_compressed_bodies_are_not_accepted(door: Door) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    signed = ("X-Hub-Signature-256", signature(bomb))

    assert (await door.post(bomb, [signed, ("Content-Encoding", "gzip")])).status == 415
    assert (await door.post(b"{}", [("Content-Encoding", "deflate")])).status == 415
    assert (await door.deliver(BODY, **{"Content-Encoding": "identity"})).status == 200


async def test_chunks_that_are_none_are_waited_for_no_longer_than_others(db: Database) -> None:
    bodies = Bodies(deadline=0.5)
    async with door_to(db, bodies=bodies) as door:
        asked = await door.begin(SIGNED, CHUNKED, sent=b"2\r\n{}\r\n")
        await until(lambda: bodies._held == 2)
        asked.writer.write(b"no number\r\n")

        assert await asked.status() == 408
        asked.hang_up()
        assert (await door.deliver(BODY)).status == 200


async def test_a_sender_that_hangs_up_leaves_nothing_behind(db: Database) -> None:
    bodies = Bodies()
    async with door_to(db, bodies=bodies) as door:
        asked = await door.begin(SIGNED, b"Content-Length: 100", sent=b"{")
        await until(lambda: bodies._held == 1)
        asked.hang_up()
        await until(lambda: bodies._held == 0)

        assert (await door.deliver(BODY)).status == 200
