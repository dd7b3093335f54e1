"""What training has in common, whatever is learnt: fitting a Keras model, its history, conversion to TensorFlow Lite,
and the files of a model for the zoo. Speech and vision build on it."""

from __future__ import annotations

from tinylab.training.conversion import convert
from tinylab.training.fitting import FittingRecipe, TrainingHistory, accuracy, fit, mix
from tinylab.training.tf_data import to_tf_data
from tinylab.training.zoo_files import answers, print_progress, write_zoo_files

__all__ = [
    "FittingRecipe",
    "TrainingHistory",
    "accuracy",
    "answers",
    "convert",
    "fit",
    "mix",
    "print_progress",
    "to_tf_data",
    "write_zoo_files",
]
