"""Who else may use an account: all of the project's users, or those named; using is all that it lets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actions.act_as import act_as_id_or_name
from accounts.models import AccountShare, ConnectedAccount, ExternalUser
from flowra import prepared
from flowra.errors import InvalidInput
from flowra.models import Project

WHOLE_PROJECT = "project"
MAX_USERS = 100
# So many shared accounts one user sees; an app that shares more with everybody wants no users at all.
MAX_SEEN = 1_000


def users_to_share_with(project: Project, wanted: Any) -> list[ExternalUser] | None:
    """The users of a list of ids and names, made at first use; none for the whole project or nobody.

    Raises InvalidInput naming `sharedWith`, Forbidden for an inactive user.
    """
    if wanted in (None, WHOLE_PROJECT):
        return None
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise InvalidInput.field("sharedWith", 'must be "project", a list of users, or null')
    if len(wanted) > MAX_USERS:
        raise InvalidInput.field("sharedWith", f"may name at most {MAX_USERS} users")
    return [act_as_id_or_name(project, each, named="sharedWith") for each in dict.fromkeys(wanted)]


def store_shares(account: ConnectedAccount, wanted: Any, users: Sequence[ExternalUser] | None) -> None:
    """In the caller's transaction: exactly these may use it from now on. `wanted` is what is shown of it."""
    AccountShare.objects.filter(account_id=account.pk).delete()
    if wanted == WHOLE_PROJECT:
        AccountShare.objects.create(project_id=account.project_id, account_id=account.pk)
    elif users:
        AccountShare.objects.bulk_create(
            AccountShare(project_id=account.project_id, account_id=account.pk, external_user=user)
            for user in {user.pk: user for user in users}.values()
        )


def seen_by_user(project_id: str, user_id: str) -> dict[str, Any]:
    """What confines a read to one user: `project`, `user`, and the ids that are `shared` with them, where there are any."""
    shared = [row[0] for row in prepared.rows("shared", _shared, {"project": project_id, "user": user_id})]
    seen: dict[str, Any] = {"project": project_id, "user": user_id}
    return {**seen, "shared": sorted(set(shared))} if shared else seen


def of_user(values: Mapping[str, Any]) -> Q:
    """The accounts that `seen_by_user` lets a user see: their own, and those shared with them."""
    own = Q(external_user_id=values["user"])
    return own | Q(pk__in=values["shared"]) if "shared" in values else own


def _shared(values: prepared.Values) -> QuerySet[AccountShare, Any]:
    with_them = Q(external_user__isnull=True) | Q(external_user_id=values["user"])
    shares = AccountShare.objects.filter(with_them, project_id=values["project"])
    return shares.exclude(account__external_user_id=values["user"]).values_list("account_id")[:MAX_SEEN]
