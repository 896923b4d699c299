"""A tool executed through an account: the arguments checked, the call made, and what came of it logged."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.actions.account_for_tool import named_account, only_account
from accounts.actions.act_as import default_user
from accounts.actions.record_execution import record_execution
from accounts.actions.sharing import seen_by_user
from accounts.actions.told_by_service import Told, told_by_service
from accounts.actions.usable_credential import UsableCredential, usable_credential
from accounts.last_used import note_use
from accounts.models import ConnectedAccount, ExternalUser, UseKind
from authconfigs.actions.checked_arguments import checked_arguments
from authconfigs.actions.tools_for import tool_for
from authconfigs.catalogue.tool import Tool
from authconfigs.catalogue.tool_coherence import origins_of
from authconfigs.catalogue.tool_request import FilledRequest, filled_request
from flowra import outbound
from flowra.errors import Conflict, FlowraError, ProviderFailed
from flowra.events.record import SYSTEM, Actor
from flowra.models import Project


@dataclass(frozen=True, slots=True)
class Execution:
    """What the caller is told. `error` is None when it worked; `log_id` is None where no log could be written."""

    data: Any = field(repr=False)
    error: str | None
    log_id: str | None


def execute_tool(
    project: Project,
    slug: str,
    arguments: Mapping[str, Any],
    *,
    user: ExternalUser | None = None,
    account_id: str | None = None,
    actor: Actor = SYSTEM,
) -> Execution:
    """Does it, as `user` or for the whole project, through the account named or the user's only one. Calls out: not for use in a transaction.

    What the service refuses is an Execution with an error. Raises, before anything is sent: NotFound for a tool or an
    account that is not there, InvalidInput with every fault of the arguments, Conflict and Forbidden where the tool, the
    account or its auth config does not allow it. Raises ProviderFailed and ProviderTimedOut where the service could not
    be reached or answered with nonsense; whether it did anything then is not known.
    """
    tool = tool_for(project, slug)
    if not tool.is_active:
        raise Conflict(f"The tool {tool.slug} is switched off.", code="tool_disabled")
    checked = checked_arguments(tool, arguments)
    request = filled_request(tool, checked)
    if account_id is not None:
        account = named_account(project, tool, account_id, user)
    else:
        user = user or default_user(project)
        account = only_account(project, tool, user)
    of = {"project": project.pk} if user is None else seen_by_user(project.pk, user.pk)
    begun = time.monotonic()

    def log(status: int | None, error: str | None) -> str | None:
        seconds = time.monotonic() - begun
        return record_execution(tool, account, user, checked, status=status, error=error, seconds=seconds)

    try:
        told = _told(tool, request, account, of, actor)
    except FlowraError as error:
        log(None, error.message)
        raise
    except Exception:
        log(None, "Something went wrong here.")
        raise
    note_use(
        account.pk,
        account.last_used_at,
        UseKind.TOOL.value,
        tool.slug,
        owner_id=account.external_user_id,
        of=of,
    )
    log_id = log(told.status, told.error)
    if told.is_nonsense:
        raise ProviderFailed(told.error or "", code="provider_answer_unusable")
    return Execution(told.data, told.error, log_id)


def _told(
    tool: Tool, request: FilledRequest, account: ConnectedAccount, of: Mapping[str, Any], actor: Actor
) -> Told:
    """The service's answer; where it no longer takes the credential, its answer to a renewed one."""
    credential = usable_credential(account.pk, of=of, actor=actor)
    told = _answer(tool, request, credential)
    if not told.refused:
        return told
    try:
        renewed = usable_credential(account.pk, of=of, refused=credential.version, actor=actor)
    except ProviderFailed:
        return told
    if renewed.version == credential.version:
        return told
    return _answer(tool, request, renewed)


def _answer(tool: Tool, request: FilledRequest, credential: UsableCredential) -> Told:
    toolkit, signature = credential.toolkit, credential.signature()
    url = request.url(toolkit, origins_of(toolkit), credential.values)
    headers: dict[str, str] = {}
    # The later wins, whatever its case: who asks is the signature's to say.
    for name, value in (
        ("Accept", "application/json"),
        *request.headers.items(),
        *toolkit.request_headers.items(),
        *signature.headers.items(),
    ):
        headers = {other: text for other, text in headers.items() if other.lower() != name.lower()} | {
            name: value
        }
    answer = outbound.send(
        request.method,
        url,
        headers=headers,
        params=signature.params or None,
        form=request.form,
        json=request.json,
        through=credential.through,
    )
    return told_by_service(tool, toolkit.name, answer, sent=list(credential.secrets.values()))
