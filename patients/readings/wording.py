"""What was done, as a sentence to the patient."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext

from patients.readings.looks import Line, Look

BRACED = re.compile(r"{(\w+)}")


def told_in_words(look: Look | Line, names: Mapping[str, str]) -> str:
    """The sentence of what was done, with its numbers and names."""
    one = look.looks[-1] if isinstance(look, Line) else look
    spec = one.spec
    sentence = (spec.tries if one.is_tried else "") or spec.told or spec.meaning
    known = {name: str(value) for name, value in one.details.items()}
    known["person"] = names.get(known.get("person", ""), gettext("somebody"))
    return BRACED.sub(lambda braced: known.get(braced[1], ""), gettext(sentence))
