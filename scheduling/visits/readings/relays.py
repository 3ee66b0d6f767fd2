"""The servers that help two browsers to reach each other, with credentials that live minutes.

As coturn reads them (its REST API): the name says until when, the password proves that we said so.
"""

import base64
import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

VALID = timedelta(minutes=10)


def ice_servers(visit_id: UUID, person_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """What a browser is given to connect with: for this person, in this visit, for ten minutes."""
    servers: list[dict[str, Any]] = []
    if settings.STUN_URLS:
        servers.append({"urls": list(settings.STUN_URLS)})
    if settings.TURN_URLS:
        name = f"{int((now + VALID).timestamp())}:{_pseudonym(visit_id, person_id)}"
        proof = hmac.digest(settings.TURN_SECRET.encode(), name.encode(), "sha1")
        servers.append(
            {
                "urls": list(settings.TURN_URLS),
                "username": name,
                "credential": base64.b64encode(proof).decode(),
            }
        )
    return servers


def _pseudonym(visit_id: UUID, person_id: UUID) -> str:
    """The same for one person in one visit; a relay's log tells no more."""
    about = b"portal.turn.v1" + visit_id.bytes + person_id.bytes
    return hmac.digest(settings.TURN_SECRET.encode(), about, "sha256").hex()[:24]
