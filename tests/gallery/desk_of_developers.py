"""What Acme's developers have on their desk: a key, a webhook with deliveries that went well and badly, a team, a trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.models import ConnectedAccount, LinkSession, LinkState, StatusReason
from flowra.actions.create_api_key import create_api_key
from flowra.actions.create_webhook_endpoint import create_webhook_endpoint
from flowra.actions.invite_member import invite_member
from flowra.events.names import EventType
from flowra.events.record import END_USER, WORKER, Actor
from flowra.models import Event, Membership, Project, Role, WebhookDelivery


def lay_out(
    project: Project, owner: User, accounts: Mapping[str, ConnectedAccount], url: str
) -> dict[str, str]:
    """Makes it all, and answers what the pages' addresses need of it."""
    ada = Actor("staff", str(owner.pk), owner.get_username())
    _a_month_goes_by(project, accounts)
    webhook = create_webhook_endpoint(
        project,
        actor=ada,
        url=f"{url}/hooks/flowra",
        events=["account.connected", "account.expired", "account.deleted"],
        description="Acme's backend",
    ).endpoint
    key = create_api_key(project, actor=ada, name="Backend, production").key
    create_api_key(project, actor=ada, name="Reports", scopes=["accounts:read"], expires_in_days=30)
    for name, role in (("bo@acme.example", Role.DEVELOPER), ("cleo@acme.example", Role.SUPPORT)):
        Membership.objects.create(user=User.objects.create(username=name), project=project, role=role)
    invited = invite_member(project, actor=ada, email="dan@acme.example", role=Role.VIEWER)
    told = (
        (EventType.ACCOUNT_CONNECTED, "active", END_USER),
        (EventType.ACCOUNT_CONNECTED, "long", END_USER),
        (EventType.ACCOUNT_EXPIRED, "expired", WORKER),
        (EventType.ACCOUNT_DISABLED, "inactive", ada),
    )
    for type, name, actor in told:
        record_account(type, accounts[name].pk, project_id=project.pk, actor=actor, reason="As it happens.")
    deliveries = list(WebhookDelivery.objects.filter(endpoint=webhook).order_by("created_at", "id"))
    now = timezone.now()
    for each in deliveries[:-1]:
        each.successful, each.due_at, each.finished_at = True, None, now
        each.tries, each.response_status, each.detail = 1, 200, "ok"
        each.save()
    last = deliveries[-1]
    last.tries, last.response_status, last.detail = 3, 503, "The receiver answered 503: try later"
    last.due_at = now + timedelta(minutes=20)
    last.save()
    return {
        "webhook": webhook.pk,
        "delivery": last.pk,
        "key": key.pk,
        "invitation": invited.url.rsplit("/", 1)[-1],
    }


def _a_month_goes_by(project: Project, accounts: Mapping[str, ConnectedAccount]) -> None:
    """Accounts were connected and lost day by day, and of the links that were made some led to nothing."""
    now = timezone.now()
    many = [each for name, each in accounts.items() if name.startswith("many-")]
    for number, account in enumerate(many):
        at = now - timedelta(hours=11 * number)
        _happened(project, account, EventType.ACCOUNT_CONNECTED, END_USER, at)
        if number % 9 == 0:
            _happened(project, account, EventType.ACCOUNT_EXPIRED, WORKER, at + timedelta(hours=5))
        state, end, pressed = _ENDS[number % len(_ENDS)]
        LinkSession.objects.create(
            project=project,
            account=account,
            token_hash=f"{number:064d}",
            state=state,
            end=end,
            browser_hash="b" * 64 if pressed else "",
            created_at=at,
            expires_at=at + timedelta(minutes=10),
        )


_ENDS = (
    (LinkState.DONE, "", True),
    (LinkState.DONE, "", True),
    (LinkState.FAILED, StatusReason.LINK_EXPIRED, False),
    (LinkState.DONE, "", True),
    (LinkState.FAILED, StatusReason.LINK_EXPIRED, True),
    (LinkState.DONE, "", True),
    (LinkState.FAILED, StatusReason.ACCESS_DENIED, True),
    (LinkState.FAILED, StatusReason.PROVIDER_ERROR, True),
)


def _happened(
    project: Project, account: ConnectedAccount, type: EventType, actor: Actor, at: datetime
) -> None:
    Event.objects.create(
        project=project,
        type=type,
        at=min(at, timezone.now()),
        actor_kind=actor.kind,
        actor_name=actor.name,
        subject_kind="account",
        subject_id=account.pk,
    )
