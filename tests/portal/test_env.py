"""The environment is read strictly: what cannot be used refuses to start, in a sentence."""

from pathlib import Path

import pytest

from portal import env

pytestmark = pytest.mark.pure


def refused(values: dict[str, str], capsys: pytest.CaptureFixture[str]) -> str:
    """What was said, once reading refused with exit code 78."""
    with pytest.raises(env.BadEnvironment) as refusal:
        env.read(values)
    assert refusal.value.code == 78
    return capsys.readouterr().err


def test_an_unknown_name_refuses_to_start_and_is_named(capsys):
    assert "PORTAL_DATBASE_URL" in refused({"PORTAL_DATBASE_URL": "x"}, capsys)


def test_its_value_is_not_repeated(capsys):
    assert "hunter2" not in refused({"PORTAL_PASSWORD": "hunter2"}, capsys)


def test_names_of_others_are_no_business_of_ours():
    assert env.read({"HOME": "/", "DJANGO_X": "1"}).values == {}


def test_names_of_the_suite_are_let_through():
    assert env.read(dict.fromkeys(env.TESTING, "x")).values.keys() == env.TESTING


def test_a_name_that_the_code_does_not_know_is_a_bug():
    with pytest.raises(KeyError):
        env.read({}).text("PORTAL_NO_SUCH_THING")


def test_space_around_a_value_is_dropped_and_nothing_means_the_default():
    read = env.read({"PORTAL_HOSTS": " a.example , b.example,, ", "PORTAL_PROFILE": "  "})

    assert read.names("PORTAL_HOSTS", "") == ["a.example", "b.example"]
    assert read.text("PORTAL_PROFILE", "demo") == "demo"


@pytest.mark.parametrize(
    ("word", "means"), [("yes", True), ("YES", True), ("no", False), ("", False)]
)
def test_a_flag_is_yes_or_no(word, means):
    assert env.read({"PORTAL_TRUSTED_PROXY": word}).flag("PORTAL_TRUSTED_PROXY") is means


@pytest.mark.parametrize("word", ["1", "true", "on", "y", "ja"])
def test_a_flag_that_is_neither_refuses_to_start(word):
    with pytest.raises(env.BadEnvironment):
        env.read({"PORTAL_TRUSTED_PROXY": word}).flag("PORTAL_TRUSTED_PROXY")


def test_a_choice_is_one_of_its_words():
    for given, means in (("", "info"), ("DEBUG", "debug"), ("warning", "warning")):
        read = env.read({"PORTAL_LOG_LEVEL": given})
        assert read.choice("PORTAL_LOG_LEVEL", "info", "debug", "warning") == means
    with pytest.raises(env.BadEnvironment):
        env.read({"PORTAL_LOG_LEVEL": "loud"}).choice("PORTAL_LOG_LEVEL", "info", "debug")


def test_a_token_is_long_or_there_is_none():
    long = "x" * 24
    assert env.read({}).token("PORTAL_WATCH_TOKEN") == ""
    assert env.read({"PORTAL_WATCH_TOKEN": long}).token("PORTAL_WATCH_TOKEN") == long
    for value in ("x" * 23, "é" * 24):
        with pytest.raises(env.BadEnvironment):
            env.read({"PORTAL_WATCH_TOKEN": value}).token("PORTAL_WATCH_TOKEN")


def test_a_folder_is_made_absolute():
    read = env.read({"PORTAL_DATA_DIR": "here"})

    assert read.folder("PORTAL_DATA_DIR", Path("/x")) == Path.cwd() / "here"
    assert read.folder("PORTAL_KEY_DIR", Path("/x")) == Path("/x")


def test_a_database_address_is_taken_apart():
    settings = env.postgres("postgres://ada:s%40fe@db.example:5433/por%20tal")

    assert settings["USER"] == "ada"
    assert settings["PASSWORD"] == "s@fe"
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == (
        "db.example",
        "5433",
        "por tal",
    )


@pytest.mark.parametrize("address", ["mysql://x/y", "postgres://db.example/", "portal", ""])
def test_an_address_of_something_else_refuses_to_start(address):
    with pytest.raises(env.BadEnvironment):
        env.postgres(address)


@pytest.mark.parametrize(
    "pragma", ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"]
)
def test_sqlite_survives_a_power_cut_and_lets_no_guard_sleep(pragma):
    options = env.sqlite(Path("x"))["OPTIONS"]

    assert f"PRAGMA {pragma};" in options["init_command"]
    assert options["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtps://mail.example", 465, False, True),
        ("smtp://mail.example", 587, True, False),
        ("smtp://mail.example:25", 25, True, False),
        ("smtp://127.0.0.1:25", 25, False, False),
    ],
)
def test_a_mail_server_elsewhere_is_reached_encrypted_only(url, port, tls, ssl):
    found = env.smtp(url)

    assert found["EMAIL_PORT"] == port
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)


def test_a_mail_server_may_ask_who_we_are():
    found = env.smtp("smtps://port%40l:p%2Fw@mail.example:4650")

    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("port@l", "p/w")


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://mail.example", "smtp://", "smtps://a:b", "smtp://a/b", "smtp://a?x"],
)
def test_what_names_no_mail_server_refuses_to_start(url, capsys):
    with pytest.raises(env.BadEnvironment):
        env.smtp(url)
    assert "a:b" not in capsys.readouterr().err


def test_links_in_letters_lead_to_the_first_host():
    here = env.read({"PORTAL_HOSTS": "portal.example, b.example"})

    assert env.base_url("", here, production=True) == "https://portal.example"
    assert env.base_url("https://c.example/", here, production=True) == "https://c.example"
    assert env.base_url("http://c.example", here, production=False) == "http://c.example"


@pytest.mark.parametrize(
    "url",
    ["http://c.example", "https://c.example/x", "https://u:p@c.example/?", "c.example", "https://"],
)
def test_links_in_production_are_encrypted_and_lead_to_a_host(url):
    with pytest.raises(env.BadEnvironment):
        env.base_url(url, env.read({}), production=True)


@pytest.mark.parametrize("told", ["portal", "@x", "a@", "a@b\nBcc: c@d", "A <a@b>", "a@b, c@d"])
def test_letters_come_from_one_address(told):
    with pytest.raises(env.BadEnvironment):
        env.address(told)


@pytest.mark.parametrize("told", ["0", "16", "-5", "ten", "7.5", ""])
def test_a_time_may_only_be_shortened(told, capsys):
    here = env.read({"PORTAL_FRESH_MINUTES": told})
    if told == "":
        assert here.minutes("PORTAL_FRESH_MINUTES", least=1, most=15).seconds == 900
        return
    with pytest.raises(env.BadEnvironment):
        here.minutes("PORTAL_FRESH_MINUTES", least=1, most=15)
    assert "from 1 to 15" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["0", "61", "-1", "1.5", "soon", "٣"])
def test_days_that_are_none_or_too_many_are_refused(given, capsys):
    here = env.read({"PORTAL_ANSWER_DAYS": given})

    with pytest.raises(env.BadEnvironment):
        here.days("PORTAL_ANSWER_DAYS", 14, most=60)


def test_days_are_the_default_or_what_was_said():
    assert env.read({}).days("PORTAL_ANSWER_DAYS", 14, most=60) == 14
    assert env.read({"PORTAL_ANSWER_DAYS": "60"}).days("PORTAL_ANSWER_DAYS", 14, most=60) == 60
