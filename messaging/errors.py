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
