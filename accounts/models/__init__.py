"""The second floor's tables."""

from .connected_account import ConnectedAccount, Status, StatusReason
from .credential import Credential
from .external_user import DEFAULT_USER_NAME, ExternalUser
from .link_session import LinkSession, LinkState
from .revocation import Revocation, RevocationOutcome
from .tool_execution import ToolExecution

__all__ = [
    "DEFAULT_USER_NAME",
    "ConnectedAccount",
    "Credential",
    "ExternalUser",
    "LinkSession",
    "LinkState",
    "Revocation",
    "RevocationOutcome",
    "Status",
    "StatusReason",
    "ToolExecution",
]
