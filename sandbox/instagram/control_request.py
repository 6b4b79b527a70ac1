"""How control addresses read what they are asked, and how they answer: always in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import AfterValidator, AwareDatetime, BaseModel, StringConstraints, ValidationError

from sandbox.instagram.account import Account
from sandbox.instagram.errors import GraphError
from sandbox.instagram.network import Network


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


def _bare(username: str) -> str:
    return username.removeprefix("@")


Model = TypeVar("Model", bound=BaseModel)
Username = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_bare)
]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


class ControlError(Exception):
    """The control request cannot be carried out."""

    def __init__(self, says: Any, status: int = 400) -> None:
        super().__init__(str(says))
        self.says = says
        self.status = status


def guarded(work: Callable[[web.Request], Any]) -> Handler:
    """A handler that answers what `work` gives; mistakes as `{"error": …}`, a rule of Instagram as 409."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await work(request))
        except ControlError as error:
            return web.json_response({"error": error.says}, status=error.status)
        except GraphError as error:
            return web.json_response({"error": str(error)}, status=409)

    return handle


async def decoded(request: web.Request) -> Any:
    """The body, whatever JSON it is."""
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError):
        raise ControlError("the body is not JSON") from None


async def parsed(request: web.Request, kind: type[Model]) -> Model:
    """The body as `kind`."""
    try:
        return kind.model_validate(await decoded(request))
    except ValidationError as error:
        raise wrong(error) from None


def wrong(error: ValidationError) -> ControlError:
    """What is wrong with a body, without its values."""
    return ControlError(error.errors(include_url=False, include_context=False, include_input=False))


def chosen(network: Network, wanted: str | None) -> Account:
    """The account of this id or username, the first one when nothing is wanted."""
    if wanted is None:
        return network.first
    account = network.known_as(wanted) or network.named(wanted)
    if account is None:
        raise ControlError("no such account", status=404)
    return account
