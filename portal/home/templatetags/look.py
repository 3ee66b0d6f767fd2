"""What the templates say over and over: icons, form fields, words for codes, days in words."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy

from portal.kernel import clock
from portal.kernel.actor import Actor

register = template.Library()

STAFF = frozenset({"clinician", "coordinator", "supervisor", "privacy-officer", "administrator"})
ROLES: dict[str, Promise] = {
    "patient": gettext_lazy("patient"),
    "proxy": gettext_lazy("family or carer"),
    "clinician": gettext_lazy("clinician"),
    "nurse": gettext_lazy("nurse"),
    "therapist": gettext_lazy("therapist"),
    "pharmacist": gettext_lazy("pharmacist"),
    "team": gettext_lazy("on the team that has this"),
    "coordinator": gettext_lazy("coordinator"),
    "supervisor": gettext_lazy("supervisor"),
    "privacy-officer": gettext_lazy("privacy officer"),
    "administrator": gettext_lazy("administrator"),
}
TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "mx", "nurse", "sister"})
TONES = {"waiting": "wait", "answered": "good", "closed": "calm"}
POINTING = frozenset({"back", "in", "next", "out", "send"})
"""Pictures that point along the line, and the other way where lines run from right to left."""
STATE_ICONS = {"waiting": "clock", "answered": "answer", "closed": "lock"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One picture of the sprite. Never alone: a word stands beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        " flip" if name in POINTING else "",
        static("portal/icons.svg"),
        name,
    )


@register.simple_tag
def role_table() -> dict[str, str]:
    """Every role's code with its words, for a script that draws what arrives."""
    return {code: str(words) for code, words in ROLES.items()}


@register.simple_tag
def first_new(lines: Iterable[Any], read: int | None) -> int:
    """The sequence of the first line that somebody else wrote after the mark; 0 if none."""
    for line in lines:
        sequence, mine = (
            (line["sequence"], line["mine"])
            if isinstance(line, Mapping)
            else (line.sequence, line.mine)
        )
        if sequence > (read or 0) and not mine:
            return int(sequence)
    return 0


@register.filter
def is_staff(actor: Actor | None) -> bool:
    """True for somebody who works here: decides density and navigation, never a right."""
    return actor is not None and not actor.roles.isdisjoint(STAFF)


@register.filter
def is_clinic(role: str) -> bool:
    """True for the role of somebody who works here."""
    return role not in {"patient", "proxy"}


@register.filter
def role_words(role: str) -> str:
    """The role as a person says it; words that are no code stay as they are."""
    return str(ROLES.get(role, role))


@register.filter
def tone(state: str) -> str:
    """The colour family of a thread's state."""
    return TONES.get(state, "calm")


@register.filter
def state_icon(state: str) -> str:
    """The picture of a thread's state."""
    return STATE_ICONS.get(state, "clock")


@register.filter
def initials(name: str) -> str:
    """At most two letters that stand for a name. thread.js does the same."""
    words = [word for word in name.split() if word.rstrip(".").lower() not in TITLES]
    ends = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in ends).upper()


@register.filter
def day_words(at: datetime) -> str:
    """The day of an instant in the reader's zone: today, yesterday, or its date."""
    day, today = localtime(at).date(), localtime(clock.now()).date()
    if day == today:
        return gettext("Today")
    if day == today - timedelta(days=1):
        return gettext("Yesterday")
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")


@register.filter
def when(at: datetime) -> str:
    """An instant as a list shows it: the time if it is today, else the day."""
    today = localtime(clock.now()).date()
    at = localtime(at)
    if at.date() == today:
        return at.strftime("%H:%M")
    if at.date() == today - timedelta(days=1):
        return gettext("Yesterday")
    return date_format(at.date(), "j M" if at.year == today.year else "j M Y")


@register.filter
def place(zone: str) -> str:
    """A zone's name as a person reads it: "America/New_York" is New York."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


@register.inclusion_tag("portal/_field.html")
def field(
    bound: BoundField, label: str = "", hint: str = "", *, digits: bool = False, **attrs: Any
) -> dict[str, Any]:
    """A label, a hint, what is wrong, and the control, tied together for every reader.

    Attributes of the control are given with underscores: `data_reveal="…"` is `data-reveal`.
    """
    words = hint or bound.help_text
    described = [f"{bound.auto_id}_helptext"] if words else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    if _is_copied(bound.field.widget.attrs | given, bound.widget_type):
        given.setdefault("dir", "ltr")
    if described:
        given["aria-describedby"] = " ".join(described)
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": words,
        "digits": digits,
        "described": given.get("aria-describedby", ""),
        "control": bound.as_widget(attrs=given),
    }


def _is_copied(attrs: Mapping[str, Any], kind: str) -> bool:
    """True for what is an address or a code: it runs from left to right in every language."""
    return (
        kind in {"email", "password"}
        or attrs.get("inputmode") in {"email", "numeric", "tel"}
        or attrs.get("autocapitalize") == "none"
    )
