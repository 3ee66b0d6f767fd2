"""The client that docs/protocol.md prints talks with a browser: each sees the other's lines."""

import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.journeys import steps
from tests.journeys.house import House
from tests.shared import ROOT


@pytest.mark.feature("M5")
def test_the_reference_client_and_a_browser_talk(house: House):
    page = house.open("imani")
    address = steps.write(page, "To a clinician without a browser", "Hello?")
    steps.connection(page, steps.LIVE).wait_for()
    who = house.sign_ins["okafor"]
    thread = urlsplit(address).path.split("/")[2]
    told = [
        house.origin,
        who.email,
        who.password,
        house.code("okafor"),
        thread,
        "Hello from a page",
    ]
    command = [sys.executable, "-u", "docs/client.py", *told]

    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        try:
            steps.line(page, "Hello from a page").wait_for()
            steps.send(page, "You sound like a machine")
            heard = [client.stdout.readline() for _ in range(4)]
        finally:
            client.kill()

    said = [row for row in heard if not row.startswith("stored:")]
    assert "'sequence': 2" in next(row for row in heard if row.startswith("stored:"))
    assert said == [
        "1 Imani Njoroge Hello?\n",
        "2 Dr Miriam Okafor Hello from a page\n",
        "3 Imani Njoroge You sound like a machine\n",
    ]
