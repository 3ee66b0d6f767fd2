"""`check --deploy` refuses what would expose patients or shut them out."""

import pytest
from django.test import override_settings

from portal.operation.checks import safe_for_patients

pytestmark = [pytest.mark.pure, pytest.mark.feature("X6")]
PROXY = ("HTTP_X_FORWARDED_PROTO", "https")
STORE = {"HOST": "db", "PORT": "5432"}
SAFE: dict[str, object] = {
    "PRODUCTION": True,
    "CLINIC_PHONE": "+49 30 5550 0100",
    "ALLOWED_HOSTS": ["portal.example"],
    "SOCKET_ORIGINS": ["https://portal.example"],
    "BASE_URL": "https://portal.example",
    "SECURE_PROXY_SSL_HEADER": PROXY,
    "REDIS_URL": "redis://:secret@cache:6379/0",
    "CELERY_BROKER_URL": "redis://:secret@cache:6379/0",
}


def said(stores: tuple[str, str] = ("portal", "shred"), **changed: object) -> set[str]:
    databases = {
        alias: STORE | {"NAME": name}
        for alias, name in zip(("default", "shred"), stores, strict=True)
    }
    # What Django's own connections use is not touched: only this check reads the setting anew.
    with override_settings(**SAFE | changed), pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.operation.checks.settings.DATABASES", databases)
        return {str(message.id) for message in safe_for_patients()}


def test_a_safe_profile_is_not_refused():
    assert said() == set()


@pytest.mark.parametrize(
    ("changed", "id"),
    [
        ({"PRODUCTION": False}, "operation.E001"),
        ({"CLINIC_PHONE": ""}, "operation.W001"),
        ({"ALLOWED_HOSTS": []}, "operation.E002"),
        ({"SOCKET_ORIGINS": ["http://portal.example"]}, "operation.E003"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "operation.E004"),
        ({"BASE_URL": "https://elsewhere.example"}, "operation.E005"),
        ({"stores": ("portal", "portal")}, "operation.E007"),
        ({"REDIS_URL": "redis://cache:6379/0"}, "operation.W002"),
        ({"CELERY_BROKER_URL": "redis://cache:6379/0"}, "operation.W002"),
    ],
)
def test_what_is_unsafe_is_refused(changed, id):
    assert said(**changed) == {id}


def test_keys_and_data_that_others_may_read_are_refused(tmp_path):
    keys, data = tmp_path / "keys", tmp_path / "data"
    for folder, mode in ((keys, 0o755), (data, 0o750)):
        folder.mkdir()
        folder.chmod(mode)
    assert said(KEY_DIR=keys, DATA_DIR=data) == {"operation.E006"}

    keys.chmod(0o700)
    data.chmod(0o700)
    assert said(KEY_DIR=keys, DATA_DIR=data) == set()


def test_a_redis_on_this_machine_needs_no_password():
    assert said(REDIS_URL="redis://127.0.0.1:6379/0") == set()
