"""A thing that was found in a data set, and how it finds its pictures again.

A finding about pictures has a name of MARKS: one bit of a number that is kept for each image, so
that a filter finds them again without looking at anything.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.curate.analysis_facts import pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import Bool

Severity = Literal["error", "warning", "note"]
SEVERITIES: Final = ("error", "warning", "note")
"""`error`: a training on it stops or misleads; `warning`: it costs accuracy; `note`: to know."""
MARKS: Final = (
    "missing",
    "changed",
    "unreadable",
    "leak",
    "near-conflict",
    "near-duplicate",
    "double",
    "double-split",
    "dark",
    "bright",
    "flat",
    "blurred",
    "tiny",
    "oblong",
    "grey",
    "cmyk",
    "alpha",
    "deep",
)
"""In the order of their bits; new ones go to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found."""

    kind: str
    severity: Severity
    count: int
    """Pictures, classes or files, as the text says."""
    text: str
    hint: str
    queue: str | None = None
    """Shows the pictures, with `filter`; None: it is not about pictures of the project."""
    filter: dict[str, Any] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    """Names of classes or files."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


class Found:
    """Findings as they come, and the bits of the images that they are about."""

    def __init__(self, size: int) -> None:
        self.findings: list[Finding] = []
        self.bits: NDArray[np.uint32] = np.zeros(size, np.uint32)

    def add(self, finding: Finding) -> None:
        """Add a finding unless it is about nothing."""
        if finding.count:
            self.findings.append(finding)

    def mark(
        self,
        kind: str,
        mask: Bool,
        *,
        severity: Severity,
        text: str,
        hint: str,
        queue: str = "all",
    ) -> None:
        """Mark the pictures of a mask, (N,), and add a finding; `text` follows their number."""
        self.bits[mask] |= _bit(kind)
        count = int(np.count_nonzero(mask))
        self.add(
            Finding(
                kind=kind,
                severity=severity,
                count=count,
                text=pictures(count, text),
                hint=hint,
                queue=queue,
                filter={"finding": kind},
            )
        )

    def sorted(self) -> list[Finding]:
        """Return the findings, errors first."""
        return sorted(self.findings, key=lambda one: SEVERITIES.index(one.severity))


def marked(bits: NDArray[np.uint32], kind: str) -> Bool:
    """Return which images have a mark, (N,).

    Raises:
        InvalidInputError: There is no such mark.
    """
    if kind not in MARKS:
        raise InvalidInputError(f"no finding {kind!r}", hint=did_you_mean(kind, MARKS))
    chosen: Bool = (bits & _bit(kind)) != 0
    return chosen


def _bit(kind: str) -> np.uint32:
    return np.uint32(1 << MARKS.index(kind))
