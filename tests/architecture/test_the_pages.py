"""Pages and statics: no third party, nothing inline, all words translatable, no left or right."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

from tests.architecture import house
from tests.architecture.house import ROOT

ADDRESS = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+(?:\.[a-z0-9-]+)+""", re.I)
INLINE = re.compile(r"\s(?:style|on[a-z]+)\s*=|<style\b|\bjavascript:", re.I)
SCRIPT = re.compile(r"<script\b(?P<head>[^>]*)>(?P<body>.*?)</script>", re.I | re.S)
DJANGO_TEXT = re.compile(
    r"{%\s*(?P<tag>blocktrans(?:late)?|comment|verbatim)\b.*?{%\s*end(?P=tag)\s*%}"
    r"|{%\s*block \w+_(?:class|data)\s*%}.*?{%\s*endblock",
    re.S,
)
DJANGO_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.S)
SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description", "label"}
WORD = re.compile(r"[^\W\d_]{2,}")
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-\w+)*"
    r"|left|right|float|clear)\s*:(?!\s*(?:none|both)\b)"
    r"|text-align\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius",
)
COMMENT = re.compile(r"/\*.*?\*/", re.S)


class Words(HTMLParser):
    """Collects what a template says in its own words, outside of any translation."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in {"script", "style", "svg", "code"}
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in {"script", "style", "svg", "code"}

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.found.append(data)


def untranslated(text: str) -> list[str]:
    """The words of a template that no translator would see."""
    reader = Words()
    reader.feed(DJANGO_TAG.sub("", DJANGO_TEXT.sub("", text)))
    return [words.strip() for words in reader.found if WORD.search(words)]


def inline(text: str) -> list[str]:
    """Styles and scripts that stand in the page itself."""
    faults = INLINE.findall(DJANGO_TAG.sub("", text))
    return faults + [
        found["body"].strip() or found["head"]
        for found in SCRIPT.finditer(DJANGO_TAG.sub("x", text))
        if "src=" not in found["head"] or found["body"].strip()
    ]


def third_parties(text: str) -> list[str]:
    """Addresses of anyone else."""
    return ADDRESS.findall(text)


def physical(text: str) -> list[str]:
    """Properties that mean left or right where start or end is meant."""
    return PHYSICAL.findall(COMMENT.sub("", text))


def faults(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The files with something in them."""
    return {path: what for path, what in found.items() if what}


def test_no_page_or_static_file_names_a_third_party():
    texts = house.pages() | house.statics()

    assert faults({path: third_parties(text) for path, text in texts.items()}) == {}


def test_an_address_of_a_third_party_is_found():
    assert third_parties('<link href="https://fonts.example.com/x.css">')
    assert third_parties("@import url(//cdn.example.com/x.css)")
    assert not third_parties('<svg xmlns="http://www.w3.org/2000/svg">')


def test_no_page_has_inline_styles_or_scripts():
    found = {path: inline(text) for path, text in house.pages().items() if path.endswith("html")}

    assert faults(found) == {}


def test_inline_styles_and_scripts_are_found():
    assert inline('<p style="color: red">')
    assert inline('<button onclick="go()">')
    assert inline("<script>go()</script>")
    assert inline("<style>p { color: red }</style>")
    assert not inline('<script type="module" src="{% static \'portal/js/main.js\' %}"></script>')


def test_every_word_of_a_page_can_be_translated():
    found = {path: untranslated(text) for path, text in house.pages().items()}

    assert faults(found) == {}


def test_a_bare_word_is_found():
    assert untranslated("<h1>Messages</h1>")
    assert untranslated('<img alt="A cat">')
    assert not untranslated("{% block main_class %}narrow{% endblock %}")
    assert not untranslated("<h1>{% translate 'Messages' %}</h1>")
    assert not untranslated("{% blocktranslate %}Dear {{ name }}{% endblocktranslate %}")


def test_no_style_means_left_or_right():
    sheets = {path: text for path, text in house.statics().items() if path.endswith("css")}

    assert faults({path: physical(text) for path, text in sheets.items()}) == {}


def test_left_and_right_are_found():
    assert physical("p { margin-left: 1rem; }")
    assert physical("p { text-align: right; }")
    assert physical("p { left: 0; }")
    assert physical("p { float: left; }")
    assert not physical("p { margin-inline-start: 1rem; inset-inline-end: 0; clear: both; }")
    assert not physical("p { transition: left 1s; } /* left: so */")


def test_every_vendored_file_is_the_one_in_the_lock():
    vendored = [
        path
        for folder in ROOT.glob("portal/static/portal/vendor")
        for path in folder.iterdir()
        if path.name not in {"vendor.lock", "LICENSES"}
    ]
    for path in vendored:
        locked = {row["file"]: row for row in json.loads((path.parent / "vendor.lock").read_text())}
        digest = base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()

        assert locked[path.name]["sha384"] == digest, path
        assert {"name", "version", "licence"} <= locked[path.name].keys()
