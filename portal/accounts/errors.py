"""What identity refuses. Sentences are safe to show to anybody."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal, TooMany


class NoRole(Refusal):
    """Somebody who signed in, but holds no role today."""

    code = "no-role"
    status = 403
    sentence = _("Your account is not open for anything at the moment. Please call the clinic.")


class NotAllowed(Refusal):
    """An act that this role does not have."""

    code = "not-allowed"
    status = 404
    sentence = _("We could not find this, or it is not open to you.")


class NotFresh(Refusal):
    """A change to the way of signing in, too long after the last sign-in."""

    code = "not-fresh"
    status = 403
    sentence = _("This changes how you sign in. Please sign in again, then try once more.")
    next_name = "accounts:sign-in"
    next_words = _("Sign in again")


class NotProven(Refusal):
    """Address, password and code do not belong together, or there is no second factor."""

    code = "not-proven"
    status = 403
    sentence = _(
        "This address, password and code do not open an account together. Wait for the next code, "
        "then try again."
    )


class SignInExpired(Refusal):
    """The second step came too late, or the first one was used up."""

    code = "sign-in-expired"
    status = 401
    sentence = _("That took too long. Please start again with your password.")
    next_name = "accounts:sign-in"
    next_words = _("Start again")


class SignInTaken(Refusal):
    """Somebody with this e-mail address is there already."""

    code = "sign-in-taken"
    sentence = _("Somebody already signs in with this e-mail address.")


class LinkSpent(Refusal):
    """A link out of a letter that was used, withdrawn, has run out, or never was."""

    code = "link-spent"
    status = 410
    sentence = _("This link does not work any more. Ask the clinic for a new one.")


class ResetSpent(LinkSpent):
    """A link to a new password that is over."""

    code = "reset-spent"
    sentence = _("This link does not work any more. You can ask for a new one.")
    next_name = "accounts:forgotten"
    next_words = _("Ask for a new link")


class TooManyInvitations(TooMany):
    """More letters to others than one person who is no staff has reason to send in a day."""

    code = "too-many-invitations"
    sentence: Any = _("That was too often for one day. Please try again tomorrow, or call us.")


class TooManyChanges(TooMany):
    """More changes of address than anybody needs in a day."""

    code = "too-many-changes"
    sentence: Any = _("That was too often for one day. Please try again tomorrow.")


class NoFactor(Refusal):
    """Nobody who signs in with this address has a second factor that the actor may note as lost."""

    code = "no-factor"
    sentence = _("Nobody with a second step, whom you may help, signs in with this address.")


class AlreadyNoted(Refusal):
    """A lost phone that was noted before, and waits."""

    code = "already-noted"
    sentence = _("This phone is noted as lost already.")


class SomebodyElse(Refusal):
    """A link for one person, opened while another one is signed in."""

    code = "somebody-else"
    sentence = _("You are signed in as somebody else. Sign out, then open the link once more.")


class NotYourself(Refusal):
    """An administrator who would shut themself out."""

    code = "not-yourself"
    sentence = _("You cannot do this to your own account. Another administrator can.")


class NoSuchRole(Refusal):
    """A role that nobody can hold."""

    code = "no-such-role"
    status = 400
    sentence = _("There is no such role.")


class NotInDemo(Refusal):
    """A convenience of the demo, asked for elsewhere."""

    code = "not-in-demo"
    status = 403
    sentence = _("This works in the demo clinic only.")


class TooManySignIns(TooMany):
    """Too many attempts from one place; says nothing about any account."""

    code = "too-many-sign-ins"
    sentence: Any = _("Too many tries to sign in from here. Please wait a quarter of an hour.")


class TooManyPosts(TooMany):
    """Forms are sent faster than a person can."""

    code = "too-many-posts"
    sentence: Any = _("That was too fast. Please wait a few seconds and send it again.")
