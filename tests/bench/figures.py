"""The figures, what is promised of each, and the table that they make."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One line: a value as text, and as a ratio with its promise where there is one."""

    name: str
    value: str
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether its promise is kept."""
        if self.ratio is None:
            return True
        return (self.at_least is None or self.ratio >= self.at_least) and (
            self.at_most is None or self.ratio <= self.at_most
        )

    @property
    def promise(self) -> str:
        """As the table shows it."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""


@dataclass
class Table:
    """The run's figures; each is printed when it is there."""

    figures: list[Figure] = field(default_factory=list)

    def title(self, text: str) -> None:
        """A heading."""
        print(f"\n{text}", flush=True)

    def add(self, figure: Figure) -> None:
        """A line."""
        self.figures.append(figure)
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        verdict = "" if not figure.promise else "holds" if figure.holds else "MISSED"
        print(
            f"  {figure.name:44} {figure.value:>14} {ratio:>8}  {figure.promise:8} {verdict}".rstrip(),
            flush=True,
        )

    @property
    def missed(self) -> list[Figure]:
        """What is not as promised."""
        return [figure for figure in self.figures if not figure.holds]
