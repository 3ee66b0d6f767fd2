"""What a server runs: pages by Django, the live socket by Channels."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from portal.accounts.sockets import SignedInSocket  # noqa: E402
from portal.celery import app as celery_app  # noqa: E402


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """A socket at an address that has none is refused, as at the one that has."""
    await receive()
    await send({"type": "websocket.close"})


application = ProtocolTypeRouter(
    {
        "http": pages,
        # Published for views only; Channels routes sockets by the same patterns.
        "websocket": URLRouter(
            [path("live/", SignedInSocket.as_asgi()), re_path("", nowhere)]  # type: ignore[arg-type,list-item]
        ),
    }
)

__all__ = ["application", "celery_app"]
