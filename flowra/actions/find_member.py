"""A project's members and invitations by id; another project's are no different from none."""

from __future__ import annotations

from flowra.errors import NotFound
from flowra.models import Invitation, Membership, Project
from flowra.public_ids import is_id


def find_member(project: Project, user_id: int) -> Membership:
    """The membership with its user; raises NotFound."""
    found = Membership.objects.select_related("user").filter(project_id=project.pk, user_id=user_id).first()
    if found is None:
        raise no_such_member()
    found.project = project
    return found


def find_invitation(project: Project, id: str) -> Invitation:
    """The invitation, open or ended; raises NotFound."""
    found = Invitation.objects.filter(project_id=project.pk, pk=id).first() if is_id("in", id) else None
    if found is None:
        raise NotFound("There is no such invitation in this project.", code="invitation_not_found")
    found.project = project
    return found


def no_such_member() -> NotFound:
    """What is raised where there is none."""
    return NotFound("This person is not on the team.", code="member_not_found")
