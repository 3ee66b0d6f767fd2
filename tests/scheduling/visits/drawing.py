"""Draws the tables of docs/visits.md from the code: `python -m tests.scheduling.visits.drawing`."""

import re
from datetime import timedelta

from scheduling.visits.states import (
    KEPT,
    LINGERS,
    NEXT,
    OPENS_BEFORE,
    OVER,
    SEAT_NEXT,
    SILENT,
    TALKING,
    Hold,
    SeatStep,
    State,
    Step,
    ending,
)
from tests.shared import ROOT

PAGE = ROOT / "docs" / "visits.md"
WORDS: dict[Step, str] = {
    Step.ARRIVE: "the patient, or who acts for them, comes",
    Step.STEP_OUT: "they leave the waiting room",
    Step.ADMIT: "the clinician lets them in",
    Step.DECLINE: "the clinician does not hold the visit",
    Step.SEND_BACK: "the clinician sends them back",
    Step.RETURN: "they come back after their seat was let go",
    Step.CONNECT: "both seats are held by a live socket",
    Step.END: "the clinician ends it for all",
    Step.CLOSE: "its time is past",
}
SEAT_WORDS: dict[SeatStep, str] = {
    SeatStep.TAKE: "somebody of that side joins; only the same person while it is held",
    SeatStep.LOSE: "the socket is gone, or its process silent",
    SeatStep.EXPIRE: "the time for coming back is over",
    SeatStep.LEAVE: "they leave",
    SeatStep.CLEAR: "the visit is over or sent back, or they are let in anew",
}


def drawn() -> dict[str, str]:
    """Each drawing by its name."""
    return {"visit": _visit(), "table": _table(), "seat": _seat(), "times": _times()}


def page_with(drawings: dict[str, str], text: str) -> str:
    """The page with these drawings in their places."""
    for name, drawing in drawings.items():
        place = re.compile(rf"(<!-- {name} -->\n).*?\n?(<!-- /{name} -->)", re.S)
        before, *rest = place.split(text)
        assert len(rest) == 3, f"docs/visits.md has not one place for {name}"
        text = f"{before}{rest[0]}{drawing}\n{rest[1]}{rest[2]}"
    return text


def _visit() -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.PLANNED.value}"]
    for (state, step), then in NEXT.items():
        lines.append(f"    {state.value} --> {then.value}: {step.value}")
    lines += [f"    {state.value} --> [*]" for state in State if state in OVER]
    return "\n".join([*lines, "```"])


def _table() -> str:
    lines = ["| from | step | to | ending |", "|---|---|---|---|"]
    for (state, step), then in NEXT.items():
        lives = {True, state is State.LIVE}
        names = {ending(state, step, was_live=live).value for live in lives}
        told = " or ".join(sorted(names)) if then in OVER else ""
        lines.append(f"| {state.value} | {step.value}: {WORDS[step]} | {then.value} | {told} |")
    return "\n".join(lines)


def _seat() -> str:
    lines = ["| a seat that is | and | is then |", "|---|---|---|"]
    for (hold, step), then in SEAT_NEXT.items():
        if step is not SeatStep.CLEAR or hold is not Hold.EMPTY:
            lines.append(f"| {hold.value} | {SEAT_WORDS[step]} | {then.value} |")
    return "\n".join(lines)


def _times() -> str:
    lines = [
        f"- The waiting room opens {_minutes(OPENS_BEFORE)} minutes before the visit.",
        f"- A seat is kept {KEPT.seconds} seconds for somebody whose socket is gone. A process that"
        f" says nothing for {SILENT.seconds} seconds has lost its sockets.",
        *(
            f"- A visit that is still {state.value} closes {_minutes(time)} minutes after its"
            " planned end, if nobody sits in it."
            for state, time in LINGERS.items()
        ),
        "- Frames pass, and relay credentials exist, only while a visit is "
        + " or ".join(sorted(state.value for state in TALKING))
        + ".",
    ]
    return "\n".join(lines)


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)


if __name__ == "__main__":
    PAGE.write_text(page_with(drawn(), PAGE.read_text()))
