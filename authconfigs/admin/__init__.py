"""Auth configs in the admin: seen by support, made and changed by who may."""

from .auth_configs import AuthConfigAdmin
from .own_toolkits import ProjectToolkitAdmin

__all__ = ["AuthConfigAdmin", "ProjectToolkitAdmin"]
