"""A project's webhook endpoints and deliveries by id; another project's are no different from none."""

from __future__ import annotations

from flowra.errors import NotFound
from flowra.models import Project, WebhookDelivery, WebhookEndpoint
from flowra.public_ids import is_id


def find_webhook_endpoint(project: Project, id: str) -> WebhookEndpoint:
    """The project's endpoint; raises NotFound, also for one that is deleted."""
    found = WebhookEndpoint.live.filter(project_id=project.pk, pk=id).first() if is_id("we", id) else None
    if found is None:
        raise no_such_endpoint()
    found.project = project
    return found


def find_webhook_delivery(project: Project, id: str) -> WebhookDelivery:
    """The project's delivery with its endpoint; raises NotFound."""
    found = None
    if is_id("wd", id):
        deliveries = WebhookDelivery.objects.select_related("endpoint")
        found = deliveries.filter(project_id=project.pk, pk=id, endpoint__deleted_at__isnull=True).first()
    if found is None:
        raise NotFound(
            "There is no such webhook delivery in this project.", code="webhook_delivery_not_found"
        )
    return found


def no_such_endpoint() -> NotFound:
    """What is raised where there is none."""
    return NotFound("There is no such webhook endpoint in this project.", code="webhook_endpoint_not_found")
