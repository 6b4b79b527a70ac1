"""The stand-in's server: addresses, the key, faults, and the label on everything that leaves."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.faults import Fault
from sandbox.llm import chat, embeddings, responses
from sandbox.llm.completion import complete
from sandbox.llm.control import Control
from sandbox.llm.errors import BadRequestError, error, refuse
from sandbox.llm.prompt import Json, Prompt, read_body
from sandbox.llm.usage import PrefixCache, Usage

MODEL = "offline-stand-in"
LABEL = {"x-offline-stand-in": "not an LLM"}
BORN = 1_763_856_000  # 2025-11-23, an arbitrary fixed date
LARGEST_BODY = 8 * 1024 * 1024  # bytes: a prompt with a whole knowledge base and a picture

Answer = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class LanguageModelConfig:
    """`api_key`: the only key taken; None takes any that is not empty."""

    api_key: str | None = None


class LanguageModel:
    """An OpenAI-compatible server without a model; its base address ends in `/v1`."""

    def __init__(self, config: LanguageModelConfig = LanguageModelConfig()) -> None:
        self._config = config
        self._cache = PrefixCache()
        self.control = Control()

    def application(self) -> web.Application:
        application = web.Application(client_max_size=LARGEST_BODY)
        application.add_routes(self.control.routes())
        application.add_routes(
            [
                web.post("/v1/responses", self._posted("responses", self._respond)),
                web.post("/v1/chat/completions", self._posted("chat", self._chat)),
                web.post("/v1/embeddings", self._posted("embeddings", self._embed)),
                web.get("/v1/models", self._models),
                web.get("/v1/models/{model}", self._models),
                web.route("*", "/v1/{rest:.*}", _unknown),
            ]
        )
        application.on_response_prepare.append(_label)
        return application

    def _respond(self, body: Json) -> Json:
        prompt = responses.read_prompt(body)
        completion = complete(prompt, self.control.prompter)
        usage = self._count(prompt, completion.refusal or completion.text)
        return responses.render(body, completion, usage, MODEL)

    def _chat(self, body: Json) -> Json:
        prompt = chat.read_prompt(body)
        completion = complete(prompt, self.control.prompter)
        usage = self._count(prompt, completion.refusal or completion.text)
        return chat.render(completion, usage, MODEL)

    def _embed(self, body: Json) -> Json:
        return embeddings.render(body, MODEL)

    def _count(self, prompt: Prompt, output: str) -> Usage:
        return self._cache.count(prompt.whole, output)

    def _posted(
        self, operation: str, answer: Answer
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            if (denied := self._denied(request)) is not None:
                return denied
            raw = await request.read()
            self.control.record(operation, raw)

            async def execute() -> web.StreamResponse:
                try:
                    return web.json_response(answer(read_body(raw)))
                except BadRequestError as problem:
                    return problem.response()

            return await self.control.faults.play(request, operation, execute, _refuse)

        return handle

    async def _models(self, request: web.Request) -> web.StreamResponse:
        if (denied := self._denied(request)) is not None:
            return denied

        async def execute() -> web.StreamResponse:
            model = {"id": MODEL, "object": "model", "created": BORN, "owned_by": "sandbox"}
            asked = request.match_info.get("model")
            if asked is None:
                return web.json_response({"object": "list", "data": [model]})
            if asked == MODEL:
                return web.json_response(model)
            return error(404, f"The model '{asked}' does not exist.", param="model", code="model_not_found")

        return await self.control.faults.play(request, "models", execute, _refuse)

    def _denied(self, request: web.Request) -> web.Response | None:
        """401 without a bearer key, or with another than the configured one; the key is never repeated."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or not key.strip():
            return error(401, "You didn't provide an API key in an Authorization header using Bearer auth.")
        expected = self._config.api_key
        if expected is not None and not hmac.compare_digest(expected.encode(), key.strip().encode()):
            return error(401, "Incorrect API key provided.", code="invalid_api_key")
        return None


def _refuse(fault: Fault) -> web.StreamResponse:
    return refuse(fault)


async def _unknown(request: web.Request) -> web.Response:
    return error(404, f"Invalid URL ({request.method} {request.path})")


async def _label(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(LABEL)
    response.headers.setdefault("x-request-id", f"req_{secrets.token_hex(16)}")
