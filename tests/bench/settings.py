"""The product's own settings, with one address more: the floor that everything is compared with."""

from __future__ import annotations

from flowra.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
