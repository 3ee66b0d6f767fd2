"""Patients and practitioners: names, addresses, and what they are recognised by next time."""

from collections.abc import Iterable

from patients.bundles.shapes import Node
from patients.bundles.times import day_of
from patients.ports import Chart, ContactPoint, EmergencyContact, PersonName

SEXES = frozenset({"female", "male", "other", "unknown"})
SYSTEMS = frozenset({"phone", "fax", "email", "pager", "url", "sms", "other"})
KINDS = {"phone": "phone", "sms": "sms", "email": "email"}
USES = frozenset(
    {"usual", "official", "temp", "nickname", "anonymous", "old", "maiden", "secondary"}
    | {"home", "work", "mobile", "billing"}
)
NAME_RANKS = {"official": 0, "usual": 1, "": 2, "temp": 3, "nickname": 4, "anonymous": 5}
PAST = {"old": 6, "maiden": 7}
IDENTIFIER_RANKS = {"official": 0, "usual": 1, "": 2, "secondary": 3}
TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
EMERGENCY = {"C", "EP"}
PRONOUNS = "http://hl7.org/fhir/StructureDefinition/individual-pronouns"


def chart_of(patient: Node) -> Chart:
    """The chart that this Patient resource describes."""
    name = name_of(patient)
    return Chart(
        name=name,
        preferred_name=_preferred(patient, name),
        pronouns=_pronouns(patient),
        born=day_of(patient, "birthDate"),
        died=_died(patient),
        sex=patient.one_of("gender", SEXES) or "unknown",
        language=_language(patient),
        mrn=_record_number(patient),
        address=_address(patient),
        contacts=contacts_of(patient),
        emergency=_emergency(patient),
    )


def name_of(resource: Node) -> PersonName:
    """The name that the person goes by: official before usual, never a past one if another is."""
    names = [node for node in resource.children("name") if _name(node).shown]
    if not names:
        resource.refuse("has no name")
    return _name(min(names, key=_name_rank))


def key_of(resource: Node, full_url: str) -> str:
    """What this resource is recognised by when it comes again.

    The record number if it has one, else its official identifier, else its full URL. Never the
    bare id: two systems number their first patient alike, and two people must not become one.
    """
    found = sorted(
        (_identifier_rank(node), n, key)
        for n, node in enumerate(resource.children("identifier"))
        if (key := identifier_key(node)) and _identifier_rank(node) < 9
    )
    key = found[0][2] if found else full_url
    if not key:
        resource.refuse("has neither an identifier nor a fullUrl to recognise it by")
    return key


def keys_of(resource: Node) -> Iterable[str]:
    """Every `system|value` by which other bundles may refer to this resource."""
    return filter(None, map(identifier_key, resource.children("identifier")))


def identifier_key(node: Node) -> str:
    """`system|value`, or nothing where either is missing."""
    system, value = node.text("system"), node.text("value")
    return f"{system}|{value}" if system and value else ""


def contacts_of(resource: Node) -> tuple[ContactPoint, ...]:
    """The ways to reach the person that are still in use, the preferred one first."""
    found = []
    for node in resource.children("telecom"):
        kind = KINDS.get(node.one_of("system", SYSTEMS))
        value, use = node.text("value", most=320), node.one_of("use", USES)
        if kind and value and use != "old":
            found.append((_order(node), ContactPoint(kind, value, use)))
    return tuple(point for _, point in sorted(found, key=lambda pair: pair[0]))


def _order(node: Node) -> int:
    rank = node.fields.get("rank")
    return rank if isinstance(rank, int) and not isinstance(rank, bool) else 10_000


def _name(node: Node) -> PersonName:
    return PersonName(
        family=node.text("family", most=200),
        given=node.texts("given", most=200),
        prefix=node.texts("prefix", most=100),
        suffix=node.texts("suffix", most=100),
        text=node.text("text", most=400),
    )


def _name_rank(node: Node) -> tuple[int, bool]:
    period = node.child("period")
    use = node.one_of("use", USES)
    return ({**NAME_RANKS, **PAST}.get(use, 8), bool(period and period.has("end")))


def _preferred(patient: Node, name: PersonName) -> str:
    """The first name that the patient goes by day to day, where it is not the official one."""
    for node in patient.children("name"):
        if node.one_of("use", USES) in {"usual", "nickname"} and (called := _name(node).first):
            return called if called not in {name.first, name.shown} else ""
    return ""


def _pronouns(patient: Node) -> str:
    for extension in patient.children("extension"):
        if extension.text("url") != PRONOUNS:
            continue
        for part in extension.children("extension"):
            if (concept := part.child("valueCodeableConcept")) and (words := words_of(concept)):
                return words
    return ""


def _died(patient: Node) -> str:
    return day_of(patient, "deceasedDateTime") or ("yes" if patient.flag("deceasedBoolean") else "")


def _language(patient: Node) -> str:
    """The code of the language to speak with the patient: the preferred one, else the first."""
    spoken = []
    for node in patient.children("communication"):
        language = node.child("language")
        codes = [c.text("code", most=35) for c in language.children("coding")] if language else []
        spoken += [(not node.flag("preferred"), code) for code in codes if code]
    return min(spoken, key=lambda pair: pair[0])[1] if spoken else ""


def _record_number(patient: Node) -> str:
    return next((n.text("value") for n in patient.children("identifier") if _types(n) & {"MR"}), "")


def _address(patient: Node) -> tuple[str, ...]:
    for node in patient.children("address"):
        if node.text("use", most=32) == "old":
            continue
        town = " ".join(filter(None, (node.text("postalCode"), node.text("city"))))
        parts = (*node.texts("line"), town, node.text("state"), node.text("country"))
        if lines := tuple(filter(None, parts)):
            return lines
    return ()


def _emergency(patient: Node) -> EmergencyContact | None:
    """Whom to call: a contact marked for emergencies, else the first with a name and a number."""
    found = []
    for node in patient.children("contact"):
        relations = node.children("relationship")
        codes = {c.text("code", most=64) for r in relations for c in r.children("coding")}
        name = node.child("name")
        phone = next((c.value for c in contacts_of(node) if c.kind in {"phone", "sms"}), "")
        if name and (shown := _name(name).shown) and phone:
            relation = next(filter(None, map(words_of, relations)), "")
            found.append((not codes & EMERGENCY, EmergencyContact(shown, relation, phone)))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def words_of(concept: Node) -> str:
    """A concept in words: its text, else the first display."""
    shown = (coding.text("display") for coding in concept.children("coding"))
    return concept.text("text") or next(filter(None, shown), "")


def _types(identifier: Node) -> set[str]:
    kind = identifier.child("type")
    if kind is None:
        return set()
    return {c.text("code", most=64) for c in kind.children("coding") if c.text("system") == TYPES}


def _identifier_rank(identifier: Node) -> int:
    if "MR" in _types(identifier):
        return -1
    return IDENTIFIER_RANKS.get(identifier.one_of("use", USES), 9)
