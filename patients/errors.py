"""What this ward refuses. Sentences are safe to show to anybody."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal


class NotForOneself(Refusal):
    """Staff who would give themselves a link to a record."""

    code = "not-for-oneself"
    status = 403
    sentence = _("Somebody else has to add you to this care team.")


class NoStaffRole(Refusal):
    """A care-team link for somebody whose role sees no patients."""

    code = "no-staff-role"
    sentence = _("Only people who care for patients can join a care team.")


class AlreadyOnTeam(Refusal):
    """A second open link of one person to one patient."""

    code = "already-on-team"
    sentence = _("This person is on the care team already.")


class AlreadyProxy(Refusal):
    """A second open grant of one person for one patient."""

    code = "already-proxy"
    sentence = _("This person acts for the patient already.")


class AlreadyLinked(Refusal):
    """A record with another account, or an account with another record."""

    code = "already-linked"
    sentence = _("This record or this account is tied to another one already.")


class AlreadyEnded(Refusal):
    """An end to something that has ended."""

    code = "already-ended"
    sentence = _("This has ended already.")


class EndBeforeStart(Refusal):
    """Dates in the wrong order, or an end that lies in the past."""

    code = "end-before-start"
    status = 400
    sentence = _("The last day must not lie before the first, or before today.")


class AnotherPerson(Refusal):
    """A record that comes again with another day of birth: two people under one number."""

    code = "another-person"
    sentence = _(
        "The record number belongs to somebody with another date of birth. Nothing was taken over."
    )


class AlreadyOnPortal(Refusal):
    """An invitation of a patient who has an account."""

    code = "already-on-portal"
    sentence = _("This patient uses the portal already. There is nothing to invite to.")


class HasDied(Refusal):
    """An invitation of a patient who has died."""

    code = "has-died"
    sentence = _("This patient has died. Nobody can be invited to this record.")


class AlreadyInvited(Refusal):
    """A second open invitation to one address about one record."""

    code = "already-invited"
    sentence = _("There is an open invitation to this address. Withdraw it to send a new one.")


class ProofMissing(Refusal):
    """An invitation by the clinic, of somebody nobody has checked."""

    code = "proof-missing"
    status = 400
    sentence = _("Please say how you made sure who this is.")


class BirthDateMissing(Refusal):
    """A parent's rights without a date of birth to end them by."""

    code = "birth-date-missing"
    sentence = _("A parent may act until a birthday. Please write the date of birth down first.")


class NothingLeft(Refusal):
    """A parent's grant that the patient's age leaves nothing of."""

    code = "nothing-left"
    sentence = _("At this age a parent may no longer act. The patient can let somebody act.")


class AskedAlready(Refusal):
    """A second open question about one entry."""

    code = "asked-already"
    sentence = _("You have asked about this already. The answer will stand here.")


class TooManyQuestions(Refusal):
    """More open questions about one record than anybody could answer."""

    code = "too-many-questions"
    sentence = _("There are many open questions about this record. Please wait for an answer.")


class AnsweredAlready(Refusal):
    """An answer to a question that somebody else has answered."""

    code = "answered-already"
    sentence = _("This was answered meanwhile. Your words were not sent.")


class NotSignedYet(Refusal):
    """The proof of an entry that no signature covers yet."""

    code = "not-signed-yet"
    sentence = _("This entry is not signed yet. Its proof follows in a moment. Please try again.")
    again = True


class CommandReused(Refusal):
    """The id of a command that was carried out with another content."""

    code = "command-reused"
    sentence = _("This form was sent before with other words. Load the page anew, then try again.")
