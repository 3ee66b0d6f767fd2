"""After searches, invitations and answers no name and no address lies anywhere in clear."""

import pytest

from tests.harness.at_rest import everything
from tests.harness.canary import STEM
from tests.patients.evidence import BOTH
from tests.patients.scenes import ask, get, invite, join, post, record, signed_in

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.feature("I2", "I9", "I13"),
]


def test_a_morning_at_the_front_desk_leaves_no_name_in_clear(cast, ada, ben, sam):
    rosa = record(mrn=f"{STEM}-7", preferred_name=f"{STEM} Rosie")
    post(sam, "patients:directory", text=f"rosa {STEM}")
    invite(sam.actor, rosa)
    join()
    ask(signed_in(ada), cast.ada_record, ben.email)
    ask(signed_in(ada), cast.ada_record, f"helper@{STEM}.example")
    get(sam, "patients:arrange", cast.ada_record)
    get(ada, "patients:proxies")
    get(ben, "patients:proxies")

    assert everything() == []
