"""The threshold of a yes-or-no detector: misses against false alarms, as text, as a figure, and as a slider."""

from __future__ import annotations

from typing import Any

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.spoken import spoken
from tinylab.views.text import percent, table
from tinylab.vision.thresholds import ThresholdErrors, errors_at

STEPS = 256  # an int8 probability has a scale of 1/256: no threshold between two steps differs from the upper one
_BINS = np.linspace(0, 1, 33)


def threshold_text(person_scores: NDArray[Any], labels: NDArray[Any], threshold: float = 0.5) -> str:
    """What is missed and what is a false alarm at a threshold, counted and as shares."""
    found = errors_at(person_scores, labels, threshold)
    rows = (
        ("misses", f"{found.misses} of {found.person_count} with a person", percent(found.miss_rate)),
        ("false alarms", f"{found.false_alarms} of {found.empty_count} without", percent(found.false_alarm_rate)),
    )
    return f'"person" where the score is at least {found.threshold:.3f}\n' + table(("", "pictures", "share"), rows)


def threshold_picture(person_scores: NDArray[Any], labels: NDArray[Any], threshold: float = 0.5) -> Picture:
    """Left, how pictures with and without a person score; right, both shares of errors at every threshold.

    person_scores: probabilities [picture]; labels: int [picture], 1 is person. The line is `threshold`.
    """
    figure = new_figure(9.0, 3.3)
    scored, shares = figure.subplots(1, 2)
    is_person = np.asarray(labels) == 1
    # A pattern as well as a colour: whoever sees no colours sees the pattern.
    for chosen, name, colour, hatch in (
        (~is_person, "no person", COLOURS[1], "//"),
        (is_person, "person", COLOURS[0], ""),
    ):
        scored.hist(person_scores[chosen], _BINS, color=colour, hatch=hatch, alpha=0.55, edgecolor="black", label=name)
    scored.set_ylabel("pictures")
    scored.set_title("what the pictures score")
    thresholds = np.arange(STEPS + 1) / STEPS
    curve = [errors_at(person_scores, labels, each) for each in thresholds]
    shares.plot(thresholds, [100 * each.miss_rate for each in curve], color=COLOURS[0], label="misses")
    false_alarms = [100 * each.false_alarm_rate for each in curve]
    shares.plot(thresholds, false_alarms, color=COLOURS[1], linestyle="--", label="false alarms")
    shares.set_ylabel("% of their kind")
    shares.set_title("errors at every threshold")
    for axes in (scored, shares):
        axes.axvline(threshold, color="black", linewidth=1.2, linestyle=":", label="threshold")
        axes.set_xlim(0, 1)
        axes.set_xlabel("score of “person”")
    entries = {
        label: handle
        for axes in (scored, shares)
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(entries.values(), entries, loc="outside lower center", ncols=5, fontsize=8, frameon=False)
    found = errors_at(person_scores, labels, threshold)
    alt = (
        "Two histograms of scores, of pictures with a person and without, and two curves, misses and false alarms at "
        f"every threshold; at {threshold:.3f}: {percent(found.miss_rate)} missed, {percent(found.false_alarm_rate)} "
        "false alarms."
    )
    return Picture(figure, threshold_text(person_scores, labels, threshold), alt)


def threshold_slider(person_scores: NDArray[Any], labels: NDArray[Any], first: float = 0.5) -> ThresholdSlider:
    """A widget: move the threshold, and see misses and false alarms change. `.state` is what it shows, a value.

    person_scores: probabilities [picture]; labels: int [picture], 1 is person; first: the threshold at the beginning.
    """
    return ThresholdSlider(person_scores, labels, first)


class ThresholdSlider(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What threshold_slider returns. It works by keyboard: arrow keys move it, the number beside it can be typed."""

    def __init__(self, person_scores: NDArray[Any], labels: NDArray[Any], first: float) -> None:
        self._scores, self._labels = np.asarray(person_scores), np.asarray(labels)
        self.threshold = ipywidgets.FloatSlider(
            value=round(first * STEPS) / STEPS,
            min=0.0,
            max=1.0,
            step=1 / STEPS,
            readout_format=".3f",
            description="threshold",
            continuous_update=False,
            layout=ipywidgets.Layout(width="34rem"),
        )
        self._words, self._figure = ipywidgets.HTML(), ipywidgets.HTML()
        super().__init__([self.threshold, self._words, self._figure])
        self.threshold.observe(lambda _: self._show(), names="value")
        self._show()

    @property
    def state(self) -> ThresholdErrors:
        """What is shown, as a frozen value to take away."""
        return errors_at(self._scores, self._labels, self.threshold.value)

    @property
    def text(self) -> str:
        """What is shown, in words."""
        return threshold_text(self._scores, self._labels, self.threshold.value)

    def _show(self) -> None:
        self._words.value = spoken(self.text)
        self._figure.value = threshold_picture(self._scores, self._labels, self.threshold.value).html()

    def __repr__(self) -> str:
        return "(the threshold slider: a slider, text and a figure; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}
