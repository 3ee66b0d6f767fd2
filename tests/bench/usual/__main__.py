"""Serve the usual build, or bare sockets, until killed."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import django
import websockets
from daphne.server import Server
from django.conf import settings

from portal import env

CONVERSATIONS = 64


def configure(engine: str) -> None:
    """Django knows one database and one layer."""
    if engine == "sqlite":
        database = env.sqlite(Path(tempfile.mkdtemp(prefix="usual-"), "usual.sqlite3"))
        database["ENGINE"] = "django.db.backends.sqlite3"
        options = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        database["OPTIONS"]["init_command"] = options
        layer: dict[str, Any] = {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    else:
        database = env.postgres(os.environ["PORTAL_BENCH_DATABASE_URL"])
        layer = {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["PORTAL_BENCH_REDIS_URL"]], "prefix": "usual"},
        }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["channels"],
        CHANNEL_LAYERS={"default": layer},
        USE_TZ=True,
        SECRET_KEY="guards nothing",
        ALLOWED_HOSTS=["*"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()


def make_tables() -> None:
    """The tables are there, anew, and the conversations open."""
    from django.db import connection

    from tests.bench.usual.models import TABLES, Head, Member

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table._meta.db_table}")
    with connection.schema_editor() as editor:
        for table in TABLES:
            editor.create_model(table)
    Head.objects.create(pk=1, link=b"\0" * 32)
    for number in range(CONVERSATIONS):
        Member.objects.create(conversation=number, person=0)


def application() -> Any:
    """The ASGI application."""
    from channels.routing import ProtocolTypeRouter, URLRouter
    from django.urls import re_path

    from tests.bench.usual.consumers import Echo, Usual

    routes: list[Any] = [
        re_path(r"^echo/$", Echo.as_asgi()),  # type: ignore[arg-type]
        re_path(r"^usual/(?P<number>\d+)/$", Usual.as_asgi()),  # type: ignore[arg-type]
    ]
    return ProtocolTypeRouter({"websocket": URLRouter(routes)})


async def bare(port: int) -> None:
    """Sockets with nothing behind them."""

    async def hold(wire: websockets.ServerConnection) -> None:
        async for text in wire:
            await wire.send(text)

    async with websockets.serve(hold, "127.0.0.1", port, compression=None):
        await asyncio.get_running_loop().create_future()


def main() -> None:
    """Serve. A second process of the same build finds the tables made (`again`)."""
    port, engine, *more = sys.argv[1:]
    if engine == "raw":
        asyncio.run(bare(int(port)))
        return
    configure(engine)
    if not more:
        make_tables()
    served = application()
    Server(served, endpoints=[f"tcp:port={port}:interface=127.0.0.1"], verbosity=0).run()


if __name__ == "__main__":
    main()
