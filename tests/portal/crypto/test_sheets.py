"""Sheets are read as they were written, whatever a typist makes of case, spaces, O and 0."""

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import sheets
from portal.crypto.shares import SharesRefused

pytestmark = pytest.mark.pure

SECRET = bytes(range(200)) + b"the ring"


@given(st.binary(min_size=1, max_size=300))
def test_any_two_sheets_give_the_secret_back(secret: bytes):
    parts = [sheets.read(sheets.written(part)) for part in sheets.parts_of(secret, os.urandom)]

    for pair in ((0, 1), (1, 2), (2, 0)):
        assert sheets.secret_of([parts[n] for n in pair]) == secret
    assert sheets.secret_of(parts) == secret


def test_how_it_is_typed_does_not_matter():
    part = sheets.parts_of(SECRET, os.urandom)[1]
    text = sheets.written(part)
    head, lines = text.split("\n", 1)
    sloppy = lines.lower().replace("0", "o").replace("1", "l").replace("l:", "1:")
    sloppy = re.sub(
        r"^[0-9ol]+", lambda n: n[0].replace("o", "0").replace("l", "1"), sloppy, flags=re.M
    )
    typed = f"words before\n{head}\r\n" + sloppy.replace("\n", " \r\n").replace(" ", "  ")

    assert sheets.read(typed) == part


def test_every_mistyped_sign_is_found_and_its_line_is_named():
    text = sheets.written(sheets.parts_of(SECRET[:60], os.urandom)[0])
    lines = text.splitlines()
    found = 0
    for number, line in enumerate(lines[1:], 1):
        for at in range(line.index(":") + 1, len(line)):
            if line[at] in " -":
                continue
            wrong = "2" if line[at] != "2" else "3"
            changed = [*lines]
            changed[number] = line[:at] + wrong + line[at + 1 :]
            with pytest.raises(SharesRefused, match=f"line {number} is mistyped"):
                sheets.read("\n".join(changed))
            found += 1
    assert found > 100


def test_two_lines_that_changed_places_are_found():
    lines = sheets.written(sheets.parts_of(SECRET, os.urandom)[0]).splitlines()
    lines[1], lines[2] = "01" + lines[2][2:], "02" + lines[1][2:]

    with pytest.raises(SharesRefused, match="line 1 is mistyped"):
        sheets.read("\n".join(lines))


def test_a_missing_line_and_a_missing_head_are_named():
    lines = sheets.written(sheets.parts_of(SECRET, os.urandom)[0]).splitlines()

    with pytest.raises(SharesRefused, match="line 3 is missing"):
        sheets.read("\n".join(lines[:3] + lines[4:]))
    with pytest.raises(SharesRefused, match="begins with"):
        sheets.read("\n".join(lines[1:]))


def test_sheets_of_two_sets_do_not_mix_and_one_is_not_enough():
    first, second = sheets.parts_of(SECRET, os.urandom), sheets.parts_of(SECRET, os.urandom)

    with pytest.raises(SharesRefused, match="different sets"):
        sheets.secret_of([first[0], second[1]])
    with pytest.raises(SharesRefused, match="two different"):
        sheets.secret_of([first[0], first[0]])


def test_a_part_that_was_forged_whole_makes_nothing():
    """Its lines fit, so only the secret's own checksum tells."""
    first, second, _ = sheets.parts_of(SECRET, os.urandom)
    forged = sheets.Part(first.set, first.number, bytes(len(first.content)))

    assert sheets.read(sheets.written(forged)) == forged
    with pytest.raises(SharesRefused, match="belong together"):
        sheets.secret_of([forged, second])
