"""The errors that tinylab raises, all of them TinylabError:

    TinylabError
    ├── ModelError           a .tflite file that is damaged, or that breaks the format's rules
    ├── ResolverError        an operator that an op resolver lacks, has twice, or has no room for
    ├── ArenaError           an arena that is too small, or used against its rules
    ├── OperatorError        one operator of a model
    │   ├── PrepareError         refused while tensors are allocated: Prepare refuses what Invoke cannot do
    │   └── InvokeError          failed while it ran
    │       └── InvokeAbortError     ended the run on purpose (kTfLiteAbort); an interpreter takes it as no error
    ├── FootprintError       a target, an option or an operator for which no flash was measured
    ├── BoardError           a board's profile with a field that is missing or wrong, or no such board
    ├── TimingError          a target, a board or a clock for which nothing was measured
    ├── PeerError            LiteRT or the real TFLM: missing, refused the model, or died
    ├── DataError            a data set: absent, incomplete, or not of the shape that was asked for
    └── ExtraMissingError    an optional package is not installed (an ImportError too)

A message names the place, what was found, what was needed and what to do; its numbers are fields of the error too.
"""

from __future__ import annotations

from typing import Self


class TinylabError(Exception):
    """What every error of tinylab is."""


class ModelError(TinylabError):
    """A model file that is damaged or breaks the format's rules.

    place: where in the model, outermost first ('subgraph 0, tensor 3 "conv/kernel", shape'), or "".
    found, needed: the two values that disagree, where there are such; otherwise None.
    """

    def __init__(self, message: str, *, place: str = "", found: object = None, needed: object = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
        self.found = found
        self.needed = needed


class ResolverError(TinylabError):
    """An operator that an op resolver lacks, has twice, or has no room for.

    operator_name: TFLM's name of the operator ("CONV_2D", or a custom operator's own), or "".
    operator_index: its place in the subgraph, where one is known.
    """

    def __init__(self, message: str, *, operator_name: str = "", operator_index: int | None = None) -> None:
        super().__init__(message)
        self.operator_name = operator_name
        self.operator_index = operator_index


class ArenaError(TinylabError):
    """An arena that is too small, or used against its rules. All fields are bytes, None where unknown.

    arena_bytes: the size of the arena; requested_bytes: what was asked of it; available_bytes: what was left;
    missing_bytes: how much more this one request needed; needed_bytes: the smallest arena in which everything fits.
    """

    def __init__(
        self,
        message: str,
        *,
        arena_bytes: int | None = None,
        requested_bytes: int | None = None,
        available_bytes: int | None = None,
        missing_bytes: int | None = None,
        needed_bytes: int | None = None,
    ) -> None:
        super().__init__(message)
        self.arena_bytes = arena_bytes
        self.requested_bytes = requested_bytes
        self.available_bytes = available_bytes
        self.missing_bytes = missing_bytes
        self.needed_bytes = needed_bytes


class OperatorError(TinylabError):
    """One operator of a model was refused or failed.

    operator_index: its place in the subgraph; operator_name: "CONV_2D". A kernel does not know them: it raises with the
    message alone, and the interpreter raises `error.at(index, name)` from it.
    """

    def __init__(self, message: str, *, operator_index: int | None = None, operator_name: str = "") -> None:
        where = f"operator {operator_index} ({operator_name}): " if operator_index is not None else ""
        super().__init__(where + message)
        self.operator_index = operator_index
        self.operator_name = operator_name

    def at(self, operator_index: int, operator_name: str) -> Self:
        """The same error, saying which operator it is about (itself, if it says so already)."""
        if self.operator_index is not None:
            return self
        return type(self)(str(self), operator_index=operator_index, operator_name=operator_name)


class PrepareError(OperatorError):
    """An operator that Prepare refuses: shapes, types or options that Invoke could not handle."""


class InvokeError(OperatorError):
    """An operator that failed while it ran."""


class InvokeAbortError(InvokeError):
    """An operator ends the run early, on purpose: CIRCULAR_BUFFER until it has enough (TFLM: kTfLiteAbort).

    Only kernels raise it: MicroInterpreter.invoke then returns False, and the next run starts from the top.
    """


class FootprintError(TinylabError):
    """A target, an option or an operator for which no flash was measured.

    target: the name that was asked for, operator_name: likewise; "" where the error is not about one.
    """

    def __init__(self, message: str, *, target: str = "", operator_name: str = "") -> None:
        super().__init__(message)
        self.target = target
        self.operator_name = operator_name


class BoardError(TinylabError):
    """A board's profile that is wrong, a board that nobody knows, or something that the board cannot do.

    file: the profile, or ""; field: its place in it ("ram_regions[1].bytes"), or ""; found, needed: the value there
    and, in words, what is asked for; None and "" where there are none.
    """

    def __init__(self, message: str, file: str = "", field: str = "", found: object = None, needed: str = "") -> None:
        super().__init__(message)
        self.file = file
        self.field = field
        self.found = found
        self.needed = needed


class TimingError(TinylabError):
    """A target, a board or a clock for which no instructions were counted or no times are known."""


class PeerError(TinylabError):
    """LiteRT or the real TFLM is missing, refused the model, or died in its child process."""


class DataError(TinylabError):
    """A data set is absent, incomplete, or not of the shape that was asked for."""


class ExtraMissingError(TinylabError, ImportError):
    """An optional package is not installed.

    extra: the extra of tinylab that brings it ("train"); wanted_for: what was to be done with it ("training").
    """

    def __init__(self, extra: str, wanted_for: str) -> None:
        super().__init__(f'{wanted_for} needs packages that are not installed: pip install "tinylab[{extra}]"')
        self.extra = extra
        self.wanted_for = wanted_for

    def __reduce__(self) -> tuple[type[ExtraMissingError], tuple[str, str]]:
        return type(self), (self.extra, self.wanted_for)
