"""The app's logo, at an address of ours: a page that loads pictures from elsewhere would tell strangers of the visit."""

from __future__ import annotations

from flowra.models import Project

# Pictures that can hold no script.
TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})


def logo_of_app(project: Project) -> str:
    """Its path, with the time of its last change so that it may be cached; empty where there is none."""
    if project.logo_type not in TYPES:
        return ""
    return f"/connect/logo/{project.pk}?v={int(project.updated_at.timestamp())}"
