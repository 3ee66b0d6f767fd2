"""The verdict on crowds that book: every fault that a round can show makes it unclean."""

import pytest

from tests.campaigns.bookings import Run

pytestmark = [pytest.mark.pure, pytest.mark.feature("S6")]
CLEAN = {
    "winners": 3,
    "rounds_with_one_winner": 3,
    "rounds_with_one_place": 3,
    "moved": 5,
    "lost_in_a_move": 0,
    "overlaps": 0,
    "strays": 0,
    "deadlocks": 0,
    "answers": 240,
    "worst_ms": 40,
    "said Appointment": 11,
    "said SlotTaken": 229,
    "twins": {"many": 8, "without": 8, "with": 1},
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("rounds_with_one_winner", 2),
        ("rounds_with_one_place", 4),
        ("moved", 0),
        ("lost_in_a_move", 1),
        ("overlaps", 1),
        ("strays", 1),
        ("deadlocks", 1),
        ("said OperationalError", 1),
        ("twins", {"many": 8, "without": 1, "with": 1}),
        ("twins", {"many": 8, "without": 8, "with": 2}),
    ],
)
def test_one_fault_is_enough(name: str, found: object) -> None:
    assert Run(1, 3, 40, CLEAN, 1.0).is_clean
    assert not Run(1, 3, 40, {**CLEAN, name: found}, 1.0).is_clean
