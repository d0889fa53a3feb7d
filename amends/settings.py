"""Django's settings, all from the environment: AMENDS_HOME, AMENDS_PORT, DATABASE_URL and what docs/manual lists. No secret stands here."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from amends.plumbing.database import home, role_of, settings_for

BASE_DIR = Path(__file__).resolve().parent
HOME = home()


def _secret() -> str:
    """AMENDS_SECRET, or one made once and kept in the data folder for its owner alone."""
    given = os.environ.get("AMENDS_SECRET")
    if given:
        return given
    file = HOME / "secret"
    if not file.exists():
        # Written aside and linked into place: of processes that start at once the first one's secret counts for all.
        HOME.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=HOME, prefix="secret-") as aside, suppress(FileExistsError):
            aside.write(secrets.token_urlsafe(48))
            aside.flush()
            os.link(aside.name, file)
    return file.read_text()


SECRET_KEY = _secret()
DEBUG = os.environ.get("AMENDS_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("AMENDS_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("AMENDS_ORIGINS", "").split(",") if o]
# Whoever names only https origins is reached by https alone: no cookie of ours ever travels in the clear.
BEHIND_TLS = bool(CSRF_TRUSTED_ORIGINS) and all(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS)

INSTALLED_APPS = [
    "amends.apps.AmendsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "amends.faces.middleware.FaceMiddleware",
]
ROOT_URLCONF = "amends.urls"
WSGI_APPLICATION = "amends.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "amends.faces.context.page",
            ],
            "libraries": {"amends": "amends.faces.tags"},
            "builtins": ["amends.faces.tags", "django.templatetags.static"],
        },
    }
]

DATABASES = {"default": settings_for(role_of())}

AUTH_USER_MODEL = "amends.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "amends.faces.accounts.AccountAdapter"
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "amends_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
# Said only on answers over https, and only when asked for: a browser remembers it for that long.
SECURE_HSTS_SECONDS = int(os.environ.get("AMENDS_HSTS") or 0)
# Two that run side by side on one host share its cookies: the port keeps their sign-ins apart.
SESSION_COOKIE_NAME = f"amends_session_{os.environ.get('AMENDS_PORT', '8000')}"
CSRF_COOKIE_NAME = f"amends_csrf_{os.environ.get('AMENDS_PORT', '8000')}"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING_CONFIG = None
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs_of_other_apps"
SILENCED_SYSTEM_CHECKS: list[str] = []
