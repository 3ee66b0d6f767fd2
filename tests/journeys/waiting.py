"""Time that passes without anybody waiting: sessions and pages grow older at once.

`python -m tests.journeys.waiting ADA MINUTES` has Ada's open sessions be so much older.
"""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page


def idle(house: House, who: str, minutes: float, page: "Page | None" = None) -> None:
    """For so long nothing has been done by this person; the page's own clock says so too."""
    house.portal.run("-m", "tests.journeys.waiting", house.sign_ins[who].email, str(minutes))
    # The session that other journeys share is as old.
    house.forget(who)
    if page:
        page.clock.fast_forward(round(minutes * 60_000))


def main() -> None:
    """The rows say so."""
    import django

    django.setup()
    from django.db.models import F

    from portal.accounts.models import Session
    from portal.accounts.selectors import find_person

    person = find_person(sys.argv[1])
    assert person, sys.argv[1]
    ago = timedelta(minutes=float(sys.argv[2]))
    Session.objects.filter(person=person, ended_at=None).update(
        last_seen_at=F("last_seen_at") - ago, proven_at=F("proven_at") - ago
    )


if __name__ == "__main__":
    main()
