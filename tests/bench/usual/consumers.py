"""The consumers of the usual build, as tutorials write them."""

import hashlib
import json
import os
from typing import Any

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from tests.bench.usual.models import Audit, Head, Member, Message

CIPHER = AESGCM(os.urandom(32))


class Echo(AsyncWebsocketConsumer):
    """Sends back what it got."""

    async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        await self.send(text_data=text_data)


class Usual(AsyncWebsocketConsumer):
    """Stores a message and sends it to the group."""

    async def connect(self) -> None:
        scope: Any = self.scope
        self.number = int(scope["url_route"]["kwargs"]["number"])
        self.group = f"conversation.{self.number}"
        layer: Any = self.channel_layer
        await layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        layer: Any = self.channel_layer
        await layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        text = json.loads(text_data)["text"]
        if not await database_sync_to_async(self.is_member)():
            return
        number = await database_sync_to_async(self.store)(self.sealed(text), text)
        await self.send(text_data=json.dumps({"kind": "done", "number": number}))

    def is_member(self) -> bool:
        """True if the sender may write here."""
        return Member.objects.filter(conversation=self.number, person=0).exists()

    def sealed(self, text: str) -> bytes:
        """The text, encrypted and bound to the conversation."""
        nonce = os.urandom(12)
        return nonce + CIPHER.encrypt(nonce, text.encode(), str(self.number).encode())

    def store(self, body: bytes, text: str) -> int:
        """The message and its link of the chain are stored; the group will hear of it."""
        with transaction.atomic():
            message = Message.objects.create(conversation=self.number, person=0, body=body)
            head = Head.objects.select_for_update().get(pk=1)
            entry = json.dumps({"act": 0, "ev": "sent", "obj": message.pk}, sort_keys=True)
            head.link = hashlib.sha256(bytes(head.link) + entry.encode()).digest()
            Audit.objects.create(entry=entry, link=head.link)
            head.save()
            event = {"type": "arrived", "text": text, "number": message.pk}
            layer: Any = get_channel_layer()
            send = async_to_sync(layer.group_send)
            transaction.on_commit(lambda: send(self.group, event))
        return int(message.pk)

    async def arrived(self, event: dict[str, Any]) -> None:
        """Pass on what somebody sent."""
        await self.send(
            text_data=json.dumps(
                {"kind": "items", "text": event["text"], "number": event["number"]}
            )
        )
