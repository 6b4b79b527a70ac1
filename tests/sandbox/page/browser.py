"""A headless Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

PATIENCE = 20.0  # seconds for anything to become true
LISTENING = re.compile(r"DevTools listening on ws://127\.0\.0\.1:(\d+)/")
# As root Chromium runs without its own sandbox only. No name leads anywhere, so nothing leaves loopback.
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


@dataclass
class Browser:
    """One window. `complaints` are errors of the console, `requests` every address asked for."""

    socket: ClientWebSocketResponse
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    _waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict)

    async def open(
        self, address: str, *, width: int = 1280, height: int = 900, dark: bool = False, language: str = "ru"
    ) -> None:
        """Load a page in a window of this size."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=scheme)
        agent = await self.call("Browser.getVersion")
        await self.call(
            "Emulation.setUserAgentOverride", userAgent=agent["userAgent"], acceptLanguage=language
        )
        await self.call("Page.navigate", url=address)
        await self.until("document.getElementById('connection')?.dataset.live === 'true'")

    async def call(self, method: str, **params: Any) -> Any:
        """The result of a command."""
        number = len(self._waiting) + 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        await self.socket.send_str(json.dumps({"id": number, "method": method, "params": params}))
        async with asyncio.timeout(PATIENCE):
            return await answer

    async def look(self, expression: str) -> Any:
        """The value of JavaScript, awaited."""
        found = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, expression: str) -> Any:
        """Look again with every frame until it is true; its value."""
        return await self.look(
            f"""new Promise((done, failed) => {{
                const end = performance.now() + {PATIENCE * 900:.0f};
                const look = () => {{
                    const found = ({expression});
                    if (found) done(found);
                    else if (performance.now() > end) failed(new Error({json.dumps(expression)}));
                    else setTimeout(look, 20);
                }};
                look();
            }})"""
        )

    async def text(self, selector: str) -> str:
        """What is written in the first element that matches, once there is one."""
        return str(await self.until(f"document.querySelector({json.dumps(selector)})?.innerText"))

    async def click(self, selector: str, saying: str = "") -> None:
        """Click the first visible element that matches and contains `saying`, once there is one."""
        await self.until(
            f"""(() => {{
                const found = [...document.querySelectorAll({json.dumps(selector)})].find(
                    (node) => node.innerText.includes({json.dumps(saying)}) && node.checkVisibility());
                found?.click();
                return found !== undefined;
            }})()"""
        )

    async def write(self, selector: str, text: str) -> None:
        """Type into a text box, in place of what is there, and press Enter."""
        await self.look(
            f"(b => {{ b.focus(); b.select(); }})(document.querySelector({json.dumps(selector)}))"
        )
        await self.call("Input.insertText", text=text)
        await self.press("Enter")

    async def press(self, key: str) -> None:
        """Press one key where the focus is."""
        codes = {"Enter": 13, "Tab": 9, " ": 32, "Escape": 27}
        event = {"key": key, "windowsVirtualKeyCode": codes[key]}
        typed = {"text": {"Enter": "\r", " ": " "}[key]} if key in {"Enter", " "} else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **event, **typed)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    async def picture(self) -> bytes:
        """What is seen, as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    async def listen(self) -> None:
        """Take in answers and events until the window is closed."""
        async for message in self.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            if "id" in told:
                answer = self._waiting[told["id"]]
                if "error" in told:
                    answer.set_exception(RuntimeError(told["error"]["message"]))
                elif not answer.done():
                    answer.set_result(told["result"])
            else:
                self._note(told["method"], told["params"])

    def _note(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.complaints.append(json.dumps(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(json.dumps(params["entry"]))
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case _:
                pass


@asynccontextmanager
async def chromium(program: str, http: ClientSession) -> AsyncIterator[Browser]:
    """Start it with an empty profile; its window, until the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *OPTIONS,
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            port = await _port(process.stderr)
            reading = asyncio.create_task(process.stderr.read())  # or the browser would wait for us
            async with http.get(f"http://127.0.0.1:{port}/json/list") as answer:
                target = next(one for one in await answer.json() if one["type"] == "page")
            async with http.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                browser = Browser(socket)
                listening = asyncio.create_task(browser.listen())
                try:
                    yield browser
                finally:
                    await socket.close()
                    await listening
        finally:
            process.terminate()
            await process.wait()
        await reading


async def _port(told: asyncio.StreamReader) -> int:
    """The port that the browser took, which it tells when it is ready."""
    async with asyncio.timeout(PATIENCE):
        async for line in told:
            if (found := LISTENING.search(line.decode(errors="replace"))) is not None:
                return int(found[1])
    raise RuntimeError("the browser did not start")
