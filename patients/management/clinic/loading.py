"""People and conversations that are read from files into the demo."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from unicodedata import normalize
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from patients import actions, selectors
from patients.bundles import BundleRefused, ImportedPatient, People, read_bundle
from patients.management.clinic import cast
from patients.management.clinic.building import DEMO, account, engaged, furnish, give_app
from patients.management.clinic.sign_ins import SignIns
from patients.ports import DemoClinic, DemoLine, DemoThread, PersonName
from portal.accounts.selectors import Profile, find_person
from portal.kernel import clock, door
from portal.kernel.errors import Refusal

CLINICIANS_AT = "clinicians.example"
PATIENTS_AT = "patients.example"
MOST_LINE = 100_000
MOST_TEXT = 8_000
TOPIC = 60
FORTNIGHT = timedelta(days=14)
_NO_WORD = re.compile(r"[^a-z0-9]+")


class FileRefused(Exception):
    """A file that holds no conversations; the message says where."""


@dataclass(slots=True)
class Loaded:
    """What came out of a folder of bundles, and the files that were refused, each with why."""

    clinicians: dict[str, UUID] = field(default_factory=dict)
    patients: dict[str, UUID] = field(default_factory=dict)
    registered: int = 0
    changed: int = 0
    encounters: int = 0
    links: int = 0
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and, where there is one, its answer."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A patient and a clinician, as people who sign in, and how long they know each other."""

    patient: UUID
    clinician: UUID
    known_for: timedelta


def load_patients(
    folder: Path, sign_ins: SignIns, *, link_all: bool, say: Callable[[str], None]
) -> Loaded:
    """The people of every bundle under this folder are here; a refused file stops no other."""
    loaded = Loaded()
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        try:
            people = read_bundle(path.read_bytes(), ZoneInfo(settings.TIME_ZONE))
            _load(people, sign_ins, loaded, link_all=link_all)
        except BundleRefused as refused:
            loaded.refused[name] = str(refused)
        except Refusal as refused:
            loaded.refused[name] = str(refused.sentence)
        except OSError as error:
            loaded.refused[name] = error.strerror or "cannot be read"
        if name in loaded.refused:
            say(f"{name}: {loaded.refused[name]}")
    return loaded


def _load(people: People, sign_ins: SignIns, loaded: Loaded, *, link_all: bool) -> None:
    """One bundle. Whoever treats somebody in it, and every patient, gets a sign-in."""
    treating = {
        source
        for each in people.encounters
        if each.is_open or link_all
        for source in each.practitioners
    }
    known = selectors.find_clinicians(each.source for each in people.practitioners)
    emails: dict[str, str] = {}
    for each in people.practitioners:
        if each.source not in known:
            taken = {*emails.values()}
            emails[each.source] = _free_address(each.name, each.source, CLINICIANS_AT, taken)
    names = {each.source: each.name.titled for each in people.practitioners}
    for source, email in emails.items():
        if source in treating:
            sign_ins.add(
                email.split("@")[0], email, name=names[source], about="clinician, imported"
            )
    sign_ins.keep()
    imported = door.run(
        actions.import_people,
        DEMO,
        people,
        engaged=engaged(sign_ins, emails),
        link_all=link_all,
    )
    loaded.clinicians |= imported.clinicians
    loaded.patients |= imported.patients
    for name in ("registered", "changed", "encounters", "links"):
        setattr(loaded, name, getattr(loaded, name) + getattr(imported, name))
    for source in treating & imported.clinicians.keys():
        give_app(imported.clinicians[source])
    for patient in people.patients:
        _give_account(patient, imported.patients[patient.source], sign_ins)


def _give_account(patient: ImportedPatient, patient_id: UUID, sign_ins: SignIns) -> None:
    """The patient has an account of their own, unless there is one, or the patient died."""
    if patient.chart.died or selectors.has_account(patient_id):
        return
    name = patient.chart.name
    email = _free_address(name, patient.source, PATIENTS_AT)
    sign_ins.add(email.split("@")[0], email, name=name.shown, about="patient, imported")
    sign_ins.keep()
    person_id = account(sign_ins, Profile(name.shown, email), "patient")
    door.run(actions.link_account, DEMO, patient_id, person_id)


def _free_address(name: PersonName, source: str, home: str, taken: Collection[str] = ()) -> str:
    """An invented address that nobody has: the name, and a number where the name is not enough."""
    plain = normalize("NFKD", name.shown).encode("ascii", "ignore").decode().lower()
    local = _NO_WORD.sub(".", plain).strip(".")[:40] or "somebody"
    address = f"{local}@{home}"
    if address not in taken and find_person(address) is None:
        return address
    return f"{local}.{sha256(source.encode()).hexdigest()[:6]}@{home}"


def load_conversations(path: Path) -> int:
    """Each question of the file is a thread between an imported patient and a clinician of theirs.

    Raises FileRefused. Who asks what depends on the question alone, so it comes once.
    """
    pairs = _pairs()
    if not pairs:
        raise FileRefused(
            "there are no imported patients with an account and a clinician: load some by "
            "--patients, with --link-all if every encounter is finished"
        )
    threads = [_thread(exchange, pairs) for exchange in exchanges(path)]
    ids = {each for pair in pairs.values() for each in (pair.patient, pair.clinician)}
    people = {str(person_id): person_id for person_id in ids}
    patients = {str(patient_id): patient_id for patient_id in pairs}
    furnish(DemoClinic(people, patients, tuple(threads)))
    return len(threads)


def exchanges(path: Path) -> Iterator[Exchange]:
    """The questions of a file of JSON lines. Raises FileRefused with the number of the line."""
    with path.open(encoding="utf-8", errors="strict") as file:
        for number, line in _numbered(file):
            try:
                row = json.loads(line)
                question, answer = row["Question"], row.get("Free_form_answer") or ""
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise FileRefused(f"line {number}: not a JSON object with a Question") from None
            if not isinstance(question, str) or not isinstance(answer, str) or not question.strip():
                raise FileRefused(f"line {number}: the Question or the answer is not text")
            yield Exchange(question[:MOST_TEXT], answer[:MOST_TEXT])


def _numbered(file: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Every line with something on it, and its number."""
    try:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line[:MOST_LINE]
    except UnicodeError:
        raise FileRefused("the file is not UTF-8 text") from None


def _pairs() -> Mapping[UUID, Pair]:
    """Each imported patient with an account, and the first of the care team."""
    found = {}
    for patient_id in selectors.imported_patients(but=map(cast.source, cast.CHARTS)):
        around = selectors.people_around(patient_id)
        own = next((each.person_id for each in around if each.role == "patient"), None)
        team = next(iter(selectors.careteam_of(patient_id)), None)
        if own and team:
            found[patient_id] = Pair(own, team.person_id, clock.now() - team.begins_at)
    return found


def _thread(exchange: Exchange, pairs: Mapping[UUID, Pair]) -> DemoThread:
    digest = sha256(exchange.question.encode()).digest()
    patient_id = min(pairs, key=lambda each: sha256(digest + each.bytes).digest())
    pair = pairs[patient_id]
    asked = min(pair.known_for, FORTNIGHT) * (int.from_bytes(digest[:4]) / 2**32)
    lines = [DemoLine(str(pair.patient), exchange.question, asked)]
    if exchange.answer:
        answered = max(asked - timedelta(minutes=4 + digest[4] % 55), asked / 2)
        lines.append(DemoLine(str(pair.clinician), exchange.answer, answered))
    key = f"conversation-{digest.hex()[:32]}"
    return DemoThread(key, str(patient_id), _topic(exchange.question), tuple(lines))


def _topic(question: str) -> str:
    """The first words of the question."""
    words = " ".join(question.split())
    if len(words) <= TOPIC:
        return words
    return words[:TOPIC].rsplit(" ", 1)[0] + " …"
