"""The person's own pages."""

from __future__ import annotations

from django.urls import path, re_path, register_converter

from accounts.portal import connection, connections, disconnect, entry, leave
from flowra.public_ids import ALPHABET, LENGTH


class _Id:
    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


class PortalId(_Id):
    """The id of a portal session, which no token looks like."""

    regex = f"ps_[{ALPHABET}]{{{LENGTH}}}"


class AccountId(_Id):
    """The id of an account."""

    regex = f"ca_[{ALPHABET}]{{{LENGTH}}}"


register_converter(PortalId, "portal_id")
register_converter(AccountId, "account_id")

urlpatterns = [
    path("<portal_id:portal_id>", connections.connections_page),
    path("<portal_id:portal_id>/leave", leave.leave, name="portal-leave"),
    path("<portal_id:portal_id>/<account_id:account_id>", connection.connection_page),
    path("<portal_id:portal_id>/<account_id:account_id>/rename", connection.rename, name="portal-rename"),
    path(
        "<portal_id:portal_id>/<account_id:account_id>/reconnect",
        connection.reconnect,
        name="portal-reconnect",
    ),
    path(
        "<portal_id:portal_id>/<account_id:account_id>/disconnect",
        disconnect.disconnect_page,
        name="portal-disconnect",
    ),
    path("<portal_id:portal_id>/<account_id:account_id>/disconnected", disconnect.disconnected_page),
    re_path(r"^(?P<token>[^/]+)$", entry.entry_page),
]
