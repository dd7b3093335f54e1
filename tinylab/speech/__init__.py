"""Keyword spotting (KWS): any words -> a synthesised data set -> features -> a small network -> an int8 model -> a
stream listened to."""

from __future__ import annotations

from tinylab.progress import Progress
from tinylab.speech.augmentation import Augmentation
from tinylab.speech.dataset import Recipe, SpeechDataset, Split, synthesize
from tinylab.speech.features import FeatureSpec, compute_features
from tinylab.speech.inspection import ClipInspection, ClipInspector
from tinylab.speech.joining import join
from tinylab.speech.micro_speech import preprocess, score_frames
from tinylab.speech.models import ds_cnn, tiny_conv
from tinylab.speech.recordings import from_recordings
from tinylab.speech.stream import (
    Detection,
    Smoothing,
    SpokenWord,
    Stream,
    detect,
    make_stream,
    score_stream,
    smooth,
    windows,
)
from tinylab.speech.synthesis import Utterance, Voice, make_voices, speak
from tinylab.speech.training import Distortion, TrainingRecipe, train
from tinylab.training import TrainingHistory, accuracy, convert

__all__ = [
    "Augmentation",
    "ClipInspection",
    "ClipInspector",
    "Detection",
    "Distortion",
    "FeatureSpec",
    "Progress",
    "Recipe",
    "Smoothing",
    "SpeechDataset",
    "Split",
    "SpokenWord",
    "Stream",
    "TrainingHistory",
    "TrainingRecipe",
    "Utterance",
    "Voice",
    "accuracy",
    "compute_features",
    "convert",
    "detect",
    "ds_cnn",
    "from_recordings",
    "join",
    "make_stream",
    "make_voices",
    "preprocess",
    "score_frames",
    "score_stream",
    "smooth",
    "speak",
    "synthesize",
    "tiny_conv",
    "train",
    "windows",
]
