"""A reference client: signs in, follows a thread, sends, survives cuts. Needs `websockets`.

python docs/client.py http://localhost:8000 E-MAIL PASSWORD CODE THREAD-ID "A line to send"
"""

import asyncio
import json
import random
import re
import sys
import time
import uuid
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import websockets


def sign_in(origin: str, email: str, password: str, code: str) -> str:
    """The cookie header of a session with both factors, got through the forms of the pages."""
    jar = CookieJar()
    http = build_opener(HTTPCookieProcessor(jar))
    for path, fields in [
        ("/sign-in/", {"username": email, "password": password}),
        ("/sign-in/code/", {"code": code, "way": "app"}),
    ]:
        page = http.open(origin + path).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = urlencode({**fields, "csrfmiddlewaretoken": token[1] if token else ""}).encode()
        http.open(Request(origin + path, form, {"Referer": origin + path, "Origin": origin}))
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


class Follower:
    """One thread, kept whole across any number of disconnections."""

    def __init__(self, origin: str, cookie: str, thread: str) -> None:
        self.origin, self.cookie, self.thread = origin, cookie, uuid.UUID(thread)
        self.items: dict[int, dict[str, Any]] = {}
        self.unanswered: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.on_item: Callable[[dict[str, Any]], None] = lambda item: None
        self.wire: Any = None

    async def send(self, text: str) -> dict[str, Any]:
        """The portal's answer, once the message is durably stored; repeated until there is one."""
        command = str(uuid.UUID(int=(uuid.uuid4().int & ~(15 << 76)) | (7 << 76)))
        body = {"thread": str(self.thread), "text": text}
        frame = {"kind": "do", "command": "messaging.reply", "id": command, "body": body}
        self.unanswered[command] = frame
        self.answers[command] = asyncio.get_running_loop().create_future()
        await self._say(frame)
        return await self.answers[command]

    async def run(self) -> None:
        """Follow until cancelled, or until the portal says to stop."""
        delay, lost_at = 0.25, time.monotonic()
        while True:
            try:
                address = self.origin.replace("http", "ws", 1) + "/live/"
                head = {"Cookie": self.cookie}
                async with websockets.connect(
                    address, origin=self.origin, additional_headers=head, compression=None
                ) as self.wire:
                    delay = 0.25
                    try:
                        await self._converse()
                    finally:
                        lost_at = time.monotonic()
            except websockets.ConnectionClosed as closed:
                if closed.rcvd and closed.rcvd.code in {1000, 4400, 4401, 4409, 4413}:
                    raise
            except (OSError, websockets.InvalidHandshake, websockets.InvalidMessage, TimeoutError):
                pass
            await asyncio.sleep(random.uniform(0, delay))
            delay = min(4.0 if time.monotonic() - lost_at < 60 else 15.0, delay * 2)

    async def _converse(self) -> None:
        topic = f"thread.{self.thread.hex}"
        await self._say({"kind": "follow", "topic": topic, "after": max(self.items, default=0)})
        for frame in list(self.unanswered.values()):
            await self._say(frame)
        async for text in self.wire:
            frame = json.loads(text)
            if frame.get("again"):  # too fast, or a part of the portal is away: ask anew
                await asyncio.sleep(random.uniform(0.5, 2))
                return
            self._take(frame)
            if frame["n"] % 16 == 0:
                await self._say({"kind": "seen", "n": frame["n"]})

    def _take(self, frame: dict[str, Any]) -> None:
        for item in frame.get("items", ()):
            if item["sequence"] not in self.items:
                self.items[item["sequence"]] = item
                self.on_item(item)
        if frame["kind"] in {"done", "refused"} and "id" in frame:
            self.unanswered.pop(frame["id"], None)
            answer = self.answers.pop(frame["id"], None)
            if answer and not answer.done():
                answer.set_result(frame)

    async def _say(self, frame: dict[str, Any]) -> None:
        try:
            await self.wire.send(json.dumps(frame, ensure_ascii=False))
        except (AttributeError, websockets.ConnectionClosed):
            return  # it is in `unanswered` and goes out again on the next connection


async def main(origin: str, email: str, password: str, code: str, thread: str, line: str) -> None:
    """Print the thread, send a line, and go on printing what comes."""
    follower = Follower(origin, sign_in(origin, email, password, code), thread)
    follower.on_item = lambda item: print(item["sequence"], item["author"]["name"], item["text"])
    following = asyncio.create_task(follower.run())
    print("stored:", await follower.send(line))
    await following


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
