"""A Graph API that does not answer for an account is left alone for a while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from services.instagram.access import Access
from services.instagram.breaker import FAILURES, REST, Breaker
from services.instagram.client import InstagramClient
from services.instagram.errors import GraphError, Trouble
from services.instagram.newest import ACCOUNTS
from tests.services.instagram.neighbour import Neighbour, hangs_up, raw, refuses, says
from tests.services.instagram.operations import ACCESS, TOKEN

OTHER = replace(ACCESS, account="17841400000000002")
GARBAGE = raw("<html>", 502)
FINE = says({"id": "1"})


@dataclass
class Clock:
    now: float = 1_000.0
    read: int = field(default=0)

    def __call__(self) -> float:
        self.read += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(neighbour: Neighbour, clock: Clock) -> AsyncIterator[InstagramClient]:
    async with InstagramClient(neighbour.base, "v26.0", clock=clock) as client:
        yield client


async def fails(client: InstagramClient, times: int = FAILURES, access: Access = ACCESS) -> None:
    for _ in range(times):
        with pytest.raises(GraphError):
            await client.comment(access, "1")


async def refusal(client: InstagramClient, neighbour: Neighbour, access: Access = ACCESS) -> GraphError:
    """The error of a write that never left."""
    before = len(neighbour.asked)
    with pytest.raises(GraphError) as caught:
        await client.reply(access, "1", "Да")
    assert len(neighbour.asked) == before, "refused without a call"
    return caught.value


@pytest.mark.parametrize("silence", [GARBAGE, hangs_up], ids=["garbage", "hang-up"])
async def test_after_five_silent_failures_nothing_is_asked(
    client: InstagramClient, neighbour: Neighbour, clock: Clock, silence: object
) -> None:
    neighbour.will(GARBAGE if silence is GARBAGE else hangs_up)
    await fails(client)
    clock.now += 10

    error = await refusal(client, neighbour)

    assert error.trouble is Trouble.TRANSIENT, "a write that never left is not in doubt"
    assert error.retry_after == REST - 10


async def test_four_failures_are_not_enough_and_an_answer_forgives_them(
    client: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(GARBAGE)
    await fails(client, FAILURES - 1)
    neighbour.will(FINE)
    await client.comment(ACCESS, "1")
    neighbour.will(GARBAGE)
    await fails(client, FAILURES - 1)
    neighbour.will(FINE)

    assert (await client.comment(ACCESS, "1")).id == "1"


@pytest.mark.parametrize("code", [1, 2, 4, 190, 100], ids=str)
async def test_an_error_of_graph_is_an_answer(
    client: InstagramClient, neighbour: Neighbour, code: int
) -> None:
    neighbour.will(refuses(code, status=500))
    await fails(client, 3 * FAILURES)

    assert len(neighbour.asked) == 3 * FAILURES


async def test_after_the_rest_one_call_tries_and_opens_the_way(
    client: InstagramClient, neighbour: Neighbour, clock: Clock
) -> None:
    neighbour.will(GARBAGE)
    await fails(client)
    clock.now += REST
    neighbour.will(FINE)

    assert (await client.comment(ACCESS, "1")).id == "1"
    assert await client.reply(ACCESS, "1", "Да") == "1"


async def test_a_trial_that_fails_means_another_rest(
    client: InstagramClient, neighbour: Neighbour, clock: Clock
) -> None:
    neighbour.will(GARBAGE)
    await fails(client)
    clock.now += REST
    await fails(client, 1)
    assert len(neighbour.asked) == FAILURES + 1

    error = await refusal(client, neighbour)
    assert error.retry_after == REST


def test_while_one_call_tries_the_others_wait(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed("1")
    clock.now += REST

    breaker.admit("comment", "1")
    with pytest.raises(GraphError):
        breaker.admit("comment", "1")
    clock.now += REST
    breaker.admit("comment", "1")  # the trial was cancelled: nobody waits for it for ever


async def test_other_accounts_and_calls_of_none_go_on(client: InstagramClient, neighbour: Neighbour) -> None:
    neighbour.will(GARBAGE)
    await fails(client)
    for _ in range(FAILURES):
        with pytest.raises(GraphError):
            await client.profile(TOKEN)
    neighbour.will(says({"id": "1", "user_id": "17841400000000002"}))

    assert (await client.comment(OTHER, "1")).id == "1"
    assert (await client.profile(TOKEN)).user_id == "17841400000000002"
    await refusal(client, neighbour)


def test_memory_is_bounded_and_the_newest_stay(clock: Clock) -> None:
    breaker = Breaker(clock)
    for number in range(ACCOUNTS + 100):
        for _ in range(FAILURES):
            breaker.failed(str(number))

    assert len(breaker._circuits) == ACCOUNTS
    breaker.admit("comment", "0")
    with pytest.raises(GraphError):
        breaker.admit("comment", str(ACCOUNTS + 99))
