"""What people see.

Text, pictures, widgets and HTML, all functions of frozen values. Nothing here touches a live interpreter.
"""

from __future__ import annotations

from tinylab.views.allocation_figure import allocation_picture, allocation_text
from tinylab.views.arena import arena_text, tail_text
from tinylab.views.arena_bars import (
    ArenaRow,
    arena_rows_picture,
    arena_rows_text,
    needs_rows,
    simple_arena_picture,
    simple_arena_text,
)
from tinylab.views.arena_figure import arena_picture
from tinylab.views.board_chooser import board_chooser
from tinylab.views.boards import board_text, fit_picture, fit_table_text, fit_text
from tinylab.views.clip_explorer import clip_explorer
from tinylab.views.comparison import (
    comparison_text,
    confusion_picture,
    confusion_text,
    layers_picture,
    layers_text,
)
from tinylab.views.dispatch_figure import dispatch_picture
from tinylab.views.dispatch_step import DispatchStep, dispatch_step, dispatch_step_text, dispatch_text
from tinylab.views.dispatch_stepper import DispatchStepper, dispatch_stepper
from tinylab.views.failures import ArenaFailure, arena_failure, failure_text
from tinylab.views.footprint import flash_comparison_text, flash_picture, flash_text, resolver_cost
from tinylab.views.graph import graph_svg, graph_text
from tinylab.views.listening_page import listening_text, write_listening_page
from tinylab.views.picture import Picture
from tinylab.views.plan_lines import memory_plan_text
from tinylab.views.player import ArenaPlayer, arena_player
from tinylab.views.player_state import ArenaStep, arena_step, arena_step_text
from tinylab.views.progress import progress_bar
from tinylab.views.report import write_arena_report, write_report
from tinylab.views.speech import clip_picture, clip_text, features_picture, stream_picture, stream_text
from tinylab.views.text import table
from tinylab.views.thresholds import ThresholdSlider, threshold_picture, threshold_slider, threshold_text
from tinylab.views.timing import (
    instructions_picture,
    instructions_text,
    overhead_text,
    published_text,
    time_text,
    times_text,
)
from tinylab.views.upload_box import UploadBox, upload_box
from tinylab.views.vision import contact_sheet, contact_sheet_text, pixels_picture, pixels_text

__all__ = [
    "ArenaFailure",
    "ArenaPlayer",
    "ArenaRow",
    "ArenaStep",
    "DispatchStep",
    "DispatchStepper",
    "Picture",
    "ThresholdSlider",
    "UploadBox",
    "allocation_picture",
    "allocation_text",
    "arena_failure",
    "arena_picture",
    "arena_player",
    "arena_rows_picture",
    "arena_rows_text",
    "arena_step",
    "arena_step_text",
    "arena_text",
    "board_chooser",
    "board_text",
    "clip_explorer",
    "clip_picture",
    "clip_text",
    "comparison_text",
    "confusion_picture",
    "confusion_text",
    "contact_sheet",
    "contact_sheet_text",
    "dispatch_picture",
    "dispatch_step",
    "dispatch_step_text",
    "dispatch_stepper",
    "dispatch_text",
    "failure_text",
    "features_picture",
    "fit_picture",
    "fit_table_text",
    "fit_text",
    "flash_comparison_text",
    "flash_picture",
    "flash_text",
    "graph_svg",
    "graph_text",
    "instructions_picture",
    "instructions_text",
    "layers_picture",
    "layers_text",
    "listening_text",
    "memory_plan_text",
    "needs_rows",
    "overhead_text",
    "pixels_picture",
    "pixels_text",
    "progress_bar",
    "published_text",
    "resolver_cost",
    "simple_arena_picture",
    "simple_arena_text",
    "stream_picture",
    "stream_text",
    "table",
    "tail_text",
    "threshold_picture",
    "threshold_slider",
    "threshold_text",
    "time_text",
    "times_text",
    "upload_box",
    "write_arena_report",
    "write_listening_page",
    "write_report",
]
