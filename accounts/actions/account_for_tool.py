"""Through which account a tool is executed: the one that was named, or the user's only one."""

from __future__ import annotations

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

    Raises Conflict: `no_connected_account`; `several_connected_accounts`, which lists them.
    """
    accounts = (
        ConnectedAccount.live.select_related("auth_config")
        .defer("profile")
        .filter(
            of_user(seen_by_user(project.pk, user.pk)),
            project_id=project.pk,
            toolkit_slug=tool.toolkit,
            status=Status.ACTIVE,
            is_disabled=False,
            auth_config__is_disabled=False,
            auth_config__deleted_at__isnull=True,
        )
    )
    usable = [each for each in accounts.order_by("-created_at", "-pk") if is_allowed(each.auth_config, tool)]
    found = [each for each in usable if each.external_user_id == user.pk] or usable
    if not found:
        raise Conflict(
            f"{user.name} has no active account of {tool.toolkit} that may use {tool.slug}. Let them connect one: "
            "POST /api/v1/connected_accounts/link makes the link.",
            code="no_connected_account",
        )
    if len(found) > 1:
        listed = [{"id": each.pk, "label": each.label} for each in found[:MAX_LISTED]]
        raise Conflict(
            f"{user.name} has {len(found)} active accounts of {tool.toolkit}. Say which with connectedAccountId.",
            code="several_connected_accounts",
            extra={"besides": {"connectedAccounts": listed}},
        )
    return found[0]
