"""The demo's teams, and threads in every state that a queue can show."""

from datetime import timedelta
from uuid import UUID

from messaging import actions
from messaging.actions import TeamWords
from messaging.management.scene import acting, command_of
from messaging.models import TeamKind
from messaging.selectors import teams_named, threads_of
from patients.ports import DemoClinic
from portal.kernel import clock, door
from portal.kernel.actor import system_actor
from portal.kernel.errors import Refusal

DEMO = system_actor("demo").asking("", "command")
OPENED = timedelta(days=29)
WEEKDAYS = "Monday to Friday, 8:00 to 18:00"
TEAMS = {
    "care": TeamWords(
        name="care team",
        purpose="Your doctor and nurses: symptoms, results, treatment.",
        reply_hours=24,
        hours_text=WEEKDAYS,
        kind=TeamKind.CARE,
    ),
    "nursing": TeamWords(
        name="nursing team",
        purpose="Wounds, injections, measuring at home, what to do until your next visit.",
        reply_hours=24,
        hours_text=WEEKDAYS,
        is_open=True,
    ),
    "prescriptions": TeamWords(
        name="prescriptions team",
        purpose="A new prescription for something that you take already.",
        reply_hours=48,
        hours_text=WEEKDAYS,
        is_open=True,
    ),
    "desk": TeamWords(
        name="front desk",
        purpose="Letters, certificates, directions, anything that is not medical.",
        reply_hours=48,
        hours_text=WEEKDAYS,
        is_default=True,
    ),
}
MEMBERS = (
    ("nursing", "demir"),
    ("nursing", "lindqvist"),
    ("nursing", "alvarez"),
    ("prescriptions", "okafor"),
    ("prescriptions", "demir"),
    ("desk", "becker"),
    ("desk", "demir"),
)
ASKED = (
    (
        "refill",
        "imani",
        "imani",
        "prescriptions",
        timedelta(hours=3),
        "A new prescription for my migraine tablets",
        "Hello, I have two tablets of sumatriptan 50 mg left. I took six last month. Could you "
        "write me a new prescription? I can collect it on Thursday.",
    ),
    (
        "bandage",
        "ada",
        "ada",
        "nursing",
        timedelta(hours=2),
        "The bandage on my arm",
        "After the blood test my arm is blue around the plaster, about as big as a coin. It does "
        "not hurt much. Can I take the bandage off tonight?",
    ),
    (
        "inhaler",
        "klara",
        "walter",
        "prescriptions",
        timedelta(days=3),
        "Dad's heart tablets run out on Friday",
        "There are four bisoprolol 2.5 mg left. Can he get a new prescription before Friday? "
        "The pharmacy would deliver it.",
    ),
)
NOTE = (
    "Aylin, could you ring the hospital for the discharge letter? I do not want to stop the "
    "aspirin without knowing why he took it."
)


def furnish(clinic: DemoClinic) -> None:
    """The demo has its teams, a few questions to them, a claim and an internal note; once."""
    if not {"demir", "becker", "okafor", "imani", "klara"} <= clinic.people.keys():
        return
    with clock.moved(by=-OPENED):
        ids = _teams(clinic)
    for key, author, patient, team, ago, topic, text in ASKED:
        _ask(clinic, key, author, patient, ids[team], ago, topic, text)
    _tend(clinic)


def _teams(clinic: DemoClinic) -> dict[str, UUID]:
    """The teams with their members; what an administrator changed since is left alone."""
    ids = {key: command_of(f"team|{key}", 0) for key in TEAMS}
    there = {row.id for row in teams_named(ids.values()).values()}
    for key, words in TEAMS.items():
        if ids[key] not in there:
            door.run(actions.save_team, DEMO, ids[key], words)
            for team, person in MEMBERS:
                if team == key:
                    door.run(actions.join_team, DEMO, ids[key], clinic.people[person])
    return ids


def _ask(
    clinic: DemoClinic,
    key: str,
    author: str,
    patient: str,
    team_id: UUID,
    ago: timedelta,
    topic: str,
    text: str,
) -> None:
    """One question to a team, asked so long ago."""
    actor = acting(clinic.people[author])
    try:
        with clock.moved(by=-ago):
            door.run(
                actions.open_thread,
                actor,
                clinic.patients[patient],
                topic,
                text,
                team_id=team_id,
                command_id=command_of(f"asked|{key}", 0),
            )
    except Refusal:
        return


def _tend(clinic: DemoClinic) -> None:
    """Somebody has one of them, and somebody was asked beside another."""
    demir, okafor = acting(clinic.people["demir"]), acting(clinic.people["okafor"])
    bandage, tablets = _threads(clinic, "ada")[-1:], _threads(clinic, "walter")[-1:]
    try:
        with clock.moved(by=-timedelta(hours=1)):
            for thread in bandage:
                claim = command_of("claim|bandage", 0)
                door.run(actions.claim, demir, thread, command_id=claim)
            for thread in tablets:
                note = {"asks": demir.id, "command_id": command_of("note|tablets", 0)}
                door.run(actions.write_note, okafor, thread, NOTE, **note)
    except Refusal:
        return


def _threads(clinic: DemoClinic, patient: str) -> list[UUID]:
    """The demo's own threads of this patient, the oldest first."""
    found = threads_of(clinic.patients[patient]).filter(opened_by__in=clinic.people.values())
    return list(found.values_list("pk", flat=True))
