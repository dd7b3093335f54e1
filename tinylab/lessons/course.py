"""The map of the course: its notebooks in reading order, and what a reader has solved of each."""

from __future__ import annotations

import html
from typing import NamedTuple

from tinylab.lessons import checks, record


class Notebook(NamedTuple):
    """file: in notebooks/; title: its heading; promise: what it lets a reader do; minutes: to read it."""

    file: str
    title: str
    promise: str
    minutes: int

    @property
    def number(self) -> str:
        return self.file[:2]


COURSE = (
    Notebook("00_start_here", "Start here", "run a model in five cells", 10),
    Notebook("01_why_micro", "Why micro", "see why there is an arena and no malloc", 30),
    Notebook(
        "02_the_model_file", "The model file", "read a .tflite file byte by byte, and see why nothing is copied", 40
    ),
    Notebook(
        "03_quantization",
        "Quantization by hand",
        "quantize a layer as the converter does it, and say what it costs",
        45,
    ),
    Notebook("04_a_kernel", "A kernel", "compute TFLM's bytes with a kernel of your own", 50),
    Notebook(
        "05_the_interpreter", "The interpreter", "say what happens between Invoke and the result, and its price", 40
    ),
    Notebook("06_tensor_arena", "The tensor arena", "say to the byte how big the arena must be, and why", 45),
    Notebook("07_op_resolver", "The op resolver and binary size", "see what each operator costs in flash", 30),
    Notebook(
        "08_keyword_spotting",
        "Keyword spotting, from nothing to the micro runtime",
        "train and run a network for two words",
        45,
    ),
    Notebook(
        "09_visual_wake_words",
        "Visual wake words, from painted pictures to the micro runtime",
        "train and run a network that sees people",
        45,
    ),
    Notebook("10_several_models", "Several models in one arena", "put two networks into hardly more RAM than one", 35),
    Notebook("11_will_it_fit", "Will it fit?", "know before you buy or flash whether there is room", 30),
    Notebook(
        "12_interpreter_on_one_page",
        "An interpreter on one page",
        "write an interpreter that gives TFLM's bytes",
        60,
    ),
)


class Place(NamedTuple):
    """A notebook on the map: solved: exercise → whether the reader has solved it."""

    notebook: Notebook
    solved: dict[str, bool]

    @property
    def marks(self) -> str:
        return "".join("●" if done else "○" for done in self.solved.values())


class CourseMap(NamedTuple):
    """places: one a notebook, in reading order. Its text is a table; in a notebook it has links."""

    places: tuple[Place, ...]

    @property
    def solved_count(self) -> int:
        return sum(done for place in self.places for done in place.solved.values())

    @property
    def exercise_count(self) -> int:
        return sum(len(place.solved) for place in self.places)

    def __repr__(self) -> str:
        width = max(len(place.notebook.title) for place in self.places)
        lines = [
            f"{notebook.number}  {notebook.title:{width}}  {place.marks:4}  {notebook.promise}"
            for place in self.places
            for notebook in [place.notebook]
        ]
        return "\n".join([*lines, self._total()])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td><a href="{notebook.file}.ipynb">{notebook.number} · {html.escape(notebook.title)}</a></td>'
            f'<td title="exercises solved">{place.marks}</td>'
            f'<td style="text-align: left">{html.escape(notebook.promise)}</td><td>{notebook.minutes} min</td></tr>'
            for place in self.places
            for notebook in [place.notebook]
        )
        return f"<table>{rows}</table><p>{self._total()}</p>"

    def _total(self) -> str:
        return f"exercises solved: {self.solved_count} of {self.exercise_count}"


def course_map() -> CourseMap:
    """The notebooks of the course, and which of their exercises the reader of this machine has solved."""
    solved = record.read()
    return CourseMap(
        tuple(
            Place(notebook, {name: name in solved and solved[name].done for name in _exercises(notebook.number)})
            for notebook in COURSE
        )
    )


def _exercises(number: str) -> list[str]:
    return sorted(name for name in checks.EXERCISES if name.startswith(f"{number}-"))
