"""The first floor's tables."""

from .auth_config import AuthConfig
from .project_toolkit import ProjectToolkit

__all__ = ["AuthConfig", "ProjectToolkit"]
