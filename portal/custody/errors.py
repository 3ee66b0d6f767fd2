"""What custody refuses. The sentences are for whoever types the command."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal


class RotationUnderWay(Refusal):
    """Another process rotates at this moment."""

    code = "rotation-under-way"
    sentence = _("Another process is rotating keys at this moment. Let it finish: keys status.")


class NoRotation(Refusal):
    """There is no such rotation, or it is finished."""

    code = "no-rotation"
    sentence = _("There is no rotation to go on with.")


class UnknownKek(Refusal):
    """The keyring holds no KEK of this id."""

    code = "unknown-kek"
    sentence = _("The keyring holds no key-encryption key of this name: keys status lists them.")


class KekActive(Refusal):
    """The KEK is the one that wraps what is new."""

    code = "kek-active"
    sentence = _("This key is the active one. Rotate first; then it can be retired.")


class KekInUse(Refusal):
    """Rows are wrapped by this KEK."""

    code = "kek-in-use"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            _("%(count)d patient keys are still wrapped by this key. Without it they are lost.")
            % {"count": count}
        )


class BackupsNeedKek(Refusal):
    """Backups that are still kept can only be opened with this KEK."""

    code = "backups-need-kek"

    def __init__(self, until: str) -> None:
        super().__init__(
            _(
                "Backups that need this key are kept until %(until)s. Then it can be retired. "
                "To destroy it now, and with it every older backup, add --before-horizon."
            )
            % {"until": until}
        )


class KeyringInUse(Refusal):
    """The keyring that is here opens what the database holds."""

    code = "keyring-in-use"

    def __init__(self, sentence: Any = None) -> None:
        super().__init__(
            sentence
            or _("The keyring that is here opens this database. Nothing was restored over it.")
        )


class NotAllowed(Refusal):
    """An act that this role does not have."""

    code = "not-allowed"
    status = 404
    sentence = _("We could not find this, or it is not open to you.")


class NotYourself(Refusal):
    """Whoever asked for an erasure does not decide about it, nor does its patient."""

    code = "not-yourself"
    status = 403
    sentence = _("A second person has to decide this: not whoever asked, and not the patient.")


class AlreadyAsked(Refusal):
    """The erasure was asked for, decided, or done."""

    code = "already-asked"
    sentence = _("This record's erasure was asked for already: keys erasures lists it.")


class AlreadyDecided(Refusal):
    """The erasure was decided."""

    code = "already-decided"
    sentence = _("This was decided already.")


class NotGranted(Refusal):
    """The erasure waits for a decision, or was refused."""

    code = "not-granted"
    sentence = _("Nothing is erased before a second person has granted it.")


class NotErased(Refusal):
    """There is no receipt yet."""

    code = "not-erased"
    sentence = _("This erasure is not done: there is no receipt yet.")
