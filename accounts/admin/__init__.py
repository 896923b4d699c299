"""Support's desk: connected accounts, the people that they belong to, and revoking many."""

from .connected_accounts import ConnectedAccountAdmin
from .external_users import ExternalUserAdmin
from .revocation_runs import RevocationRunAdmin

__all__ = ["ConnectedAccountAdmin", "ExternalUserAdmin", "RevocationRunAdmin"]
