"""Visual wake words (VWW), person or no person: pictures painted here -> a small network -> an int8 model."""

from __future__ import annotations

from tinylab.progress import Progress
from tinylab.training import TrainingHistory, accuracy, convert
from tinylab.vision.camera import Camera
from tinylab.vision.dataset import CLASS_NAMES, VisionDataset, VisionRecipe, VisionSplit, synthesize
from tinylab.vision.evaluation import area_under_curve, balanced_accuracy
from tinylab.vision.joining import join
from tinylab.vision.models import mobilenet_v1, tiny_vision
from tinylab.vision.photographs import from_pictures
from tinylab.vision.pictures import TAGS, Framing, PictureRecipe
from tinylab.vision.telling import train_telling
from tinylab.vision.thresholds import ThresholdErrors, errors_at
from tinylab.vision.training import PictureDistortion, PictureTrainingRecipe, to_inputs, train

__all__ = [
    "CLASS_NAMES",
    "TAGS",
    "Camera",
    "Framing",
    "PictureDistortion",
    "PictureRecipe",
    "PictureTrainingRecipe",
    "Progress",
    "ThresholdErrors",
    "TrainingHistory",
    "VisionDataset",
    "VisionRecipe",
    "VisionSplit",
    "accuracy",
    "area_under_curve",
    "balanced_accuracy",
    "convert",
    "errors_at",
    "from_pictures",
    "join",
    "mobilenet_v1",
    "synthesize",
    "tiny_vision",
    "to_inputs",
    "train",
    "train_telling",
]
