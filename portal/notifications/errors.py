"""Why a letter does not leave."""

from typing import ClassVar


class Unsendable(Exception):
    """The letter cannot be sent now; `why` is one of the outbox's codes."""

    for_good: ClassVar[bool] = False

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class NeverSendable(Unsendable):
    """No later attempt would go better."""

    for_good = True
