"""Whose accounts a call may see and touch: with `x-username`, that one user's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from accounts.actions.act_as import act_as, act_as_id_or_name
from accounts.actions.sharing import of_user, seen_by_user
from accounts.models import ConnectedAccount, ExternalUser
from flowra.api.views import ApiRequest
from flowra.errors import Forbidden, InvalidInput, NotFound

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

NO_SUCH_ACCOUNT = "There is no such connected account."


def acting_user(request: ApiRequest) -> ExternalUser | None:
    """The user whom the call acts as, None for the whole project; raises InvalidInput, Forbidden (`x-username`)."""
    name = request.acting_as_name
    return None if name is None else act_as(request.project, name)


def user_named(request: ApiRequest, id_or_name: str | None) -> ExternalUser | None:
    """The user of `x-username` or of an `eUID`, which must agree where both are there; None where neither is.

    Raises InvalidInput naming `eUID`, Forbidden for an inactive user.
    """
    acting = acting_user(request)
    if id_or_name is None:
        return acting
    if acting is None:
        return act_as_id_or_name(request.project, id_or_name)
    if id_or_name not in (acting.pk, acting.name):
        raise InvalidInput.field("eUID", "must agree with x-username: both name a user, and not the same one")
    return acting


def seen_by(request: ApiRequest, acting: ExternalUser | None) -> dict[str, Any]:
    """The same as `accounts_seen`, for what reads prepared rows."""
    project_id = request.key.project_id
    return {"project": project_id} if acting is None else seen_by_user(project_id, acting.pk)


def accounts_seen(request: ApiRequest, acting: ExternalUser | None) -> Accounts:
    """The live accounts that the call may know of."""
    accounts = ConnectedAccount.live.filter(project_id=request.key.project_id)
    return (
        accounts
        if acting is None
        else accounts.filter(of_user(seen_by_user(request.key.project_id, acting.pk)))
    )


def account_seen(request: ApiRequest, id: str) -> ConnectedAccount:
    """That account, with what the actions on it need and nothing decrypted; raises NotFound."""
    accounts = accounts_seen(request, acting_user(request)).only(
        "pk", "project_id", "external_user_id", "deleted_at"
    )
    account: ConnectedAccount | None = accounts.filter(pk=id).first()
    if account is None:
        raise no_such_account()
    return account


def account_owned(request: ApiRequest, id: str) -> ConnectedAccount:
    """The same, to be changed or taken away: raises Forbidden where it is only shared with the user."""
    acting = acting_user(request)
    account = account_seen(request, id)
    if acting is not None and account.external_user_id != acting.pk:
        raise Forbidden(
            "This account is shared with the user, who may use it; only its owner or the project may change it.",
            code="not_the_owner",
        )
    return account


def no_such_account() -> NotFound:
    """Another user's, another project's and a deleted account are no different from none."""
    return NotFound(NO_SUCH_ACCOUNT, code="account_not_found")
