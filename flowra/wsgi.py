"""The WSGI door, for the bundled server or any other."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowra.settings")

application = get_wsgi_application()
