"""The checker finds each kind of fault when it is planted, and none where there is none."""

import pytest

from tests.campaigns.history import History, Stored, Verdict, check


def clean() -> tuple[History, list[Stored], dict[str, tuple[str, dict[int, str]]]]:
    history = History()
    for number in (1, 2, 3):
        history.invoke("t", f"line {number}")
        history.ok(f"line {number}", number)
    history.invoke("t", "unknown")
    stored = [Stored("t", number, f"line {number}") for number in (1, 2, 3)]
    transcripts = {"phone": ("t", {row.sequence: row.text for row in stored})}
    return history, stored, transcripts


def test_a_clean_run_is_clean() -> None:
    assert check(*clean()).is_clean


def test_a_send_whose_fate_is_unknown_may_be_stored_or_not() -> None:
    history, stored, _ = clean()
    stored.append(Stored("t", 4, "unknown"))

    assert check(history, stored, {}).is_clean


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("lose", "lost"),
        ("double", "doubled"),
        ("move", "misplaced"),
        ("invent", "unsent"),
        ("skip", "gaps"),
        ("forget", "differing"),
    ],
)
def test_each_fault_is_named(fault: str, named: str) -> None:
    history, stored, transcripts = clean()
    match fault:
        case "lose":
            stored.pop()
        case "double":
            stored.append(Stored("t", 4, "line 3"))
        case "move":
            stored[0], stored[1] = Stored("t", 1, "line 2"), Stored("t", 2, "line 1")
        case "invent":
            stored.append(Stored("t", 4, "nobody said this"))
        case "skip":
            stored.append(Stored("t", 9, "unknown"))
        case "forget":
            transcripts["phone"][1].pop(2)

    verdict = check(history, stored, transcripts)

    assert isinstance(verdict, Verdict)
    assert getattr(verdict, named)
