"""The trail's types, as the contract names them, and those of the operator's own deeds."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """What happened."""

    LINK_CREATED = "link.created"
    LINK_OPENED = "link.opened"
    ACCOUNT_CONNECTED = "account.connected"
    ACCOUNT_REFRESHED = "account.refreshed"
    ACCOUNT_RECONNECTED = "account.reconnected"
    ACCOUNT_EXPIRING = "account.expiring"
    ACCOUNT_EXPIRED = "account.expired"
    ACCOUNT_FAILED = "account.failed"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    ACCOUNT_UPDATED = "account.updated"
    ACCOUNT_DELETED = "account.deleted"
    ACCOUNT_REVOKED = "account.revoked"
    ACCOUNT_REVOCATION_FAILED = "account.revocation_failed"
    ACCOUNTS_EXPORTED = "accounts.exported"
    REVOCATION_RUN_STARTED = "revocation_run.started"
    REVOCATION_RUN_STOPPED = "revocation_run.stopped"
    REVOCATION_RUN_RESUMED = "revocation_run.resumed"
    REVOCATION_RUN_FINISHED = "revocation_run.finished"
    EVENTS_EXPORTED = "events.exported"
    CREDENTIALS_READ = "credentials.read"
    CREDENTIALS_EXPORTED = "credentials.exported"
    AUTH_CONFIG_FAILING = "auth_config.failing"
    AUTH_CONFIG_CREATED = "auth_config.created"
    AUTH_CONFIG_UPDATED = "auth_config.updated"
    AUTH_CONFIG_DELETED = "auth_config.deleted"
    TOOLKIT_CREATED = "toolkit.created"
    TOOLKIT_UPDATED = "toolkit.updated"
    TOOLKIT_DELETED = "toolkit.deleted"
    TOOL_CREATED = "tool.created"
    TOOL_UPDATED = "tool.updated"
    TOOL_DELETED = "tool.deleted"
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"
    PROJECT_CREATED = "project.created"
    PROJECT_UPDATED = "project.updated"
    PORTAL_CREATED = "portal.created"
    PORTAL_OPENED = "portal.opened"
    MEMBER_INVITED = "member.invited"
    MEMBER_INVITATION_WITHDRAWN = "member.invitation_withdrawn"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_REMOVED = "member.removed"
    USER_CREATED = "user.created"
    USER_ACTIVATED = "user.activated"
    USER_DEACTIVATED = "user.deactivated"
    WEBHOOK_ENDPOINT_CREATED = "webhook_endpoint.created"
    WEBHOOK_ENDPOINT_UPDATED = "webhook_endpoint.updated"
    WEBHOOK_ENDPOINT_DELETED = "webhook_endpoint.deleted"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint.disabled"
    WEBHOOK_ENDPOINT_ENABLED = "webhook_endpoint.enabled"
    WEBHOOK_ENDPOINT_TESTED = "webhook_endpoint.tested"
    WEBHOOK_SECRET_ROTATED = "webhook_endpoint.secret_rotated"
    WEBHOOK_DELIVERY_REPLAYED = "webhook_delivery.replayed"


WEBHOOK_TYPES: tuple[EventType, ...] = (
    *(each for each in EventType if each.startswith("account.")),
    EventType.AUTH_CONFIG_FAILING,
)
"""What webhooks carry, and so what an endpoint may ask for by name; `*` stands for all of it."""
