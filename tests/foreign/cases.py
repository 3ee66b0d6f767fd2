"""Hundreds of checkpoints, proofs and files of a log of 300 entries: good ones, and bent ones."""

import random
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from portal.audit import merkle, notes
from portal.audit.errors import NoteRefused, ProofRefused
from portal.audit.models import Checkpoint, Leaf
from portal.audit.selectors import entries, log, tree
from tests.portal.audit.scenes import a_log

SIZES = (1, 2, 3, 7, 8, 63, 64, 255, 256, 257, 299, 300)
Case = dict[str, Any]


def all_cases() -> list[tuple[Case, bool]]:
    """Every case, and whether it is a good one. The database holds the log from then on."""
    dice = random.Random(20261122)
    a_log(300, checkpoints=10)
    leaves = [bytes(x) for x in Leaf.objects.order_by("seq").values_list("leaf_hash", flat=True)]
    cases = [
        *checkpoint_cases(dice),
        *proof_cases(dice),
        *inclusion_cases(dice, leaves),
        *consistency_cases(dice),
    ]
    assert len(cases) >= 700
    assert sum(expected for _, expected in cases) >= 100
    return cases


def ours(case: Case) -> bool:
    """What we say of it."""
    try:
        match case["kind"]:
            case "checkpoint":
                notes.open_checkpoint(case["note"], notes.Verifier.from_vkey(case["vkey"]))
            case "proof":
                proof = notes.read_proof(case["file"])
                verifier = notes.Verifier.from_vkey(case["vkey"])
                stated = notes.open_checkpoint(proof.checkpoint, verifier)
                leaf = merkle.leaf_hash(proof.extra)
                merkle.check_inclusion(proof.index, stated.size, leaf, proof.steps, stated.root)
            case "inclusion":
                steps = list(map(b64decode, case["steps"]))
                leaf, root = b64decode(case["leaf"]), b64decode(case["root2"])
                merkle.check_inclusion(case["index"], case["size2"], leaf, steps, root)
            case "consistency":
                steps = list(map(b64decode, case["steps"]))
                roots = b64decode(case["root1"]), b64decode(case["root2"])
                merkle.check_consistency(case["size1"], case["size2"], *roots, steps)
    except (NoteRefused, ProofRefused):
        return False
    return True


def text(content: bytes) -> str:
    """Base64, as JSON carries hashes."""
    return b64encode(content).decode()


def bent(content: bytes, dice: random.Random) -> bytes:
    """The bytes with one bit turned."""
    at = dice.randrange(len(content) * 8)
    return (int.from_bytes(content, "big") ^ 1 << at).to_bytes(len(content), "big")


def checkpoint_cases(dice: random.Random) -> Iterator[tuple[Case, bool]]:
    """Our checkpoints, and what somebody might make of them."""
    vkey = log.signer().verifier.vkey
    stranger = notes.Signer(log.signer().verifier.name, bytes(32))
    for kept in Checkpoint.objects.all():
        good = {"kind": "checkpoint", "vkey": vkey, "note": kept.note}
        stated = notes.checkpoint_from(notes.parse(kept.note).text)
        body, _, signature = kept.note.partition("\n\n")
        yield good, True
        yield good | {"note": kept.note + stranger.line(stated.text())}, True
        yield good | {"vkey": stranger.verifier.vkey}, False
        yield good | {"note": notes.sign(stated.text(), stranger)}, False
        for forged in (
            replace(stated, size=stated.size + 1),
            replace(stated, root=bent(stated.root, dice)),
            replace(stated, origin=stated.origin + "0"),
        ):
            yield good | {"note": forged.text() + "\n" + signature}, False
        blob = b64decode(signature.split()[-1])
        spoilt = text(blob[:4] + bent(blob[4:], dice))
        yield good | {"note": f"{body}\n\n— {stated.origin} {spoilt}\n"}, False
        yield good | {"note": kept.note[:-1]}, False
        yield good | {"note": body + "\n" + signature}, False


def proof_cases(dice: random.Random) -> Iterator[tuple[Case, bool]]:
    """Proof files as the command writes them, and bent ones."""
    vkey = log.signer().verifier.vkey
    for index in dice.sample(range(300), 20):
        proof = entries.proof_of(index)
        assert proof is not None
        case = {"kind": "proof", "vkey": vkey}
        at = dice.randrange(len(proof.steps))
        steps = list(proof.steps)
        steps[at] = bent(steps[at], dice)
        yield case | {"file": notes.write_proof(proof)}, True
        for false in (
            replace(proof, index=index ^ 1),
            replace(proof, extra=bent(proof.extra, dice)),
            replace(proof, steps=tuple(steps)),
            replace(proof, steps=proof.steps[:-1]),
        ):
            yield case | {"file": notes.write_proof(false)}, False


def inclusion_cases(dice: random.Random, leaves: list[bytes]) -> Iterator[tuple[Case, bool]]:
    """Inclusion in trees of many sizes."""
    for size in SIZES:
        root = tree.root(size)
        for index in {0, size // 2, size - 1}:
            steps = merkle.inclusion_proof(index, size, tree.fetch())
            case: Case = {
                "kind": "inclusion",
                "index": index,
                "size2": size,
                "root2": text(root),
                "leaf": text(leaves[index]),
                "steps": list(map(text, steps)),
            }
            yield case, True
            yield case | {"root2": text(bent(root, dice))}, False
            yield case | {"leaf": text(bent(leaves[index], dice))}, False
            yield case | {"index": size}, False
            yield case | {"steps": [*case["steps"], text(root)]}, False
            yield case | {"leaf": text(leaves[index][:31])}, False
            if steps:
                yield case | {"steps": case["steps"][1:]}, False


def consistency_cases(dice: random.Random) -> Iterator[tuple[Case, bool]]:
    """Consistency of each size with each larger one."""
    for size1 in SIZES:
        for size2 in (size for size in SIZES if size > size1):
            roots = tree.root(size1), tree.root(size2)
            steps = merkle.consistency_proof(size1, size2, tree.fetch())
            case: Case = {
                "kind": "consistency",
                "size1": size1,
                "size2": size2,
                "root1": text(roots[0]),
                "root2": text(roots[1]),
                "steps": list(map(text, steps)),
            }
            at = dice.randrange(len(steps))
            spoilt = [*case["steps"][:at], text(bent(steps[at], dice)), *case["steps"][at + 1 :]]
            yield case, True
            yield case | {"root1": case["root2"], "root2": case["root1"]}, False
            yield case | {"root1": text(bent(roots[0], dice))}, False
            yield case | {"steps": spoilt}, False
            yield case | {"steps": case["steps"][:-1]}, False
            yield case | {"size1": 0}, False
