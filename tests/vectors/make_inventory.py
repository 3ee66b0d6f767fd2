"""Writes docs/crypto-inventory.md from the imports: `python3 -m tests.vectors.make_inventory`."""

from pathlib import Path

from tests.architecture import house

TARGET = Path(__file__).resolve().parents[2] / "docs" / "crypto-inventory.md"
LIBRARIES = ("cryptography", "hashlib", "hmac", "secrets", "ssl", "argon2", "nacl", "OpenSSL")
HEAD = """# Every use of cryptography

Generated from the imports of the product by `python3 -m tests.vectors.make_inventory`; a test
compares. What the uses are for is in [crypto.md](crypto.md). Passwords are hashed with Argon2id,
which Django's settings name.

| module | uses |
|---|---|
"""


def rendered() -> str:
    """The text of the inventory."""
    uses: dict[str, set[str]] = {}
    for source in house.product():
        for name, _ in house.imported(source):
            if name.split(".")[0] in LIBRARIES:
                uses.setdefault(source.path, set()).add(f"`{name}`")
    return HEAD + "".join(
        f"| `{path}` | {', '.join(sorted(names))} |\n" for path, names in sorted(uses.items())
    )


if __name__ == "__main__":
    TARGET.write_text(rendered())
