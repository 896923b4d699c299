"""The first floor's tables."""

from .auth_config import AuthConfig
from .project_tool import ProjectTool
from .project_toolkit import ProjectToolkit

__all__ = ["AuthConfig", "ProjectTool", "ProjectToolkit"]
