"""The practice provider: a real OAuth 2 server on loopback, for tests and the first run.

    with PracticeProvider() as provider:
        app = provider.register_client(redirect_uris=["http://127.0.0.1:8000/connect/callback/ac_…"])
        callback = provider.visit(authorization_url, "support@example.com")
        provider.fail("/token", "status", status=503, times=2)
        assert provider.is_token_live(token)

As a process of its own: `python -m tests.provider --port 9400`.
"""

from .faults import Fault, Kind
from .practice import PracticeProvider
from .records import PEOPLE, AnswerStyle, Client, Grant, Person, RefreshRule, Token
from .visitor import NotSentBack, visit

__all__ = [
    "PEOPLE",
    "AnswerStyle",
    "Client",
    "Fault",
    "Grant",
    "Kind",
    "NotSentBack",
    "Person",
    "PracticeProvider",
    "RefreshRule",
    "Token",
    "visit",
]
