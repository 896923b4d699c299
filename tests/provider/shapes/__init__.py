"""The services that the provider plays, one file each."""

from __future__ import annotations

from ..shape import Shape
from .practice import PRACTICE

SHAPES: tuple[Shape, ...] = (PRACTICE,)
