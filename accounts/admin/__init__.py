"""Support's desk: connected accounts and the people that they belong to."""

from .connected_accounts import ConnectedAccountAdmin
from .external_users import ExternalUserAdmin

__all__ = ["ConnectedAccountAdmin", "ExternalUserAdmin"]
