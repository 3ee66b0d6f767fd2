"""The pages of a visit as the server writes them: each state in words, and nothing that records."""

import re

import pytest
from django.urls import reverse

from scheduling.visits import actions
from tests.architecture import house
from tests.cast import browser
from tests.patients.evidence import BOTH
from tests.scheduling.visits.world import admitted, do, ended, video_visit, waiting

pytestmark = pytest.mark.django_db(transaction=True, databases=BOTH)
RECORDS = re.compile(r"MediaRecorder|captureStream|ImageCapture|\.toDataURL|\.toBlob|drawImage")


def shown(text: str) -> str:
    """What a page shows before any script runs: what is hidden is left out, tags too."""
    found = re.sub(r"<template.*?</template>|<dialog.*?</dialog>", "", text, flags=re.S)
    found = found.partition("<main")[2]
    depth, kept = 0, []
    for tag, words in re.findall(r"(<[^>]*>)([^<]*)", found):
        name = re.match(r"</?([a-z0-9]+)", tag)
        if depth and name and name[1] not in {"input", "img", "br", "use"}:
            depth += -1 if tag.startswith("</") else 1
        elif re.search(r"\shidden(?=[\s>])", tag) and not tag.startswith(("<input", "</")):
            depth = 1
        if not depth:
            kept.append(words)
    return " ".join(" ".join(kept).split())


def page(someone, visit, name="room") -> str:
    """What they are shown."""
    answer = browser(someone).get(reverse(f"visits:{name}", args=[visit]))
    assert answer.status_code == 200
    return shown(answer.content.decode())


@pytest.mark.feature("V4")
def test_each_state_is_said_in_words_to_both_sides(world, ada, cara):
    early, soon = video_visit(world, minutes=300), video_visit(world)
    assert "The door opens at" in page(ada, early)
    assert "Go to the waiting room" not in page(ada, early)
    assert "The door is open" in page(ada, soon)
    assert "is not here yet" in page(cara, soon)

    here = waiting(world)
    assert "You are in the waiting room" in page(ada, here)
    assert "Let them in" in page(cara, here)
    do(actions.note, cara, here, "ten-minutes-late", "")
    assert "about ten minutes late" in page(ada, here)
    assert "about twenty minutes late" not in page(ada, here)

    assert "Before you begin" in page(cara, admitted(world))
    assert "Before you begin" not in page(ada, admitted(world))
    over = ended(world)
    assert "The call did not come about" in page(ada, over)
    assert "The call did not come about" in page(cara, over)
    declined = waiting(world)
    do(actions.decline, cara, declined, "other")
    assert "The visit is not held now" in page(ada, declined)
    assert "The visit is over" not in page(ada, declined)


@pytest.mark.feature("V11")
def test_every_page_of_a_visit_says_that_nothing_is_recorded(world, ada, cara):
    here, inside = waiting(world), admitted(world)

    for someone in (ada, cara):
        assert "Nothing is ever recorded" in page(someone, here)
        assert "Nothing is ever recorded" in page(someone, inside)
        assert "Nothing is recorded" in page(someone, here, "check")


@pytest.mark.feature("V11")
def test_no_script_of_the_portal_can_record():
    scripts = {path: text for path, text in house.statics().items() if path.endswith(".js")}

    assert {path for path, text in scripts.items() if RECORDS.search(text)} == set()
    assert any(path.endswith("visits/call.js") for path in scripts)


@pytest.mark.feature("V3", "V11")
def test_only_pages_of_a_visit_may_use_camera_and_microphone(world, ada, cara):
    visit = waiting(world)
    client = browser(ada)

    for name in ("room", "check"):
        policy = client.get(reverse(f"visits:{name}", args=[visit]))["Permissions-Policy"]
        assert "camera=(self)" in policy
        assert "microphone=(self)" in policy
        assert "geolocation=()" in policy
    for path in ("/", "/threads/"):
        assert "camera=()" in client.get(path)["Permissions-Policy"]
    board = browser(cara).get(reverse("visits:arrivals"))
    assert "camera=()" in board["Permissions-Policy"]
