"""Ways to falsify tiles, checkpoints and the anchor. They name an entry only where one is meant."""

from portal.audit import notes
from tests.campaigns.falsifier import Falsifier, Named


def changed_tile(who: Falsifier) -> Named:
    """Another hash in a tile."""
    index = who.dice.randrange(who.size // 256)
    hashes = bytes(who.one('SELECT hashes FROM audit_tile WHERE "index" = ?', index))
    at = who.dice.randrange(256)
    spoilt = hashes[: at * 32] + who.bent(hashes[at * 32 : at * 32 + 32]) + hashes[at * 32 + 32 :]
    who.say('UPDATE audit_tile SET hashes = ? WHERE "index" = ?', spoilt, index)
    return Named(index * 256 + at)


def spoilt_tiles(who: Falsifier) -> Named:
    """A tile gone, one too many, two exchanged, or one with another root."""
    index = who.dice.randrange(who.size // 256)
    match who.dice.randrange(4):
        case 0:
            who.say('DELETE FROM audit_tile WHERE "index" = ?', index)
        case 1:
            who.say(
                'INSERT INTO audit_tile (level, "index", root, hashes) '
                'SELECT level, ?, root, hashes FROM audit_tile WHERE "index" = ?',
                who.dice.choice([-1, 7]),
                index,
            )
        case 2:
            for before, after in ((0, -1), (1, 0), (-1, 1)):
                who.say('UPDATE audit_tile SET "index" = ? WHERE "index" = ?', after, before)
        case _:
            root = bytes(who.one('SELECT root FROM audit_tile WHERE "index" = ?', index))
            who.say('UPDATE audit_tile SET root = ? WHERE "index" = ?', who.bent(root), index)
    return Named()


def changed_checkpoint(who: Falsifier) -> Named:
    """A checkpoint with another size, root, number, epoch or note."""
    number = who.dice.randrange(len(who.signed) - 1)
    column = who.dice.choice(["size", "root", "note", "number", "epoch"])
    value = who.one(f"SELECT {column} FROM audit_checkpoint WHERE number = ?", number)
    if column == "note":
        at = who.dice.randrange(len(value))
        value = value[:at] + ("x" if value[at] != "x" else "y") + value[at + 1 :]
    elif column == "root":
        value = who.bent(bytes(value))
    else:
        value += 1000
    who.say(f"UPDATE audit_checkpoint SET {column} = ? WHERE number = ?", value, number)
    return Named()


def lost_checkpoint(who: Falsifier) -> Named:
    """A checkpoint gone, or its note exchanged for another one's."""
    one, other = who.dice.sample(range(len(who.signed) - 1), 2)
    if who.dice.random() < 0.5:
        who.say("DELETE FROM audit_checkpoint WHERE number = ?", one)
    else:
        note = who.one("SELECT note FROM audit_checkpoint WHERE number = ?", other)
        who.say("UPDATE audit_checkpoint SET note = ? WHERE number = ?", note, one)
    return Named()


def forged_checkpoint(who: Falsifier) -> Named:
    """A checkpoint that somebody else signed in our name."""
    number = who.dice.randrange(len(who.signed) - 1)
    note = who.one("SELECT note FROM audit_checkpoint WHERE number = ?", number)
    stated = notes.checkpoint_from(notes.parse(note).text)
    forged = notes.sign(stated.text(), notes.Signer(stated.origin, who.dice.randbytes(32)))
    who.say("UPDATE audit_checkpoint SET note = ? WHERE number = ?", forged, number)
    return Named()


def spoilt_anchor(who: Falsifier) -> Named:
    """The anchor changed, forged or gone."""
    content = who.anchor.read_bytes()
    match who.dice.randrange(3):
        case 0:
            who.anchor.write_bytes(who.bent(content))
        case 1:
            stated = notes.checkpoint_from(notes.parse(content).text)
            signer = notes.Signer(stated.origin, who.dice.randbytes(32))
            who.anchor.write_text(notes.sign(stated.text(), signer))
        case _:
            who.anchor.unlink()
    return Named()


ON_THE_TREE = (
    changed_tile,
    spoilt_tiles,
    changed_checkpoint,
    lost_checkpoint,
    forged_checkpoint,
    spoilt_anchor,
)
