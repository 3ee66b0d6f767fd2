"""Checks a file from *Who looked at my record*, or the receipt of an erasure, without the portal.

python docs/verify/report.py who-looked.json [--key VERIFIER-KEY]    (needs nothing but Python)

It exits 0 only if every entry in the file is about the same patient, stands in the signed log, and
says what is disclosed of it; 1 if the file does not hold; 2 if it was called wrongly; 3 if nothing
is wrong but some entries are not yet covered by a signed checkpoint. Those are named: nothing is
proven of them, anybody could have added them, so ask for the file again. Without --key it trusts
the key in the file: compare the two lines that it prints with what the clinic gives you on paper
(`manage.py audit checkpoint --vkey`).
"""

import argparse
import base64
import hashlib
import json
import sys
import uuid
from pathlib import Path
from typing import Any

# Ed25519 (RFC 8032, 5.1): the curve -x^2 + y^2 = 1 + d x^2 y^2 over the field of 2^255 - 19.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


NOT_COVERED = 3


class Refused(Exception):
    """The file does not hold."""


def sha256(*parts: bytes) -> bytes:
    """The hash of these bytes."""
    return hashlib.sha256(b"".join(parts)).digest()


def add(one: Point, other: Point) -> Point:
    """The sum of two points in extended coordinates."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """The point, added up so often."""
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_in(encoded: bytes) -> Point:
    """The point that these 32 bytes spell."""
    y = int.from_bytes(encoded, "little")
    odd, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        raise Refused("not a point of the curve")
    x = P - x if x & 1 != odd else x
    return x, y, 1, x * y % P


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """True if this key signed the text."""
    base = point_in((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    s = int.from_bytes(signature[32:], "little")
    if len(key) != 32 or len(signature) != 64 or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    left, right = times(s, base), add(point_in(signature[:32]), times(h, point_in(key)))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P
        or (left[1] * right[2] - right[1] * left[2]) % P
    )


def checkpoint(note: str, vkey: str) -> tuple[int, bytes]:
    """Size and root of the log, if the key signed them (C2SP signed-note, tlog-checkpoint)."""
    name, key_id, material = vkey.split("+", 2)
    key = base64.b64decode(material, validate=True)
    if key[:1] != b"\x01" or sha256(name.encode(), b"\n", key)[:4].hex() != key_id:
        raise Refused("the key is not what its own name says")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    for line in lines.splitlines():
        if line.startswith(f"— {name} "):
            blob = base64.b64decode(line.rpartition(" ")[2], validate=True)
            if blob[:4].hex() == key_id and is_signed(key[1:], text.encode(), blob[4:]):
                origin, size, root = text.splitlines()[:3]
                if origin != name:
                    raise Refused("the checkpoint is of another log")
                return int(size), base64.b64decode(root, validate=True)
    raise Refused("the checkpoint is not signed with this key")


def check_place(index: int, size: int, leaf: bytes, steps: list[bytes], root: bytes) -> None:
    """The leaf stands at this place in the tree of this size and root (RFC 9162, 2.1.3.2)."""
    place, last, found = index, size - 1, sha256(b"\x00", leaf)
    if not 0 <= index < size or any(len(step) != 32 for step in steps):
        raise Refused("the place is not in the log")
    for step in steps:
        if last == 0:
            raise Refused("the proof is too long")
        if place & 1 or place == last:
            found = sha256(b"\x01", step, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = sha256(b"\x01", found, step)
        place, last = place >> 1, last >> 1
    if last or found != root:
        raise Refused("it is not in the log as it stands here")


def check_details(leaf: dict[str, Any], opened: list[list[Any]]) -> dict[str, Any]:
    """What is disclosed is what the leaf committed to."""
    for salt, name, value in opened:
        spelt = json.dumps([salt, name, value], ensure_ascii=False, separators=(",", ":"))
        found = base64.urlsafe_b64encode(sha256(spelt.encode())).rstrip(b"=").decode()
        if leaf["d"].get(name) != found:
            raise Refused(f"{name} is not what the log holds")
    return {name: value for _, name, value in opened}


def check_entry(entry: dict[str, Any], patient: dict[str, str], size: int, root: bytes) -> str:
    """One entry holds, or says that it is not covered yet. Returns a line that says what it is."""
    leaf = json.loads(entry["leaf"])
    about = leaf.get("sub", [])
    if patient["pseudonym"] not in ([about] if isinstance(about, str) else about):
        raise Refused("it is about somebody else")
    details = check_details(leaf, entry["opened"])
    if details.get("patient", patient["id"]) != patient["id"]:
        raise Refused("it is about somebody else")
    index = entry["index"]
    if index is not None:
        steps = [base64.b64decode(step, validate=True) for step in entry["steps"]]
        check_place(index, size, entry["leaf"].encode(), steps, root)
    outcome = {0: "", 4: " (failed)", 8: " (refused)"}.get(leaf["out"], "")
    place = "NOT PROVEN, no signature covers it" if index is None else f"entry {index}"
    who = f"{details.get('role', 'not disclosed')} {details.get('actor', '')}".strip()
    return f"{leaf['t']}  {leaf['ev']}{outcome}  by {who}  [{place}]"


def check_receipt(receipt: dict[str, Any], vkey: str) -> list[str]:
    """What the receipt of an erasure proves: its facts are those that the log committed to."""
    entry, facts, note = receipt["entry"], receipt["facts"], receipt["log"]["checkpoint"]
    leaf = json.loads(entry["leaf"])
    if leaf["ev"] != "erasure.done" or leaf["out"] != 0 or leaf.get("sub") != "s_erased":
        raise Refused("its entry is of another act")
    details = check_details(leaf, entry["opened"])
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    counts = [sum(row[name] for row in facts["rows"]) for name in ("gone", "kept")]
    if str(uuid.UUID(bytes=sha256(text.encode())[:16])) != details["facts"]:
        raise Refused("its facts are not those of the entry")
    if counts != [details["gone"], details["kept"]]:
        raise Refused("its counts are not those of the entry")
    if entry["index"] is None:
        raise Refused("it carries no proof yet: ask for it again")
    size, root = checkpoint(note, vkey)
    steps = [base64.b64decode(step, validate=True) for step in entry["steps"]]
    check_place(entry["index"], size, entry["leaf"].encode(), steps, root)
    return [
        f"log: {vkey.split('+', maxsplit=1)[0]}, {size} entries",
        f"key: {vkey}",
        f"{leaf['t']}  record {facts['patient']} was erased  [entry {entry['index']}]",
        f"{counts[0]} rows are gone, {counts[1]} stay; backups are closed from "
        f"{facts['backups_unreadable_from']} on",
    ]


def check(report: dict[str, Any], vkey: str) -> tuple[list[str], int]:
    """Lines that say what the file proves, and of how many entries it proves nothing yet.

    Raises Refused, naming the first entry that fails.
    """
    if report.get("format") == "portal-erasure-receipt-1":
        return check_receipt(report, vkey), 0
    if report.get("format") != "portal-access-report-1":
        raise Refused("this is no report that I know")
    note = report["log"]["checkpoint"]
    size, root = checkpoint(note, vkey) if note else (0, b"")
    lines = [f"log: {vkey.split('+', maxsplit=1)[0]}, {size} entries", f"key: {vkey}"]
    for number, entry in enumerate(report["entries"], 1):
        try:
            lines.append(check_entry(entry, report["patient"], size, root))
        except Refused as refused:
            raise Refused(f"entry {number} of the file: {refused}") from None
    waiting = sum(1 for entry in report["entries"] if entry["index"] is None)
    proven = len(report["entries"]) - waiting
    lines.append(f"{proven} entries hold, {waiting} are not yet covered by a signed checkpoint")
    return lines, waiting


def main() -> None:
    """Check the file that is named on the command line."""
    parser = argparse.ArgumentParser(description="Checks a report of who looked at a record.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", help="the log's verifier key, from the clinic")
    given = parser.parse_args()
    try:
        report = json.loads(given.file.read_text(encoding="utf-8"))
        lines, waiting = check(report, given.key or report["log"]["key"])
        print("\n".join(lines))
    except Refused as refused:
        sys.exit(f"The file does not hold: {refused}.")
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        sys.exit(f"The file does not hold: it cannot be read ({type(error).__name__}).")
    if waiting:
        print(f"Nothing is proven of {waiting} entries. Ask for the file again.", file=sys.stderr)
        sys.exit(NOT_COVERED)


if __name__ == "__main__":
    main()
