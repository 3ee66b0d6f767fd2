"""Patients of an installation, and whether every one of them opens.

`python -m tests.campaigns.wrapped make N` registers N; `check` opens the chart of everybody and
prints what it found as one line of JSON; `count` counts rows; `number` gives entries their
places; `rotate PIECE` rotates, with a line for each step.
"""

import json
import sys

import django


def main(word: str, number: int) -> None:
    """What the word asks for."""
    django.setup()
    {"make": make, "check": check, "count": count, "number": number_all, "rotate": rotate}[word](
        number
    )


def make(count: int) -> None:
    """So many more patients are here."""
    from patients.actions import register_patient
    from patients.ports import Chart, PersonName
    from portal.kernel import door
    from portal.kernel.actor import system_actor

    for number in range(count):
        chart = Chart(name=PersonName(family=f"Wrapped{number}", given=("Patient",)))
        door.run(register_patient, system_actor("campaign"), chart)
    door.close()


def check(_: int) -> None:
    """How many charts open, how many do not, and what wraps their keys."""
    from patients.models import KEY_PURPOSE, Patient
    from patients.readings.lines import unsealed
    from portal.crypto import keys, rewrap
    from portal.crypto.keyring import keyring
    from portal.crypto.primitives import SealBroken

    opened = unreadable = 0
    for patient in Patient.objects.order_by("pk").iterator():
        try:
            unsealed(keys.open_data_key(patient.pk, KEY_PURPOSE, patient.pk), patient)
            opened += 1
        except (SealBroken, keys.KeyMissing):
            unreadable += 1
    told = {
        "opened": opened,
        "unreadable": unreadable,
        "wrapped_by": rewrap.counts(),
        "active": keyring().active_kek.id,
    }
    sys.stdout.write(json.dumps(told) + "\n")


def count(_: int) -> None:
    """How many rows each table of either database holds, as one line of JSON."""
    from django.apps import apps
    from django.db.models import Model

    def rows(model: type[Model]) -> int:
        return model._default_manager.count()

    told = {
        model._meta.db_table: rows(model) for model in apps.get_models() if not model._meta.proxy
    }
    sys.stdout.write(json.dumps(told) + "\n")


def number_all(_: int) -> None:
    """Every entry has its place in the tree, as a served portal would see to it."""
    from portal.audit.tasks import Keeper

    Keeper().number()


def rotate(piece: int) -> None:
    """A rotation, begun or gone on with."""
    from portal.custody import actions
    from portal.kernel import door
    from portal.kernel.actor import system_actor

    def step(*_: object) -> None:
        sys.stdout.write("step\n")
        sys.stdout.flush()

    step()
    actions.rotate(system_actor("keys"), piece=piece, progress=step)
    sys.stdout.write("done\n")
    door.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
