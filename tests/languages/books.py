"""The catalogues as text: how they are written, and what is still missing from them."""

import re
from pathlib import Path

from portal.kernel.catalogues import Message, read
from tests.languages.source import messages
from tests.shared import ROOT

BOOKS = sorted((ROOT / "locale").glob("*.po"))
# Where only those who work here come. A message that is said nowhere else may wait for its
# translation: it stands there in English.
STAFF = re.compile(
    r"accounts/templates/accounts/(?:people|person|invite|lost_phones|_standing|_proofing|_home_\w+)\.html"
    r"|accounts/templates/accounts/letters/(?:checkpoint|log_frozen)\.txt"
    r"|messaging/templates/messaging/(?:desk|_desk_line|_keys|_tend|team|teams|_team_fields|_aside|_home_teams)\.html"
    r"|patients/templates/patients/(?:arrange|directory|register|answer|_health|_home_review|review(?:_\w+)?)\.html"
    r"|patients/templates/patients/letters/question_waits\.txt"
    r"|scheduling/templates/scheduling/(?:day|find|hours|types|_home_day)\.html"
    r"|visits/templates/visits/(?:arrivals|_arrival|_home_arrivals)\.html"
    r"|home/templates/home/staff\.html"
    r"|audit/templates/.*"
    r"|messaging/(?:readings|views|forms|actions|selectors)/(?:desk|teams|asides|tending|owning|belongings)\.py"
    r"|scheduling/(?:readings|views|forms|selectors)/(?:rules|sheet|calendar|belongings)\.py"
    r"|patients/(?:readings|views|forms)/(?:arranging|directory|evidence|labels|logbook|review|reviewing)\.py"
    r"|portal/accounts/views/people\.py"
    r"|portal/custody/.*"
    r"|#act$"
)
HEAD = """# The portal in {language}. docs/languages.md says how it is written.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def renewed(text: str) -> str:
    """The catalogue with every message of the source: what is said stays, what is gone goes."""
    known = {each.key: each for each in read(text)}
    head = text.split("\n\n", 1)[0]
    return (
        "\n\n".join([head.strip(), *(_entry(each, known.get(each.key)) for each in messages())])
        + "\n"
    )


def lacking(path: Path) -> list[Message]:
    """The messages of the source that this catalogue does not say."""
    known = {each.key: each for each in read(path.read_text())}
    return [each for each in messages() if not (each.key in known and known[each.key].is_said)]


def is_for_patients(message: Message) -> bool:
    """True unless the message is said only where nobody but staff comes."""
    return not all(STAFF.search(place) for place in message.places)


def _entry(message: Message, known: Message | None) -> str:
    words = known.words if known else ()
    lines = [f"#: {place}" for place in message.places]
    if message.context:
        lines += _field("msgctxt", message.context)
    lines += _field("msgid", message.single)
    if not message.plural:
        return "\n".join(lines + _field("msgstr", words[0] if words else ""))
    lines += _field("msgid_plural", message.plural)
    for number in range(2):
        lines += _field(f"msgstr[{number}]", words[number] if number < len(words) else "")
    return "\n".join(lines)


def _field(name: str, text: str) -> list[str]:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return [f'{name} "{quoted}"']
