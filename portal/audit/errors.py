"""What the evidence refuses. No health data in any of them."""

from portal.kernel.errors import Unavailable


class LeafRefused(ValueError):
    """These bytes are not a leaf, or this value may not stand in one."""


class NoteRefused(ValueError):
    """This is not a signed note, or no key that we trust signed it."""


class ProofRefused(ValueError):
    """The proof does not show what it claims."""


class DetailRefused(ValueError):
    """An entry was to hold something that the vocabulary does not declare."""


class SigningFrozen(Unavailable):
    """The database and the anchor tell different histories: nothing is signed meanwhile."""

    code = "signing-frozen"


class EpochRefused(ValueError):
    """A new epoch cannot begin now. Says in a sentence why."""
