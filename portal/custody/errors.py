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
