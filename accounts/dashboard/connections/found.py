"""The account or the person that a page is about, if it is this project's."""

from __future__ import annotations

from accounts.dashboard.gate import Here
from accounts.models import ConnectedAccount, Credential, ExternalUser
from flowra.errors import NotFound
from flowra.public_ids import is_id


def account_of(here: Here, id: str) -> ConnectedAccount:
    """The account, a revoked one as well, with its project, auth config and person; nothing private is opened.

    Raises NotFound.
    """
    accounts = ConnectedAccount.objects.filter(project_id=here.project.pk, pk=id)
    found = (
        accounts.select_related("project", "auth_config", "external_user")
        .defer("profile", "connection_data", "project__logo", "auth_config__secrets")
        .first()
        if is_id("ca", id)
        else None
    )
    if found is None:
        raise NotFound(
            "There is no such account in this project. A revoked one is shown for 30 days.",
            code="account_not_found",
        )
    return found


def credential_of(account: ConnectedAccount) -> Credential | None:
    """How its renewal stands; no secret is read."""
    return Credential.objects.filter(pk=account.pk).defer("secrets").first()


def person_of(here: Here, id: str) -> ExternalUser:
    """The app's user; raises NotFound."""
    people = ExternalUser.objects.filter(project_id=here.project.pk, pk=id)
    found = people.first() if is_id("eu", id) else None
    if found is None:
        raise NotFound("There is no such person in this project.", code="user_not_found")
    return found
