"""Who works at the demo clinic and who comes to it. Every one of them is invented."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from patients.bundles import ImportedEncounter, ImportedPatient, ImportedPractitioner
from patients.models import Scope
from patients.ports import Chart, ContactPoint, EmergencyContact, PersonName
from portal.accounts.selectors import Profile

STAFF_AT = "lindenhof.example"
OTHERS_AT = "post.example"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody with a sign-in."""

    key: str
    profile: Profile
    role: str
    about: str


@dataclass(frozen=True, slots=True)
class DemoLink:
    """Who treats whom, as what; or, with a scope, who acts for whom."""

    patient: str
    person: str
    role: str = "clinician"
    scope: Scope | None = None
    days: int = 0
    """How many days it was meant for; 0 for no end."""


def _person(key: str, name: str, role: str, about: str, *, title: str = "") -> DemoPerson:
    home = OTHERS_AT if role in {"patient", "proxy"} else STAFF_AT
    email = f"{name.lower().replace(' ', '.')}@{home}"
    return DemoPerson(key, Profile(name, email, title), role, about)


PEOPLE = (
    _person("okafor", "Miriam Okafor", "clinician", "family doctor", title="Dr"),
    _person("lindqvist", "Jonas Lindqvist", "clinician", "doctor for children", title="Dr"),
    _person("demir", "Aylin Demir", "clinician", "nurse"),
    _person("becker", "Tom Becker", "coordinator", "front desk"),
    _person("alvarez", "Ruth Alvarez", "supervisor", "leads the team"),
    _person("haddad", "Noor Haddad", "privacy-officer", "reviews who looked at what"),
    _person("petrenko", "Sasha Petrenko", "administrator", "runs the place, reads nothing"),
    _person("ada", "Ada Marsh", "patient", "patient, and mother of Leo and Mila"),
    _person("imani", "Imani Njoroge", "patient", "patient"),
    _person("klara", "Klara Brandt", "proxy", "acts for her father Walter"),
)
OWN_RECORDS = {"ada": "ada", "imani": "imani"}
LINKS = (
    DemoLink("ada", "okafor"),
    DemoLink("ada", "demir", "nurse"),
    DemoLink("leo", "lindqvist"),
    DemoLink("leo", "demir", "nurse"),
    DemoLink("walter", "okafor"),
    DemoLink("walter", "demir", "nurse"),
    DemoLink("imani", "okafor"),
    DemoLink("mila", "lindqvist"),
    DemoLink("leo", "ada", "parent", Scope.FULL),
    DemoLink("mila", "ada", "parent", Scope.FULL),
    DemoLink("walter", "klara", "child", Scope.CORRESPOND),
    DemoLink("walter", "imani", "carer", Scope.READ, days=14),
)
CHARTS = {
    "ada": Chart(
        name=PersonName("Marsh", ("Ada",), ("Ms",)),
        pronouns="she/her",
        born="1988-04-17",
        sex="female",
        language="en",
        zone="Europe/Berlin",
        mrn="LH-10417",
        address=("Lindenweg 4", "12043 Berlin"),
        contacts=(
            ContactPoint("phone", "+49 30 5550 0117", "mobile"),
            ContactPoint("email", f"ada.marsh@{OTHERS_AT}", "home"),
        ),
        emergency=EmergencyContact("Tom Marsh", "husband", "+49 30 5550 0118"),
    ),
    "leo": Chart(
        name=PersonName("Marsh", ("Leo",)),
        born="2019-02-09",
        sex="male",
        language="en",
        zone="Europe/Berlin",
        mrn="LH-10902",
        address=("Lindenweg 4", "12043 Berlin"),
        contacts=(ContactPoint("phone", "+49 30 5550 0117", "mobile"),),
        emergency=EmergencyContact("Ada Marsh", "mother", "+49 30 5550 0117"),
    ),
    "mila": Chart(
        name=PersonName("Marsh", ("Mila",)),
        born="2011-09-03",
        sex="female",
        language="en",
        zone="Europe/Berlin",
        mrn="LH-10903",
        address=("Lindenweg 4", "12043 Berlin"),
        emergency=EmergencyContact("Ada Marsh", "mother", "+49 30 5550 0117"),
    ),
    "walter": Chart(
        name=PersonName("Brandt", ("Walter",), ("Mr",)),
        born="1945-11-30",
        sex="male",
        language="de",
        zone="Europe/Berlin",
        mrn="LH-00731",
        address=("Am Alten Hafen 12", "12459 Berlin"),
        contacts=(ContactPoint("phone", "+49 30 5550 0163", "home"),),
        emergency=EmergencyContact("Klara Brandt", "daughter", "+49 30 5550 0164"),
    ),
    "imani": Chart(
        name=PersonName("Njoroge", ("Imani", "Wanjiku"), ("Ms",)),
        preferred_name="Imani",
        pronouns="she/her",
        born="1997-06-21",
        sex="female",
        language="en",
        zone="Europe/London",
        mrn="LH-11260",
        address=("Sonnenallee 88", "12045 Berlin"),
        contacts=(
            ContactPoint("phone", "+49 30 5550 0191", "home", safe=False),
            ContactPoint("email", f"imani.njoroge@{OTHERS_AT}", "home"),
        ),
    ),
}
SEEN = (
    ("ada", "okafor", 12, "Check of blood pressure", "High blood pressure"),
    ("ada", "okafor", 96, "Yearly check", ""),
    ("leo", "lindqvist", 201, "Check at seven years", ""),
    ("walter", "okafor", 40, "Check of heart rhythm", "Atrial fibrillation"),
    ("imani", "okafor", 64, "First visit", "Migraine"),
)


def source(key: str) -> str:
    """What the demo recognises its own people by."""
    return f"urn:demo|{key}"


def practitioners() -> tuple[ImportedPractitioner, ...]:
    """Those of the staff who treat patients."""
    return tuple(
        ImportedPractitioner(
            0,
            source(person.key),
            PersonName(
                prefix=tuple(filter(None, [person.profile.title])), given=(person.profile.name,)
            ),
            person.profile.email,
        )
        for person in PEOPLE
        if person.role == "clinician"
    )


def patients() -> tuple[ImportedPatient, ...]:
    """Everybody with a record."""
    return tuple(ImportedPatient(0, source(key), chart) for key, chart in CHARTS.items())


def encounters(first_start: datetime) -> tuple[ImportedEncounter, ...]:
    """Past visits, counted in days before the demo was first started."""
    return tuple(
        ImportedEncounter(
            entry=0,
            source=f"urn:demo|{patient}-{days}",
            patient=source(patient),
            practitioners=(source(clinician),),
            status="finished",
            class_code="AMB",
            starts_at=(at := _morning(first_start, days)),
            ends_at=at + timedelta(minutes=20),
            kind=kind,
            reason=reason,
            place="Lindenhof, room 2",
        )
        for patient, clinician, days, kind, reason in SEEN
    )


def _morning(first_start: datetime, days: int) -> datetime:
    day = (first_start - timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day, 8, 20, tzinfo=UTC)
