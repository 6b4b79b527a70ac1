"""The stand-in as an application: `/bot{token}/{method}`, `/file/bot{token}/…` and `/_control/…`."""

from __future__ import annotations

import asyncio
import inspect
from http import HTTPStatus

from aiohttp import web

from sandbox.faults import Fault, FaultBox
from sandbox.telegram import chats, commands, editing, files, marks, polling, sending, taps, topics
from sandbox.telegram.arguments import decoded, read_arguments, shown_arguments
from sandbox.telegram.control import Control, control_errors
from sandbox.telegram.errors import ApiError, too_many_requests
from sandbox.telegram.journal import Call, Journal
from sandbox.telegram.model import Json, TelegramConfig
from sandbox.telegram.network import Network
from sandbox.telegram.sending import UPLOAD_LIMIT
from sandbox.telegram.updates import Wake

FAMILIES = (chats, commands, editing, files, marks, polling, sending, taps, topics)
METHODS = {name: call for module in FAMILIES for name, call in module.FAMILY.methods.items()}
SPELLING = {name.lower(): name for name in METHODS}  # the server reads names in any case
BODY_LIMIT = UPLOAD_LIMIT + 1024 * 1024  # room for the other fields of a form


class Telegram:
    """One Telegram with one bot."""

    def __init__(self, config: TelegramConfig) -> None:
        self._config = config
        self._network = Network(config)
        self._network.webhook.answers_with(self._obey)
        self._journal = Journal()
        self._faults = FaultBox()
        self._running: set[asyncio.Task[web.StreamResponse]] = set()

    def application(self) -> web.Application:
        """Everything as one application; what waits is let go at shutdown."""
        application = web.Application(client_max_size=BODY_LIMIT, middlewares=[control_errors])
        application.add_routes(self._faults.routes())
        application.add_routes(Control(self._network, self._journal).routes())
        application.router.add_route("GET", "/file/bot{token}/{path:.*}", self._download)
        application.router.add_route("*", "/file/bot{token}/{path:.*}", _not_found)
        for verb in ("GET", "POST"):
            application.router.add_route(verb, "/bot{token}/{method}", self._handle)
        application.on_shutdown.append(self._shut_down)
        return application

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        spelled = request.match_info["method"]
        if request.match_info["token"] != self._config.bot_token:
            self._journal.open(spelled, {}).fail(401, "Unauthorized")
            return _refusal(ApiError(401, "Unauthorized"))
        method = SPELLING.get(spelled.lower(), spelled)
        try:
            arguments = await read_arguments(request)
        except ApiError as error:
            self._journal.open(method, {}).fail(error.code, error.description)
            return _refusal(error)
        call = self._journal.open(method, shown_arguments(arguments))
        if method == "getUpdates":  # ends when the poller goes away
            return await self._play(request, call, arguments)
        # Any other call, once here, is carried out even if the caller has hung up meanwhile.
        task = asyncio.create_task(self._play(request, call, arguments))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Fetch a file; a fault for it is planned as one for a method called `downloadFile`."""
        if request.match_info["token"] != self._config.bot_token:
            return await _not_found(request)
        path = request.match_info["path"]
        call = self._journal.open(files.DOWNLOAD, {"path": path})

        async def execute() -> web.StreamResponse:
            try:
                response = files.content(self._network, path)
            except ApiError as error:
                call.fail(error.code, error.description)
                return _refusal(error)
            call.succeed()
            return response

        def refuse(fault: Fault) -> web.StreamResponse:
            error = _worded(fault)
            call.fail(error.code, error.description)
            return _refusal(error)

        return await self._faults.play(request, call.method, execute, refuse)

    async def _play(self, request: web.Request, call: Call, arguments: Json) -> web.StreamResponse:
        async def execute() -> web.StreamResponse:
            return await self._execute(call, arguments)

        def refuse(fault: Fault) -> web.StreamResponse:
            error = _worded(fault)
            call.fail(error.code, error.description)
            return _refusal(error)

        return await self._faults.play(request, call.method, execute, refuse)

    async def _execute(self, call: Call, arguments: Json) -> web.Response:
        try:
            result = METHODS.get(call.method, _no_method)(self._network, arguments)
            if inspect.isawaitable(result):
                result = await result
        except ApiError as error:
            call.fail(error.code, error.description)
            return _refusal(error)
        call.succeed()
        return web.json_response({"ok": True, "result": result})

    async def _obey(self, method: str, arguments: Json) -> None:
        """Carry out the call that a bot put into its answer to a webhook delivery."""
        name = SPELLING.get(method.lower(), method)
        call = self._journal.open(name, shown_arguments(arguments))
        try:
            await self._execute(call, decoded(arguments))
        except ApiError as error:
            call.fail(error.code, error.description)

    async def _shut_down(self, _application: web.Application) -> None:
        self._network.close()
        self._network.updates.end_poll(Wake.NEWS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


def _no_method(_network: Network, _arguments: Json) -> object:
    raise ApiError(404, "Not Found: method not found")


def _worded(fault: Fault) -> ApiError:
    """A planned error as the server would put it; `message` is the description."""
    code = fault.code or (429 if fault.retry_after else 500)
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        error = too_many_requests(fault.retry_after or 1)
    else:
        names = {status.value: status.phrase for status in HTTPStatus}
        error = ApiError(code, names.get(code, "Error"), retry_after=fault.retry_after)
    error.description = fault.message or error.description
    return error


def _refusal(error: ApiError) -> web.Response:
    return web.json_response(error.body(), status=error.code)


async def _not_found(_request: web.Request) -> web.Response:
    return _refusal(ApiError(404, "Not Found"))
