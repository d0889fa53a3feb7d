"""The door for gunicorn."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.settings")
application = get_wsgi_application()
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty until `collectstatic`; whitenoise asks for it all the same
