"""The WSGI door, for the bundled server or any other; it does not open without the keys that stored secrets need."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowra.settings")

application = get_wsgi_application()

from flowra.keys_in_use import check_and_record  # noqa: E402 - it needs the apps, which the line above loads

check_and_record()
connections.close_all()
