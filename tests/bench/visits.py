"""Video visits to measure, made by actions in the installation that the environment names.

`python -m tests.bench.visits N` prints one line of JSON for each: both cookies and the visit.
"""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

django.setup()

from patients import actions as patients  # noqa: E402
from patients.ports import Chart, PersonName  # noqa: E402
from portal.accounts import actions as accounts  # noqa: E402
from portal.accounts.selectors import Profile  # noqa: E402
from portal.kernel import clock, door  # noqa: E402
from portal.kernel.actor import person_actor, system_actor  # noqa: E402
from portal.kernel.ids import new_id  # noqa: E402
from scheduling import actions  # noqa: E402
from scheduling.models import VisitType  # noqa: E402
from scheduling.visits import actions as visits  # noqa: E402

WORK = system_actor("bench")


def person(role: str, n: int) -> Any:
    """Somebody with this role."""
    profile = Profile(f"{role.title()} {n}", f"{role}{n}@flood.example")
    made = door.run(accounts.create_person, WORK, profile)
    door.run(accounts.grant_role, WORK, made.pk, role)
    return made


def admitted(kind: VisitType, n: int, starts_at: datetime) -> dict[str, str]:
    """A visit in which the patient has been let in."""
    patient, clinician = person("patient", n), person("clinician", n)
    chart = Chart(name=PersonName(f"Flood{n}", ("Patient",)))
    record = door.run(patients.register_patient, WORK, chart).pk
    door.run(patients.link_account, WORK, record, patient.pk)
    door.run(patients.add_to_care_team, WORK, record, clinician.pk)
    week = [(day, 0, 1440) for day in range(7)]
    given: dict[str, Any] = {"valid_from": date(2020, 1, 1), "zone": "UTC"}
    door.run(actions.set_hours, WORK, clinician.pk, week, command_id=new_id(), **given)
    door.run(actions.offer_type, WORK, clinician.pk, kind.pk, command_id=new_id())
    about = record, kind.pk, clinician.pk, starts_at, "video"
    held = door.run(actions.hold, WORK, *about, patient_zone="UTC", command_id=new_id())
    row = door.run(actions.book, WORK, held.pk, command_id=new_id())
    for who, role, step in (
        (patient, "patient", visits.arrive),
        (clinician, "clinician", visits.admit),
    ):
        actor = person_actor(who.pk, frozenset({role}))
        door.run(step, actor, row.pk, command_id=new_id())
    keys = [
        door.run(accounts.start_session, WORK, who.pk, factor="app") for who in (patient, clinician)
    ]
    return {"visit": str(row.pk), "patient": keys[0], "clinician": keys[1]}


def main(count: int) -> None:
    """So many, each with people of its own."""
    given: dict[str, Any] = {"name": "Visit", "minutes": 60, "step_minutes": 5, "by_video": True}
    kind = door.run(actions.define_visit_type, WORK, command_id=new_id(), **given)
    now = clock.now()
    minutes = int(now.timestamp()) // 60 // 5 * 5 + 10
    starts_at = datetime.fromtimestamp(minutes * 60, UTC)
    assert timedelta(0) < starts_at - now < timedelta(minutes=11)
    for n in range(count):
        sys.stdout.write(json.dumps(admitted(kind, n, starts_at)) + "\n")
    door.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
