"""Write docs/vectors/audit.json: three entries, their tree, its checkpoint and a proof.

python -m tests.vectors.make_audit
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from portal.audit import leaves, merkle, notes

FILE = Path(__file__).resolve().parents[2] / "docs" / "vectors" / "audit.json"
KEY = bytes(range(32))
SEED = bytes(range(32, 64))
ORIGIN = "clinic.example/audit/0192f0c4-0000-7000-8000-000000000000/1"
PERSON = UUID("0192f0c4-0000-7000-8000-000000000001")
PATIENT = UUID("0192f0c4-0000-7000-8000-000000000002")


def vectors() -> dict[str, Any]:
    """Everything that an outsider needs to try a verifier on."""
    made = [_entry(n) for n in range(3)]
    tree = merkle.Frontier()
    roots = []
    for one in made:
        tree.append(bytes.fromhex(one["leaf_hash"]))
        roots.append(tree.root().hex())
    signer = notes.Signer(ORIGIN, SEED)
    note = notes.sign(notes.Checkpoint(ORIGIN, 3, tree.root()).text(), signer)
    steps = [bytes.fromhex(made[0]["leaf_hash"]), bytes.fromhex(made[2]["leaf_hash"])]
    proof = notes.ProofFile(1, tuple(steps), note, made[1]["leaf"].encode())
    return {
        "pseudonym_key": KEY.hex(),
        "log_seed": SEED.hex(),
        "vkey": signer.verifier.vkey,
        "entries": made,
        "roots": roots,
        "checkpoint": note,
        "proof": notes.write_proof(proof),
    }


def _entry(n: int) -> dict[str, Any]:
    details: dict[str, str | int] = {
        "actor": str(PERSON),
        "n_messages": n,
        "patient": str(PATIENT),
        "role": "clinician",
    }
    salts = bytes(range(64 * n, 64 * n + 64))
    leaf = leaves.encode(
        leaves.Leaf(
            act=leaves.pseudonym(leaves.PERSON, KEY, PERSON),
            ev="thread.read",
            t=f"2026-11-22T03:10:22.12345{n}Z",
            out=0,
            boot="a1b2c3d4e5f60718",
            n=n,
            d=leaves.commit(details, salts),
            req="0192f0c400007000800000000000000f",
            src="page",
            sub=(leaves.pseudonym(leaves.PATIENT, KEY, PATIENT),),
        )
    )
    return {
        "person": str(PERSON),
        "patient": str(PATIENT),
        "salts": salts.hex(),
        "details": details,
        "leaf": leaf.decode(),
        "leaf_hash": merkle.leaf_hash(leaf).hex(),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1) + "\n")
