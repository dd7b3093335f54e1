"""estimate_flash: what a set of operators costs in flash, before anything is built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tinylab.errors import FootprintError
from tinylab.footprint.breakdown import (
    OperatorFlash,
    SharedCode,
    bytes_by_origin,
    operator_rows,
    ram_bytes,
    shared_code,
)
from tinylab.footprint.build import DEFAULT_TARGET, Build, BuildKey, find_build
from tinylab.footprint.flash_rule import flash_bytes, sections_of
from tinylab.footprint.operators import Operators, operator_names
from tinylab.footprint.registrations import GENERIC, registrations_error, saving_bytes
from tinylab.footprint.validation import EstimateError, error_of
from tinylab.model import Model


@dataclass(frozen=True)
class FlashEstimate:
    """What TFLM with these operators takes in flash, on one measured build. All sizes are bytes.

    total_bytes = core_bytes + own_bytes of each operator + bytes of each shared + alignment_bytes - saved_bytes

    core_bytes: the framework without operators, 0.4 kB of start-up code and a bare main() among it; shared: code of
    two operators or more, most first; alignment_bytes: between sections, and the one-operator case; saved_bytes: by
    registrations for one type; naive_bytes: what adding each operator's alone_bytes to the core would say; by_origin:
    total_bytes by who wrote the code (`ORIGINS`); data_bytes, bss_bytes: static RAM, of which data is in flash too
    (real links have 7 to 19 bytes of bss more); is_measured: a real link, which one operator or none has. error: of
    the rule over real links, None where nobody linked such sets. Not in total_bytes: the arena (RAM), model_bytes,
    application_bytes, and a C library's own start-up (newlib's crt0: 0.8 kB).
    """

    build: BuildKey
    registrations: str
    total_bytes: int
    core_bytes: int
    operators: tuple[OperatorFlash, ...]
    shared: tuple[SharedCode, ...]
    alignment_bytes: int
    saved_bytes: int
    naive_bytes: int
    by_origin: Mapping[str, int]
    data_bytes: int
    bss_bytes: int
    is_measured: bool
    error: EstimateError | None
    model_bytes: int = 0
    application_bytes: int = 0

    @property
    def target(self) -> str:
        """The target's name, such as "cortex-m4/reference"."""
        return self.build.target

    @property
    def operator_names(self) -> tuple[str, ...]:
        """The operators, in the order in which they were given."""
        return tuple(operator.name for operator in self.operators)

    @property
    def shared_bytes(self) -> int:
        """Flash of all code that two operators or more use."""
        return sum(code.bytes for code in self.shared)

    @property
    def firmware_bytes(self) -> int:
        """TFLM, the model and the application together."""
        return self.total_bytes + self.model_bytes + self.application_bytes

    def operator(self, name: str) -> OperatorFlash:
        """The row of one operator; FootprintError where the set has it not."""
        for row in self.operators:
            if row.name == name:
                return row
        raise FootprintError(
            f"{name} is not among {', '.join(self.operator_names) or 'no operators'}", operator_name=name
        )

    def without(self, *names: str) -> FlashEstimate:
        """The estimate for the set without these operators; FootprintError where one is not in it."""
        out = {self.operator(name).name for name in names}
        return self._of([name for name in self.operator_names if name not in out])

    def add(self, *names: str) -> FlashEstimate:
        """The estimate for the set with these operators too; one that is in it already changes nothing."""
        return self._of([*self.operator_names, *names])

    def with_every_operator(self) -> FlashEstimate:
        """The estimate for every operator that TFLM has: what its AllOpsResolver linked."""
        return self._of(self._build().operators)

    @property
    def saving_against_every_operator(self) -> float:
        """The part of with_every_operator().total_bytes that naming only these operators saves, 0 to 1."""
        return 1 - self.total_bytes / self.with_every_operator().total_bytes

    def _build(self) -> Build:
        return find_build(self.build.target, optimize=self.build.optimize, log_strings=self.build.log_strings)

    def _of(self, names: Iterable[str]) -> FlashEstimate:
        return estimate_flash(
            names,
            self.build.target,
            optimize=self.build.optimize,
            log_strings=self.build.log_strings,
            registrations=self.registrations,
            model_bytes=self.model_bytes,
            application_bytes=self.application_bytes,
        )


def estimate_flash(
    operators: Operators,
    target: str = DEFAULT_TARGET,
    *,
    optimize: str = "O2",
    log_strings: bool = False,
    registrations: str = GENERIC,
    model_bytes: int | None = None,
    application_bytes: int = 0,
) -> FlashEstimate:
    """Flash of TFLM with the operators of a model, of a resolver, or of these names ("CONV_2D"; a custom one's own).

    target: "cortex-m4/reference", …; optimize: of the kernels, "O2" (TFLM's release) or "Os" (Arduino-style builds);
    log_strings: whether error messages are kept; registrations: "generic", or "int8", "int16", "int4" where the
    resolver names kernels of one type. Not every combination was measured: FootprintError lists those that were, and
    says of an operator that was not what to do. model_bytes: the model's own size where it is not given. A kernel of
    your own that stands in for TFLM's counts as TFLM's.
    """
    build = find_build(target, optimize=optimize, log_strings=log_strings)
    names = operator_names(operators, build)
    saved = saving_bytes(build, names, registrations)
    total = flash_bytes(build, names) - saved
    sections = sections_of(build, names)
    placed = sum(build.sections[index].flash_bytes for index in sections)
    rest = total + saved - build.core_bytes - placed
    rows = operator_rows(build, names, sections, registrations)
    if model_bytes is None:
        model_bytes = operators.bytes if isinstance(operators, Model) else 0
    return FlashEstimate(
        build=build.key,
        registrations=registrations,
        total_bytes=total,
        core_bytes=build.core_bytes,
        operators=rows,
        shared=shared_code(build, names, sections),
        alignment_bytes=rest,
        saved_bytes=saved,
        naive_bytes=build.core_bytes + sum(row.alone_bytes for row in rows),
        by_origin=bytes_by_origin(build, sections, rest, saved),
        data_bytes=ram_bytes(build, sections, "data"),
        bss_bytes=ram_bytes(build, sections, "bss"),
        is_measured=len(names) <= 1,
        error=error_of(build.key) if registrations == GENERIC else registrations_error(build.key, registrations),
        model_bytes=model_bytes,
        application_bytes=application_bytes,
    )
