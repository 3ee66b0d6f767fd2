"""What identity offers to the ground: its words, a card, and its rows about people."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from portal.accounts import selectors
from portal.accounts.actions.erasing import erase_person
from portal.accounts.actions.erasing import prove as proven
from portal.accounts.vocabulary import ROLES, SPECS
from portal.audit.selectors.anchor import WHYS_FROZEN
from portal.kernel.actor import STRANGER, Actor
from portal.kernel.plugs import FreshAct, LetterSpec, NavItem, ParamKind, PeopleData, Ward

UNDER_PEOPLE = ("accounts:people", "accounts:person", "accounts:invite")


def export_person(person_id: UUID) -> dict[str, Any]:
    """What is known of a person as somebody who signs in."""
    return selectors.export_of(person_id)


def prove(address: str, password: str, code: str) -> Actor:
    """Who acts at a terminal."""
    return proven(STRANGER, address, password, code)


def places(actor: Actor) -> list[NavItem]:
    """Where everybody finds what is open in their name."""
    found = [NavItem(_("Devices"), "accounts:sessions", "device", 90, is_account=True)]
    if actor.has_role("administrator"):
        found.append(NavItem(_("People"), "accounts:people", "people", 50, under=UNDER_PEOPLE))
    if actor.has_role("administrator", "coordinator", "supervisor"):
        found.append(
            NavItem(_("Lost phones"), "accounts:lost-phones", "device", 88, is_account=True)
        )
    return found


LINK = {"link": ParamKind.SECRET, "until": ParamKind.INSTANT}
LETTERS = (
    LetterSpec(
        "accounts.invitation",
        "accounts/letters/invitation.txt",
        params={"link": ParamKind.SECRET, "role": ParamKind.CODE, "until": ParamKind.INSTANT},
        codes={"role": frozenset(ROLES)},
    ),
    LetterSpec("accounts.reset", "accounts/letters/reset.txt", params=LINK),
    LetterSpec("accounts.password-changed", "accounts/letters/password_changed.txt"),
    LetterSpec("accounts.address-proof", "accounts/letters/address_proof.txt", params=LINK),
    LetterSpec("accounts.address-notice", "accounts/letters/address_notice.txt", params=LINK),
    LetterSpec(
        "accounts.phone-lost",
        "accounts/letters/phone_lost.txt",
        params={**LINK, "waits": ParamKind.CODE},
        codes={"waits": frozenset({"time", "person"})},
    ),
    LetterSpec("accounts.factor-fell", "accounts/letters/factor_fell.txt"),
    LetterSpec(
        "accounts.checkpoint",
        "accounts/letters/checkpoint.txt",
        params={"checkpoint": ParamKind.CHECKPOINT, "size": ParamKind.COUNT},
    ),
    LetterSpec(
        "accounts.log-frozen",
        "accounts/letters/log_frozen.txt",
        params={"why": ParamKind.CODE, "size": ParamKind.COUNT, "signed": ParamKind.COUNT},
        codes={"why": frozenset(WHYS_FROZEN)},
    ),
)


_SIGN_IN = _("change how you sign in")
_PERSON = "accounts:person"
FRESH_ACTS = (
    FreshAct("GET accounts:factor", _SIGN_IN),
    FreshAct("POST accounts:factor", _SIGN_IN),
    FreshAct("POST accounts:new-recovery-codes", _SIGN_IN, page="accounts:recovery-codes"),
    FreshAct("GET accounts:password", _SIGN_IN),
    FreshAct("POST accounts:password", _SIGN_IN),
    FreshAct("GET accounts:address", _SIGN_IN),
    FreshAct("POST accounts:address", _SIGN_IN),
    FreshAct("POST accounts:invite", _("invite somebody to work here")),
    FreshAct("POST accounts:end-role", _("take a role from somebody"), page=_PERSON),
    FreshAct("POST accounts:close-person", _("close somebody’s account"), page=_PERSON),
    FreshAct("POST accounts:reopen-person", _("open a closed account again"), page=_PERSON),
    FreshAct("POST accounts:lost-phones", _("note that somebody lost their phone")),
    FreshAct(
        "POST accounts:confirm-lost-phone",
        _("switch off somebody’s second step"),
        page="accounts:lost-phones",
    ),
)

PLUGS = Ward(
    name="portal.accounts",
    fresh_acts=FRESH_ACTS,
    home_cards=(selectors.home_card,),
    navigation=(places,),
    vocabulary=SPECS,
    letters=LETTERS,
    prove=prove,
    people_data=(
        PeopleData("accounts.Person", "pk", "account", exporter=export_person, eraser=erase_person),
        PeopleData("accounts.RoleGrant", "person", "account"),
        PeopleData("accounts.Invitation", "used_by", "account"),
        PeopleData("accounts.PasswordReset", "person", "days-30"),
        PeopleData("accounts.AddressChange", "person", "days-30"),
        PeopleData("accounts.LostPhone", "person", "account"),
        PeopleData("accounts.Session", "person", "days-30"),
        PeopleData("accounts.HeldForm", "person", "hours-1"),
        PeopleData("accounts.TotpDevice", "user", "account"),
        PeopleData("accounts.RecoveryDevice", "user", "account"),
        PeopleData("accounts.RecoveryCode", "device__user", "account"),
    ),
)
