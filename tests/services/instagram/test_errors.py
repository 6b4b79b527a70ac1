"""The datasheet's tables of errors (instagram, §4.4 and §5.3), row by row, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from services.instagram.client import InstagramClient
from services.instagram.errors import CODES, SUBCODES, GraphError, Remedy, Trouble, classify
from tests.services.instagram.neighbour import Neighbour, refuses, says
from tests.services.instagram.operations import ACCESS, CONNECTING

T = Trouble

# code, subcode, what it means for a read, what it means for a write
TABLE: list[tuple[int, int | None, Trouble, Trouble]] = [
    (-1, None, T.TRANSIENT, T.AMBIGUOUS),
    (-1, 2207001, T.TRANSIENT, T.AMBIGUOUS),
    (-2, None, T.TRANSIENT, T.AMBIGUOUS),
    (1, None, T.TRANSIENT, T.AMBIGUOUS),
    (1, 99, T.PERMISSION, T.PERMISSION),
    (1, 1357046, T.TRANSIENT, T.AMBIGUOUS),
    (2, None, T.TRANSIENT, T.AMBIGUOUS),
    (2, 1545133, T.TRANSIENT, T.AMBIGUOUS),
    (3, None, T.PERMISSION, T.PERMISSION),
    (4, None, T.THROTTLED, T.THROTTLED),
    (4, 1349210, T.THROTTLED, T.THROTTLED),
    (4, 2207051, T.POLICY, T.POLICY),
    (10, None, T.PERMISSION, T.PERMISSION),
    (10, 1893063, T.POLICY, T.POLICY),
    (10, 2018108, T.REFUSED, T.REFUSED),
    (10, 2018278, T.REFUSED, T.REFUSED),
    (10, 2534022, T.REFUSED, T.REFUSED),
    (17, None, T.THROTTLED, T.THROTTLED),
    (20, 1772107, T.REFUSED, T.AMBIGUOUS),
    (24, None, T.REFUSED, T.REFUSED),
    (25, None, T.AUTH, T.AUTH),
    (25, 2207050, T.AUTH, T.AUTH),
    (32, None, T.THROTTLED, T.THROTTLED),
    (100, None, T.REFUSED, T.REFUSED),
    (100, 33, T.GONE, T.GONE),
    (100, 2018001, T.REFUSED, T.REFUSED),
    (100, 2534001, T.REFUSED, T.REFUSED),
    (100, 2534013, T.THROTTLED, T.THROTTLED),
    (100, 2534014, T.REFUSED, T.REFUSED),
    (100, 2534024, T.REFUSED, T.REFUSED),
    (100, 2534025, T.REFUSED, T.AMBIGUOUS),
    (100, 2534029, T.POLICY, T.POLICY),
    (102, None, T.AUTH, T.AUTH),
    (190, None, T.AUTH, T.AUTH),
    *(
        (190, subcode, T.AUTH, T.AUTH)
        for subcode in (0, 456, 457, 458, 459, 460, 461, 462, 463, 464, 465, 466, 467, 468, 492)
    ),
    (200, None, T.PERMISSION, T.PERMISSION),
    (200, 1545041, T.REFUSED, T.REFUSED),
    (200, 2534041, T.PERMISSION, T.PERMISSION),
    (230, None, T.PERMISSION, T.PERMISSION),
    (299, None, T.PERMISSION, T.PERMISSION),
    (300, None, T.REFUSED, T.REFUSED),
    (341, None, T.THROTTLED, T.THROTTLED),
    (368, None, T.POLICY, T.POLICY),
    (506, None, T.REFUSED, T.REFUSED),
    (551, None, T.REFUSED, T.REFUSED),
    (551, 1545041, T.REFUSED, T.REFUSED),
    (613, None, T.THROTTLED, T.THROTTLED),
    (613, 1996, T.THROTTLED, T.THROTTLED),
    (613, 2534040, T.THROTTLED, T.THROTTLED),
    (10900, None, T.REFUSED, T.REFUSED),
    (77777, None, T.REFUSED, T.REFUSED),
    (80001, None, T.THROTTLED, T.THROTTLED),
    (80002, None, T.THROTTLED, T.THROTTLED),
    (80006, None, T.THROTTLED, T.THROTTLED),
]
ROWS = pytest.mark.parametrize(
    ("code", "subcode", "reading", "writing"), TABLE, ids=[f"{row[0]}-{row[1]}" for row in TABLE]
)
STATUSES = (400, 500, 200)  # the documented one, the one of outages, and one that never was


def test_the_table_has_a_row_for_everything_that_is_classified() -> None:
    rows = {(code, subcode) for code, subcode, *_ in TABLE}

    assert set(SUBCODES) <= rows
    assert set(CODES) - set(range(200, 300)) <= {code for code, _ in rows}


@ROWS
async def test_a_read_is_told_what_an_error_means(
    told: InstagramClient,
    neighbour: Neighbour,
    code: int,
    subcode: int | None,
    reading: Trouble,
    writing: Trouble,
) -> None:
    for status in STATUSES:
        neighbour.will(refuses(code, subcode, status=status))
        with pytest.raises(GraphError) as caught:
            await told.comment(ACCESS, "1")

        error = caught.value
        assert (error.trouble, error.code, error.subcode) == (reading, code, subcode)
        assert str(error) == f"comment: {reading} {code}/{subcode} Planned"
        assert error.retry_after is None


@ROWS
async def test_a_write_is_told_what_an_error_means_and_is_not_repeated(
    told: InstagramClient,
    neighbour: Neighbour,
    code: int,
    subcode: int | None,
    reading: Trouble,
    writing: Trouble,
) -> None:
    for status in STATUSES:
        neighbour.will(refuses(code, subcode, status=status))
        with pytest.raises(GraphError) as caught:
            await told.private_reply(ACCESS, "1", "Да")

        error = caught.value
        assert (error.trouble, error.code, error.subcode) == (writing, code, subcode)

    assert len(neighbour.asked) == len(STATUSES)


@pytest.mark.parametrize(
    ("code", "subcode", "remedy"),
    [
        (190, None, Remedy.RECONNECT),
        (190, 0, Remedy.RECONNECT),
        *((190, subcode, Remedy.RECONNECT) for subcode in (456, 457, 458, 460, 461, 462, 463)),
        *((190, subcode, Remedy.RECONNECT) for subcode in (465, 466, 467, 468)),
        (190, 459, Remedy.LOG_IN),
        (190, 464, Remedy.LOG_IN),
        (190, 492, Remedy.FIX_ROLE),
        (25, None, Remedy.LOG_IN),
        (25, 2207050, Remedy.LOG_IN),
        (102, None, Remedy.RECONNECT),
        (10, None, None),
        (4, None, None),
        (100, 33, None),
    ],
    ids=str,
)
def test_the_owner_is_told_what_to_do(code: int, subcode: int | None, remedy: Remedy | None) -> None:
    body = {"error": {"code": code, "error_subcode": subcode}}

    assert classify("me", body, write=False).remedy is remedy


def test_without_a_code_there_is_nothing_the_owner_could_do() -> None:
    assert GraphError(Trouble.TRANSIENT, "me").remedy is None


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ({"code": 77777, "is_transient": True}, T.TRANSIENT),
        ({"code": 100, "is_transient": True}, T.TRANSIENT),
        ({"code": 190, "is_transient": True}, T.AUTH),
        ({"code": 77777, "is_transient": "true"}, T.REFUSED),
        ({"code": "190"}, T.AUTH),
        ({"code": 190, "error_subcode": "463"}, T.AUTH),
        ({"code": 100, "message": "Unsupported request - method type: get"}, T.AUTH),
        ({"code": 100, "message": "Unsupported get request. Object with ID '1'"}, T.REFUSED),
        ({"code": "?"}, T.TRANSIENT),
        ({"code": True}, T.TRANSIENT),
        ({"code": 190.5}, T.TRANSIENT),
        ({"code": [190]}, T.TRANSIENT),
        ({"message": {"text": "an object"}}, T.TRANSIENT),
        ({}, T.TRANSIENT),
        ("went wrong", T.TRANSIENT),
        ([], T.TRANSIENT),
        (None, T.TRANSIENT),
    ],
    ids=str,
)
async def test_odd_envelopes_are_read_as_far_as_they_go(
    told: InstagramClient, neighbour: Neighbour, error: object, trouble: Trouble
) -> None:
    neighbour.will(says({"error": error}, status=400))
    with pytest.raises(GraphError) as caught:
        await told.comment(ACCESS, "1")

    assert caught.value.trouble is trouble


@pytest.mark.parametrize("operation", ["reply", "message"])
async def test_an_unknown_code_that_passes_leaves_a_write_in_doubt(
    told: InstagramClient, neighbour: Neighbour, operation: str
) -> None:
    neighbour.will(refuses(77777, is_transient=True))
    with pytest.raises(GraphError) as caught:
        await getattr(told, operation)(ACCESS, "1", "Да")

    assert caught.value.trouble is Trouble.AMBIGUOUS


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        ({"code": 400, "error_message": "Matching code was not found or was already used"}, T.REFUSED),
        ({"code": 401, "error_message": "Not allowed"}, T.REFUSED),
        ({"code": 429, "error_message": "Too many"}, T.THROTTLED),
        ({"code": 500, "error_message": "Oops"}, T.TRANSIENT),
        ({"code": 503, "error_message": None}, T.TRANSIENT),
        ({"code": 190, "error_message": "A code of Graph after all"}, T.AUTH),
        ({"error_message": "No code"}, T.TRANSIENT),
    ],
    ids=str,
)
async def test_the_exchange_of_codes_has_errors_of_its_own(
    told: InstagramClient, neighbour: Neighbour, body: dict[str, Any], trouble: Trouble
) -> None:
    neighbour.will(says({"error_type": "OAuthException", **body}, status=400))
    with pytest.raises(GraphError) as caught:
        await CONNECTING["exchange_code"](told)

    error = caught.value
    assert (error.trouble, error.code) == (trouble, body.get("code"))
    assert error.says == (body["error_message"] or "")


def test_what_graph_says_is_cut_and_can_be_stored() -> None:
    said = classify("me", {"error": {"message": "\x00\ud83d" + "x" * 10_000}}, write=False).says

    assert said == "\ufffd\ufffd" + "x" * 298


def test_an_empty_secret_hides_nothing() -> None:
    assert classify("me", {"error": {"message": "words"}}, write=False, secrets=("",)).says == "words"
