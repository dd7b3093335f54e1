"""What `examine` gives back: frozen findings, and their text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from tinylab.doctor.paragraph import Paragraph

FAILS, WRONG, COSTS, NEEDS = "fails", "wrong", "costs", "needs"
SEVERITIES = (FAILS, WRONG, COSTS, NEEDS)
MEANINGS = {
    FAILS: "TFLM refuses it, or crashes",
    WRONG: "it runs, and gives something else than you mean",
    COSTS: "it runs, and takes more flash, RAM or time than it must",
    NEEDS: "it runs if your program does its part",
}


class Found(NamedTuple):
    """What a check finds; its row in the table adds name and severity.

    place: "operator 3 (CONV_2D)", 'input 0 "x"', "the arena"; cause: what is wrong, in words; consequence: on the
    board. remedy: what to do; code: lines of the converter (Python) or of the program (C++) that do it, or "".
    tflm_says: the lines that the real TFLM prints, () where it prints none. operators: those that it is about, as
    (subgraph, operator).
    """

    place: str
    cause: str
    consequence: str
    remedy: str
    code: str = ""
    tflm_says: tuple[str, ...] = ()
    operators: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing that would go wrong, with the fields of `Found`.

    check: the row of CHECKS that found it; severity: one of SEVERITIES, whose MEANINGS say what each is.
    """

    check: str
    severity: str
    place: str
    cause: str
    consequence: str
    remedy: str
    code: str = ""
    tflm_says: tuple[str, ...] = ()
    operators: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """All findings about one model, the gravest first. checks: names of all that were made, in order.

    not_checked: what could not be looked at, and why.
    """

    model_name: str
    target: str
    findings: tuple[Finding, ...]
    checks: tuple[str, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether nothing was found but what the program has to do itself (NEEDS)."""
        return all(finding.severity == NEEDS for finding in self.findings)

    def of(self, severity: str) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    def by(self, check: str) -> tuple[Finding, ...]:
        """The findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def paragraphs(self) -> Iterator[Paragraph]:
        """The diagnosis in words, which a terminal may colour and a notebook prints."""
        yield Paragraph("said", f"{self.model_name} on {self.target}: {self._summary()}")
        for finding in self.findings:
            yield Paragraph("", "")
            yield Paragraph("said", f"{finding.severity}: {finding.check}: {finding.place}")
            yield Paragraph("text", finding.cause, 2)
            yield Paragraph("text", finding.consequence, 2)
            for line in finding.tflm_says:
                yield Paragraph("label", f"TFLM says: {line}", 2)
            yield Paragraph("remedy", f"→ {finding.remedy}", 2)
            for line in finding.code.splitlines():
                yield Paragraph("code", line, 6)
        for words in self.not_checked:
            yield Paragraph("", "")
            yield Paragraph("label", f"not checked: {words}")

    def _summary(self) -> str:
        counts = [(len(self.of(severity)), severity) for severity in SEVERITIES]
        found = ", ".join(f"{count} × {severity} ({MEANINGS[severity]})" for count, severity in counts if count)
        return found or f"nothing found by {len(self.checks)} checks"

    def text(self, width: int = 100) -> str:
        """The diagnosis for people, in lines of at most `width` characters where words allow."""
        return "\n".join(paragraph.wrapped(width) for paragraph in self.paragraphs())

    def as_dict(self) -> dict[str, Any]:
        """The same values as plain dicts and lists, for JSON."""
        return {**asdict(self), "is_fine": self.is_fine}

    def __str__(self) -> str:
        return self.text()
