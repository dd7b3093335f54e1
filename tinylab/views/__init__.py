"""What people see.

Text, pictures, widgets and HTML, all functions of frozen values. Nothing here touches a live interpreter.
"""

from __future__ import annotations

from tinylab.views.arena import arena_picture, arena_text, tail_text
from tinylab.views.clip_explorer import clip_explorer
from tinylab.views.comparison import (
    comparison_text,
    confusion_picture,
    confusion_text,
    layers_picture,
    layers_text,
)
from tinylab.views.picture import Picture
from tinylab.views.progress import progress_bar
from tinylab.views.report import write_report
from tinylab.views.speech import clip_picture, clip_text, features_picture, stream_picture, stream_text
from tinylab.views.text import table

__all__ = [
    "Picture",
    "arena_picture",
    "arena_text",
    "clip_explorer",
    "clip_picture",
    "clip_text",
    "comparison_text",
    "confusion_picture",
    "confusion_text",
    "features_picture",
    "layers_picture",
    "layers_text",
    "progress_bar",
    "stream_picture",
    "stream_text",
    "table",
    "tail_text",
    "write_report",
]
