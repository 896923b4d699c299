"""A project's colour, made readable: on light pages and on dark ones, with black or white written on it.

Contrast as WCAG 2.2 reckons it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio); 4.5:1 is what 1.4.3 asks for.
"""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass

LEAST = 4.5
# The grounds that the colour stands on, as static/css/tokens.css has them (`--surface`, and `--ground` behind it).
LIGHT_GROUNDS = ("#ffffff", "#f4f5f7")
DARK_GROUNDS = ("#181c22", "#0f1216")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Shade:
    """The colour on one kind of page: itself, what is written on it, and as it is while it is pressed."""

    accent: str
    on_accent: str
    pressed: str


@dataclass(frozen=True, slots=True)
class Branding:
    """Both shades of a colour."""

    colour: str
    light: Shade
    dark: Shade

    @property
    def words(self) -> tuple[str, ...]:
        """What had to be changed, and why."""
        told = []
        if self.light.accent != self.colour:
            told.append(f"On light pages it is darkened to {self.light.accent}, so that it can be read.")
        if self.dark.accent != self.colour:
            told.append(f"On dark pages it is lightened to {self.dark.accent}, so that it can be read.")
        return tuple(told)


def is_colour(text: str) -> bool:
    """Whether it is `#rrggbb` in lower case."""
    return _COLOUR.fullmatch(text) is not None


def branding_of(colour: str) -> Branding:
    """The shades of `#rrggbb`, changed in lightness only as far as it takes. Raises ValueError for what is no colour."""
    if not is_colour(colour):
        raise ValueError("a colour is #rrggbb")
    return Branding(
        colour, _shade(colour, LIGHT_GROUNDS, towards=0.0), _shade(colour, DARK_GROUNDS, towards=1.0)
    )


def stylesheet(colour: str) -> str:
    """The custom properties of tokens.css with the colour in them, for light and dark."""
    brand = branding_of(colour)
    return (
        f":root{{{_properties(brand.light)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_properties(brand.dark)}}}}}\n"
    )


def contrast(one: str, other: str) -> float:
    """Between 1 (the same) and 21 (black and white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _properties(shade: Shade) -> str:
    return f"--accent:{shade.accent};--on-accent:{shade.on_accent};--accent-pressed:{shade.pressed}"


def _shade(colour: str, grounds: tuple[str, ...], *, towards: float) -> Shade:
    accent = next(
        each
        for each in (_moved(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
        if all(contrast(each, ground) >= LEAST for ground in grounds)
    )
    written = max(("#000000", "#ffffff"), key=lambda each: contrast(each, accent))
    # Pressed it goes away from what is written on it, so that this stays as readable.
    return Shade(accent, written, _moved(accent, 0.0 if written == "#ffffff" else 1.0, 0.2))


def _moved(colour: str, towards: float, part: float) -> str:
    """The colour with its lightness that part of the way to `towards`; hue and saturation stay."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    moved = colorsys.hls_to_rgb(hue, lightness + (towards - lightness) * part, saturation)
    return "#" + "".join(f"{round(each * 255):02x}" for each in moved)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
