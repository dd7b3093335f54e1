"""The quantization explorer of notebook 03: choose a range or a scale, and see what comes back of each number."""

from __future__ import annotations

from typing import Any

import ipywidgets

from tinylab.errors import DataError
from tinylab.lessons.quantizer import MOST_BITS, Quantizer, quantizer_for, quantizer_picture, quantizer_text
from tinylab.views.spoken import spoken

BY_RANGE, BY_SCALE = "smallest and largest", "scale and zero point"
_STYLE = {"description_width": "9rem"}
_WIDE = {"width": "34rem"}


def quantization_explorer(low: float = -10.0, high: float = 40.0, bits: int = 8) -> QuantizationExplorer:
    """A widget for real numbers from low to high, of which a tenth beyond is shown. `.state` is its Quantizer."""
    return QuantizationExplorer(low, high, bits)


class QuantizationExplorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What quantization_explorer returns. state: the Quantizer that it shows; text: what it shows, in words.

    All of it works by keyboard: Tab goes from control to control, the space bar presses, left and right arrow move,
    numbers are typed. NB: no menu, since a JupyterLab notebook takes the arrow keys that a menu would need.
    """

    def __init__(self, low: float, high: float, bits: int) -> None:
        beyond = (high - low) / 10
        self._shown = (low - beyond, high + beyond)
        self._state = quantizer_for(low, high, bits)
        span = {"min": self._shown[0], "max": self._shown[1], "step": (high - low) / 100}
        self.choose = ipywidgets.ToggleButtons(
            options=[BY_RANGE, BY_SCALE], description="choose", style={**_STYLE, "button_width": "12rem"}
        )
        self.low = _slider("smallest", low, span)
        self.high = _slider("largest", high, span)
        self.scale = ipywidgets.FloatText(value=self._state.scale, description="scale", style=_STYLE, layout=_WIDE)
        self.zero_point = ipywidgets.IntText(
            value=self._state.zero_point, description="zero point", style=_STYLE, layout=_WIDE
        )
        self.bits = ipywidgets.IntSlider(
            value=bits, min=2, max=MOST_BITS, description="bits", style=_STYLE, layout=_WIDE, continuous_update=False
        )
        self.symmetric = ipywidgets.Checkbox(value=False, description="symmetric", style=_STYLE, layout=_WIDE)
        self._picture, self._words = ipywidgets.HTML(), ipywidgets.HTML()
        controls = [self.choose, self.low, self.high, self.scale, self.zero_point, self.bits, self.symmetric]
        super().__init__([*controls, self._picture, self._words])
        self.text, self._writing = "", False
        for control in controls:
            control.observe(lambda _: self._show(), names="value")
        self._show()

    @property
    def state(self) -> Quantizer:
        """What is shown, as a frozen value to take away."""
        return self._state

    def _chosen(self) -> Quantizer:
        bits = self.bits.value
        if self.choose.value == BY_RANGE:
            return quantizer_for(self.low.value, self.high.value, bits, self.symmetric.value)
        if self.scale.value <= 0:
            raise DataError(f"a scale of {self.scale.value:g}: it must be above 0")
        half = 2 ** (bits - 1)
        if self.symmetric.value:
            return Quantizer(self.scale.value, 0, 1 - half, half - 1)
        return Quantizer(self.scale.value, self.zero_point.value, -half, half - 1)

    def _show(self) -> None:
        if self._writing:
            return
        by_range = self.choose.value == BY_RANGE
        self.low.disabled = self.high.disabled = not by_range
        self.scale.disabled, self.zero_point.disabled = by_range, by_range or self.symmetric.value
        try:
            self._state = self._chosen()
        except DataError as error:  # an empty range: said, and the last picture stays
            self.text = str(error)
            self._words.value = spoken(self.text, role="alert")
            return
        self._writing = True  # the fields that are not chosen follow
        if by_range:
            self.scale.value = self._state.scale
        self.zero_point.value = self._state.zero_point
        self._writing = False
        low, high = self._shown
        reals = [round(low + (high - low) * step / 7, 2) for step in range(8)]
        self.text = quantizer_text(self._state, [*reals, 0.0])
        self._picture.value = quantizer_picture(self._state, low, high).html()
        self._words.value = spoken(self.text)

    def __repr__(self) -> str:
        return "(the quantization explorer: sliders, fields, curves and text; it needs a running kernel)"

    def _repr_mimebundle_(self, **arguments: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**arguments)
        # A page without a kernel shows this instead of the widget.
        return {**bundle, "text/plain": f"{self!r}\n{self.text}"}


def _slider(label: str, value: float, span: dict[str, float]) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=value, description=label, style=_STYLE, layout=_WIDE, continuous_update=False, **span
    )
