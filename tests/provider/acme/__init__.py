"""The sample app that connects its users through Flowra, by the public API alone."""

from .app import Acme

__all__ = ["Acme"]
