"""Django's settings, from the environment alone (`portal.env`)."""

from datetime import timedelta
from urllib.parse import urlsplit

from celery.schedules import crontab

from portal import env
from portal.crypto.keyring import KeyringRefused, load
from portal.kernel import catalogues, logs

HERE = env.read()
BASE_DIR = env.ROOT
PROFILE = HERE.text("PORTAL_PROFILE", "demo")
if PROFILE not in {"demo", "production"}:
    raise env.BadEnvironment("PORTAL_PROFILE must be demo or production")
PRODUCTION = PROFILE == "production"
DEBUG = False

DATA_DIR = HERE.folder("PORTAL_DATA_DIR", BASE_DIR / "var")
KEY_DIR = HERE.folder("PORTAL_KEY_DIR", DATA_DIR / "keys")
ANCHOR_FILE = DATA_DIR / "anchor" / "checkpoint"
ANCHOR_COPIES = HERE.folders("PORTAL_ANCHOR_COPIES")
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
try:
    SECRET_KEY = load(KEY_DIR).secret_key
except KeyringRefused as refused:
    raise env.BadEnvironment(str(refused)) from None

WARDS = [
    "portal.audit",
    "portal.outbox",
    "portal.custody",
    "portal.accounts",
    "portal.notifications",
    "portal.operation",
    "patients",
    "messaging",
    "scheduling",
    "scheduling.visits",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_otp",
    "portal.kernel.apps.KernelConfig",
    "portal.crypto",
    "portal.audit",
    "portal.outbox",
    "portal.custody",
    "portal.accounts",
    "portal.notifications",
    "portal.operation",
    "portal.home",
    "patients",
    "messaging",
    "scheduling",
    "scheduling.visits",
]
MIDDLEWARE = [
    "portal.accounts.middleware.HardeningMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.operation.middleware.ProbeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.accounts.middleware.ActorMiddleware",
]
ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.SealedBackend"]
LOGIN_URL = "accounts:sign-in"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "portal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.messages.context_processors.messages",
                "portal.home.context.portal",
            ],
        },
    }
]
STATICFILES_DIRS = [BASE_DIR / "portal" / "static"]

_url = HERE.text("PORTAL_DATABASE_URL")
_shred_url = HERE.text("PORTAL_SHRED_DATABASE_URL")
if bool(_url) != bool(_shred_url):
    raise env.BadEnvironment(
        "PORTAL_DATABASE_URL and PORTAL_SHRED_DATABASE_URL go together: "
        "shred keys need a store of their own"
    )
DATABASES = {
    "default": env.postgres(_url) if _url else env.sqlite(DATA_DIR / "portal.sqlite3"),
    "shred": env.postgres(_shred_url) if _shred_url else env.sqlite(DATA_DIR / "shred.sqlite3"),
}
BACKUP_DAYS = HERE.count("PORTAL_BACKUP_DAYS", 90)
SHRED_BACKUP_DAYS = HERE.count("PORTAL_SHRED_BACKUP_DAYS", 14)
DATABASE_ROUTERS = ["portal.crypto.router.ShredRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DOOR_INLINE = False
REDIS_URL = HERE.text("PORTAL_REDIS_URL")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": "portal"},
        }
    }
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
else:
    CHANNEL_LAYERS = {}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY_BROKER_URL = HERE.text("PORTAL_BROKER_URL", REDIS_URL or "memory://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05} if CELERY_BROKER_URL.startswith("memory:") else {}
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
JOB_LEDGER = "portal.operation.tasks.note_run"
# Scans, each every so many seconds; one that nobody ran in time is left to the next.
SCANS = {
    "operation.pulse": 10,
    "visits.scan": 10,
    "accounts.answer_resets": 5,
    "accounts.let_factors_fall": 60,
    "accounts.drop_held_forms": 60,
    "custody.go_on": 300,
    "scheduling.sweep_holds": 30,
    "messaging.tell_absent": 60,
    "messaging.sweep_drafts": 3600,
    "notifications.deliver": 5,
}
CELERY_BEAT_SCHEDULE = {
    **{
        name: {"task": name, "schedule": timedelta(seconds=n), "options": {"expires": n}}
        for name, n in SCANS.items()
    },
    "accounts.sweep": {"task": "accounts.sweep", "schedule": crontab(hour=3, minute=17)},
    "accounts.send_checkpoint": {"task": "accounts.send_checkpoint", "schedule": crontab(41, 4)},
    "accounts.watch_log": {"task": "accounts.watch_log", "schedule": timedelta(minutes=1)},
    "custody.renew": {"task": "custody.renew", "schedule": crontab(hour=3, minute=29)},
    "patients.mark": {"task": "patients.mark", "schedule": timedelta(minutes=10)},
    "scheduling.compare_zones": {"task": "scheduling.compare_zones", "schedule": crontab(7, 4)},
    "notifications.sweep": {"task": "notifications.sweep", "schedule": crontab(hour=3, minute=41)},
}

# Where links in letters lead; never what a browser says of itself.
BASE_URL = env.base_url(HERE.text("PORTAL_BASE_URL"), HERE, production=PRODUCTION)
_mail_url = HERE.text("PORTAL_EMAIL_URL")
LETTERS_DIR = DATA_DIR / "outbox"
LETTER_HOST = urlsplit(BASE_URL).hostname or "localhost"
MAIL_LEAVES = bool(_mail_url) or not PRODUCTION
if _mail_url:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    locals().update(env.smtp(_mail_url))
else:
    EMAIL_BACKEND = "portal.notifications.backends.FolderBackend"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.address(HERE.text("PORTAL_EMAIL_FROM", f"portal@{LETTER_HOST}"))

# Video visits: without these two browsers meet only on one network.
STUN_URLS = HERE.addresses("PORTAL_STUN_URLS", "stun", "stuns")
TURN_URLS = HERE.addresses("PORTAL_TURN_URLS", "turn", "turns")
TURN_SECRET = HERE.text("PORTAL_TURN_SECRET")
if bool(TURN_URLS) != bool(TURN_SECRET) or (TURN_SECRET and len(TURN_SECRET) < 24):
    raise env.BadEnvironment(
        "PORTAL_TURN_URLS and PORTAL_TURN_SECRET go together, the secret of 24 characters or more"
    )

# Frames of work from one page: a burst, and so many a minute.
SOCKET_PACE = HERE.pair("PORTAL_SOCKET_PACE", "20/100")
POST_PACE = (60, 120)

SESSION_ENGINE = "portal.accounts.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-portal" if PRODUCTION else "portal"
SESSION_IDLE = HERE.minutes("PORTAL_IDLE_MINUTES", least=5, most=30)
SESSION_IDLE_STAFF = HERE.minutes("PORTAL_STAFF_IDLE_MINUTES", least=5, most=15)
SESSION_LIMIT = timedelta(hours=12)
FRESH = HERE.minutes("PORTAL_FRESH_MINUTES", least=1, most=15)
SESSION_COOKIE_AGE = int(SESSION_LIMIT.total_seconds())
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.home.views.csrf_failed"

ALLOWED_HOSTS = HERE.names(
    "PORTAL_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver"
)
SOCKET_ORIGINS = HERE.names("PORTAL_ORIGINS", "")
CSRF_TRUSTED_ORIGINS = SOCKET_ORIGINS
LOG_HOST = HERE.text("PORTAL_LOG_HOST", ALLOWED_HOSTS[0] if ALLOWED_HOSTS else "localhost")
SECURE_CONTENT_TYPE_NOSNIFF = True
# "no-referrer" would make browsers send `Origin: null` with every form, which CSRF refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, without TLS
SILENCED_SYSTEM_CHECKS = ["security.W002"]  # HardeningMiddleware sends X-Frame-Options itself
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if HERE.flag("PORTAL_TRUSTED_PROXY") else None
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
OTP_TOTP_ISSUER = "Portal"

LANGUAGE_CODE = HERE.text("PORTAL_LANGUAGE", "en")
if LANGUAGE_CODE not in catalogues.LANGUAGES:
    raise env.BadEnvironment("PORTAL_LANGUAGE must be en or es")
MADE_UP_LANGUAGES = HERE.flag("PORTAL_MADE_UP_LANGUAGES")
if MADE_UP_LANGUAGES and PRODUCTION:
    raise env.BadEnvironment("PORTAL_MADE_UP_LANGUAGES is for tests and the demo only")
locals().update(catalogues.settings(DATA_DIR, production=PRODUCTION, made_up=MADE_UP_LANGUAGES))
FORMAT_MODULE_PATH = "portal.formats"
USE_TZ = True
TIME_ZONE = HERE.text("PORTAL_TIME_ZONE", "Europe/Berlin")
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.home.storage.ModuleManifestStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
CLINIC_NAME = HERE.text("PORTAL_CLINIC_NAME", "Lindenhof Family Clinic")
CLINIC_PHONE = HERE.text("PORTAL_CLINIC_PHONE", "" if PRODUCTION else "+49 30 5550 0100")
# From which birthdays a parent may do less, and nothing; and how much in between.
PROXY_AGES = HERE.pair("PORTAL_PROXY_AGES", "14/18")
PROXY_TEEN_SCOPE = HERE.text("PORTAL_PROXY_TEEN_SCOPE", "read")
_is_scope = PROXY_TEEN_SCOPE in {"none", "read", "correspond", "full"}
if not (_is_scope and 0 < PROXY_AGES[0] <= PROXY_AGES[1]):
    raise env.BadEnvironment("PORTAL_PROXY_AGES is like 14/18, PORTAL_PROXY_TEEN_SCOPE a scope")
# How soon the privacy officer answers who asks about an access: said to the patient.
ANSWER_DAYS = HERE.days("PORTAL_ANSWER_DAYS", 14, most=60)
# Without a sentence of the clinic's own, pages say in the reader's language whom to call.
EMERGENCY_SENTENCE = HERE.text("PORTAL_EMERGENCY")
EMERGENCY_PHONE = HERE.text("PORTAL_EMERGENCY_PHONE", "112")

# Who may read /metrics and the details of /readyz from another machine.
WATCH_TOKEN = HERE.token("PORTAL_WATCH_TOKEN")
BACKUP_STAMP = HERE.text("PORTAL_BACKUP_STAMP")
LOG_LEVEL = HERE.choice("PORTAL_LOG_LEVEL", "info", "debug", "warning").upper()
LOGGING = logs.configured(LOG_LEVEL, production=PRODUCTION)
