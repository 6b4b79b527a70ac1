"""Bot API methods as families of functions with checked parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.model import Json
from sandbox.telegram.network import Network


class Params(BaseModel):
    """Parameters of a method. Forms bring everything as text; what the stand-in does not know is ignored."""

    model_config = ConfigDict(extra="ignore")


def _numeric(value: object) -> object:
    text = str(value).strip()
    return int(text) if text.removeprefix("-").isdecimal() else text


ChatId = Annotated[int | str, BeforeValidator(_numeric)]
# A nested object or array, or the text that should have been one: whoever uses it checks it.
Nested = Any

P = TypeVar("P", bound=Params)
Call = Callable[[Network, Json], object]


class Family:
    """Methods of one module by name. A function returns the `result`, or an awaitable of it."""

    def __init__(self) -> None:
        self.methods: dict[str, Call] = {}

    def method(
        self, name: str, params: type[P]
    ) -> Callable[[Callable[[Network, P], object]], Callable[[Network, P], object]]:
        """Register a function as the Bot API method `name`."""

        def register(run: Callable[[Network, P], object]) -> Callable[[Network, P], object]:
            def call(network: Network, arguments: Json) -> object:
                try:
                    checked = params.model_validate(arguments)
                except ValidationError as error:
                    raise _wrong_parameter(error) from None
                return run(network, checked)

            self.methods[name] = call
            return run

        return register


def _wrong_parameter(error: ValidationError) -> ApiError:
    where = ".".join(map(str, error.errors()[0]["loc"]))
    return bad_request(f'wrong parameter "{where}" in the request')
