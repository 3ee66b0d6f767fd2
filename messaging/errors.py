"""What messaging refuses, each with what to do next."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal


class ThreadClosed(Refusal):
    """Nothing can be written to a closed thread."""

    code = "thread-closed"
    sentence = _(
        "This thread is closed. Reopen it first, and your message can be sent."
        " What you wrote is still here."
    )


class AlreadyClosed(Refusal):
    """The thread was closed before."""

    code = "already-closed"
    sentence = _("This thread is closed already.")


class AlreadyOpen(Refusal):
    """The thread is open, so there is nothing to reopen."""

    code = "already-open"
    sentence = _("This thread is open already. You can write in it.")


class CommandReused(Refusal):
    """The id of a command that was carried out came again, with other content."""

    code = "command-reused"
    sentence = _(
        "This page has already sent something else. Reload it to see what was sent,"
        " then send this once more if it is still needed."
    )


class RecordErased(Refusal):
    """The patient's keys are destroyed: nothing can be read or written any more."""

    code = "record-erased"
    status = 410
    sentence = _("The content of this record was erased for good. Nothing of it can be read.")


class TextMissing(Refusal):
    """There is nothing to send."""

    code = "text-missing"
    status = 400
    sentence = _("Please write your message first.")


class TextTooLong(Refusal):
    """More text than one message holds."""

    code = "text-too-long"
    status = 400
    sentence = _(
        "This is longer than one message can be (10,000 characters)."
        " Please shorten it, or send it in two parts."
    )


class TopicMissing(Refusal):
    """A thread needs a topic, so that people find it again."""

    code = "topic-missing"
    status = 400
    sentence = _("Please say in a few words what it is about.")


class TopicTooLong(Refusal):
    """A topic is one short line."""

    code = "topic-too-long"
    status = 400
    sentence = _("The topic is too long (120 characters at most). The details go into the message.")


class Taken(Refusal):
    """Somebody has the thread already. The sentence says who."""

    code = "taken"
    sentence = _("Somebody has taken this thread already. You see below who has it.")


class NotYours(Refusal):
    """Only whoever has a thread can let it go."""

    code = "not-yours"
    sentence = _("You do not have this thread, so you cannot let it go. You can assign it.")


class CannotTend(Refusal):
    """A colleague who may not read the thread can neither get it nor be asked about it."""

    code = "cannot-tend"
    sentence = _("This colleague cannot read this thread. Please choose somebody from the list.")


class TeamAway(Refusal):
    """The team takes no messages now, or never did."""

    code = "team-away"
    sentence = _("This team takes no messages at the moment. Please choose another one.")


class SameTeam(Refusal):
    """The thread is with this team already."""

    code = "same-team"
    sentence = _("The thread is with this team already.")


class NobodyAnswers(Refusal):
    """There is nobody who would read it: said before anybody types."""

    code = "nobody-answers"
    sentence = _("Nobody can answer here yet, so nothing was sent. Please call the clinic.")


class NothingOwed(Refusal):
    """Nobody waits in the thread and nobody has it, so there is nothing to mark as done."""

    code = "nothing-owed"
    sentence = _("This thread is done already: nobody waits for an answer.")


class ReasonMissing(Refusal):
    """Handing on to another team takes a reason."""

    code = "reason-missing"
    status = 400
    sentence = _("Please say in a few words why it goes to another team.")


class ReasonTooLong(Refusal):
    """A reason is short."""

    code = "reason-too-long"
    status = 400
    sentence = _("The reason is too long (300 characters at most). The details go into a note.")


class TeamNameMissing(Refusal):
    """A team needs a name that patients understand."""

    code = "team-name-missing"
    status = 400
    sentence = _("Please give the team a name that patients understand.")


class TeamNotReady(Refusal):
    """A team cannot open without a purpose and a reply time."""

    code = "team-not-ready"
    sentence = _(
        "Before patients can write to a team they are told what it is for and when it answers."
        " Please fill in both."
    )


class DefaultStays(Refusal):
    """What has no care team has to go somewhere."""

    code = "default-stays"
    sentence = _(
        "This team gets what nobody else would. Choose another team for that first,"
        " then this one can be closed."
    )
