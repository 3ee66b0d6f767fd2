"""Data keys do not seal for ever: after a year each that goes on being used gets a successor."""

from portal.audit import actions as audit
from portal.crypto import renewal
from portal.custody.vocabulary import LASTING, Event
from portal.kernel import door
from portal.kernel.actor import Actor

PIECE = 200


def renew_data_keys(actor: Actor) -> int:
    """Every data key of a lasting purpose has a successor before it is a year and a day old.

    Processes take it up within two days, and what the older one sealed opens as before. Returns how
    many were made; a run that is cut short is gone on with by the next.

    Records: DATA_KEYS_RENEWED for each piece.
    """
    made, piece = 0, renewal.Piece(last=0)
    while not piece.is_last:
        piece = door.run(_renewed, actor, piece.last)
        made += piece.made
    return made


def _renewed(actor: Actor, after: int) -> renewal.Piece:
    piece = renewal.renew(LASTING, after=after, most=PIECE)
    if piece.made or piece.broken:
        audit.record(actor, Event.DATA_KEYS_RENEWED, n=piece.made, broken=piece.broken)
    return piece
