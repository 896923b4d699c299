"""Through which account a tool is executed: the one that was named, or the user's only one."""

from __future__ import annotations

from typing import Any

from accounts.actions.expire_account import reconnect_call
from accounts.actions.sharing import of_user, seen_by_user
from accounts.models import ConnectedAccount, ExternalUser, Status
from authconfigs.actions.tools_for import is_allowed
from authconfigs.catalogue.tool import Tool
from flowra.errors import Conflict, Forbidden, InvalidInput, NotFound
from flowra.models import Project

MAX_LISTED = 100


def named_account(
    project: Project, tool: Tool, account_id: str, user: ExternalUser | None
) -> ConnectedAccount:
    """The project's account of that id; where there is a `user`, one of theirs or shared with them.

    Raises NotFound, InvalidInput for an account at another service, Forbidden where its auth config does not allow the
    tool.
    """
    accounts = (
        ConnectedAccount.live.select_related("auth_config").defer("profile").filter(project_id=project.pk)
    )
    if user is not None:
        accounts = accounts.filter(of_user(seen_by_user(project.pk, user.pk)))
    account = accounts.filter(pk=account_id).first()
    if account is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    if account.toolkit_slug != tool.toolkit:
        raise InvalidInput.field(
            "connectedAccountId",
            f"is an account of {account.toolkit_slug}, and {tool.slug} is for {tool.toolkit}",
        )
    if not is_allowed(account.auth_config, tool):
        raise Forbidden(
            f"The auth config {account.auth_config} does not allow {tool.slug}: its restrictToFollowingTools names others.",
            code="tool_not_allowed",
        )
    return account


def only_account(project: Project, tool: Tool, user: ExternalUser) -> ConnectedAccount:
    """The user's one active account for the tool's toolkit, among the auth configs that allow the tool; where they
    have none of their own, the one that is shared with them.

    One of their own that has run out or is switched off still stands before a shared one: what was meant to be done in
    their name is not done in another's. Raises Conflict: `no_connected_account`, which lists what there is and what each
    needs; `several_connected_accounts`, which lists them.
    """
    accounts = (
        ConnectedAccount.live.select_related("auth_config")
        .defer("profile", "connection_data")
        .filter(
            of_user(seen_by_user(project.pk, user.pk)),
            project_id=project.pk,
            toolkit_slug=tool.toolkit,
            auth_config__deleted_at__isnull=True,
        )
        .order_by("-created_at", "-pk")
    )
    in_use = accounts.filter(status=Status.ACTIVE, is_disabled=False, auth_config__is_disabled=False)
    usable = [each for each in in_use if is_allowed(each.auth_config, tool)]
    found = [each for each in usable if each.external_user_id == user.pk]
    if not found:
        others = accounts.filter(status__in=(Status.ACTIVE, Status.EXPIRED, Status.INACTIVE)).exclude(
            pk__in=[each.pk for each in usable]
        )
        own = list(others.filter(external_user_id=user.pk)[:MAX_LISTED])
        found = [] if any(_stands_before_shared(each, tool) for each in own) else usable
        if not found:
            shared = others.exclude(external_user_id=user.pk)[: MAX_LISTED - len(own)]
            raise _no_account(tool, user, [*own, *shared])
    if len(found) > 1:
        listed = [{"id": each.pk, "label": each.label} for each in found[:MAX_LISTED]]
        raise Conflict(
            f"{user.name} has {len(found)} active accounts of {tool.toolkit}. Say which with connectedAccountId.",
            code="several_connected_accounts",
            extra={"besides": {"connectedAccounts": listed}},
        )
    return found[0]


def _hindrance(account: ConnectedAccount, tool: Tool) -> str:
    """Why an account that was connected cannot be used for the tool: the code of what is raised when it is named."""
    if not is_allowed(account.auth_config, tool):
        return "tool_not_allowed"
    if account.is_disabled:
        return "account_disabled"
    if account.auth_config.is_disabled:
        return "auth_config_disabled"
    return "account_expired"


def _stands_before_shared(account: ConnectedAccount, tool: Tool) -> bool:
    status = account.status_when_enabled if account.is_disabled else account.status
    return status in (Status.ACTIVE, Status.EXPIRED) and is_allowed(account.auth_config, tool)


def _no_account(tool: Tool, user: ExternalUser, hindered: list[ConnectedAccount]) -> Conflict:
    """409 that lists what there is. What has run out comes with the call that connects it again, the newest also at the
    top, as in `account_expired`.
    """
    listed: list[dict[str, Any]] = []
    besides: dict[str, Any] = {"connectedAccounts": listed}
    for account in hindered:
        why = _hindrance(account, tool)
        shown: dict[str, Any] = {
            "id": account.pk,
            "label": account.label,
            "status": account.status,
            "code": why,
        }
        if why == "account_expired" and account.external_user_id == user.pk:
            shown["reconnect"] = reconnect_call(account)
            besides.setdefault("reconnect", shown["reconnect"])
        listed.append(shown)
    said = f"{user.name} has no active account of {tool.toolkit} that may use {tool.slug}. "
    if "reconnect" in besides:
        said += "Theirs has run out. Connect it again: POST /api/v1/connected_accounts/link with its authConfigId and "
        said += "connectedAccountId makes the link."
    elif listed:
        said += "connectedAccounts says what each that there is needs; or let them connect one: "
        said += "POST /api/v1/connected_accounts/link makes the link."
    else:
        said += "Let them connect one: POST /api/v1/connected_accounts/link makes the link."
    return Conflict(said, code="no_connected_account", extra={"besides": besides})
