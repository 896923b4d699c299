"""The app's colour as a stylesheet: a page with a style of its own inside would be open to anybody's."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from flowra.branding import is_colour, stylesheet
from flowra.models import Project


def brand_sheet(request: HttpRequest, project_id: str) -> HttpResponse:
    """What everybody may see who gets a link of the app; 404 where it has no colour."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    accent = Project.objects.filter(pk=project_id).values_list("accent", flat=True).first()
    if not accent or not is_colour(accent):
        return HttpResponse(status=404)
    response = HttpResponse(stylesheet(accent), content_type="text/css")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
