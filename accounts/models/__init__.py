"""The second floor's tables."""

from .account_share import AccountShare
from .account_use import AccountUse, UseKind
from .connected_account import ConnectedAccount, Status, StatusReason
from .credential import Credential
from .dashboard_figures import DashboardFigures
from .external_user import DEFAULT_USER_NAME, ExternalUser
from .grant_fingerprint import GrantFingerprint
from .link_session import LinkSession, LinkState, OnDuplicate
from .portal_session import PortalSession
from .refresh_pace import RefreshPace
from .revocation import Revocation, RevocationOutcome
from .revocation_run import ItemOutcome, RevocationRun, RevocationRunItem, RunState
from .tool_execution import ToolExecution

__all__ = [
    "DEFAULT_USER_NAME",
    "AccountShare",
    "AccountUse",
    "ConnectedAccount",
    "Credential",
    "DashboardFigures",
    "ExternalUser",
    "GrantFingerprint",
    "ItemOutcome",
    "LinkSession",
    "LinkState",
    "OnDuplicate",
    "PortalSession",
    "RefreshPace",
    "Revocation",
    "RevocationOutcome",
    "RevocationRun",
    "RevocationRunItem",
    "RunState",
    "Status",
    "StatusReason",
    "ToolExecution",
    "UseKind",
]
