"""`answerCallbackQuery`."""

from __future__ import annotations

import time

from sandbox.telegram.entities import units
from sandbox.telegram.errors import bad_request
from sandbox.telegram.method import Family, Params
from sandbox.telegram.network import Network

FAMILY = Family()
ANSWER_LIMIT = 200
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class AnswerCallbackQuery(Params):
    """`answerCallbackQuery`."""

    callback_query_id: str = ""
    text: str = ""
    show_alert: bool = False
    url: str = ""
    cache_time: int = 0


@FAMILY.method("answerCallbackQuery", AnswerCallbackQuery)
def answer_callback_query(network: Network, params: AnswerCallbackQuery) -> bool:
    """Answer a tap, once and in time. There is no flood limit on answers."""
    if units(params.text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    tap = network.taps.get(params.callback_query_id)
    if tap is None or tap.expired or tap.answer.done():
        raise bad_request(TOO_OLD)
    if time.monotonic() - tap.at > network.switches.callback_seconds:
        raise bad_request(TOO_OLD)
    answer = {"text": params.text, "alert": params.show_alert}
    tap.answer.set_result(answer | ({"url": params.url} if params.url else {}))
    network.watchers.publish(
        "answer",
        callback_id=tap.id,
        user_id=tap.person.id,
        chat_id=tap.chat_id,
        message_id=tap.message_id,
        **answer,
    )
    return True
