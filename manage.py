#!/usr/bin/env python
"""Flowra's commands: `python manage.py help`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the command that the command line names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowra.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except (
        ImproperlyConfigured
    ) as refusal:  # a setting is wrong: its words say how to mend it, a traceback does not
        sys.exit(f"Flowra does not start: {refusal}")


if __name__ == "__main__":
    main()
