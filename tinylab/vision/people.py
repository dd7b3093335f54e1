"""People: a skeleton of joints in three dimensions, a pose, a look (skin, hair, clothes).

A person is one unit tall, x to the person's left (the viewer's right, seen from the front), y up, z forward; feet at
y = 0."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tinylab.vision import colours
from tinylab.vision.canvas import Colour, Material

Vector = NDArray[np.float64]
Limb = tuple[float, float, float]  # swing forward, swing outward, bend of elbow or knee
Limbs = tuple[tuple[Limb, Limb], tuple[Limb, Limb], float]  # arms, legs, lean of the trunk


@dataclass(frozen=True)
class Pose:
    """Angles in radians. yaw: turn of the body; lean: of the trunk forward; tilt: sideways; head_yaw: against the body.

    arms, legs: for left and right (swing forward, swing outward, bend of elbow or knee)."""

    yaw: float = 0.0
    lean: float = 0.0
    tilt: float = 0.0
    head_yaw: float = 0.0
    head_nod: float = 0.0
    arms: tuple[Limb, Limb] = ((0.0, 0.1, 0.2), (0.0, 0.1, 0.2))
    legs: tuple[Limb, Limb] = ((0.0, 0.05, 0.0), (0.0, 0.05, 0.0))


@dataclass(frozen=True)
class Look:
    """sleeves, trousers: how much of arm and leg they cover, 0 to 1; build: width; head: size of the head; skirt: its
    length in units, or 0; hair_length: 0 is bald, 1 short, up to 3; hat: none, cap, hat or helmet."""

    skin: Colour
    hair: Colour
    top: Material
    bottom: Material
    shoes: Material
    sleeves: float = 1.0
    trousers: float = 1.0
    build: float = 1.0
    head: float = 1.0
    skirt: float = 0.0
    hair_length: float = 1.0
    jacket: Material | None = None
    hat: str = "none"
    hat_material: Material = field(default_factory=lambda: Material((0.2, 0.2, 0.2)))
    glasses: bool = False
    beard: bool = False
    bag: Material | None = None


def any_look(rng: np.random.Generator) -> Look:
    """A person of any age, skin and dress."""
    top = colours.cloth(rng)
    skirt = float(rng.uniform(0.12, 0.42)) if rng.random() < 0.14 else 0.0
    child = rng.random() < 0.15
    same = rng.random() < 0.12  # a suit, a dress, an overall
    return Look(
        skin=colours.skin(rng),
        hair=colours.hair(rng),
        top=top,
        bottom=top if same else colours.cloth(rng, plain=0.9),
        shoes=colours.stuff(rng),
        sleeves=float(rng.choice([1.0, 1.0, rng.uniform(0.15, 0.4), rng.uniform(0.0, 0.2), rng.uniform(0.5, 0.9)])),
        trousers=0.0 if skirt else float(rng.choice([1.0, 1.0, 1.0, rng.uniform(0.2, 0.5)])),
        build=float(np.clip(rng.normal(1.08, 0.14), 0.8, 1.5)),
        head=float(rng.uniform(1.25, 1.7) if child else rng.uniform(0.95, 1.2)),
        skirt=skirt,
        hair_length=float(rng.choice([0.0, 1.0, 2.0, 3.0], p=[0.08, 0.5, 0.2, 0.22])),
        jacket=colours.cloth(rng, plain=0.95) if rng.random() < 0.22 else None,
        hat=str(rng.choice(["none", "cap", "hat", "helmet"], p=[0.72, 0.14, 0.06, 0.08])),
        hat_material=colours.cloth(rng, plain=0.9),
        glasses=bool(rng.random() < 0.2),
        beard=bool(rng.random() < 0.12),
        bag=colours.stuff(rng) if rng.random() < 0.12 else None,
    )


def any_pose(rng: np.random.Generator) -> Pose:
    """Standing, walking, running, sitting, reaching, throwing, crouching on a board, riding."""
    kind = str(rng.choice(list(_POSES), p=[0.34, 0.16, 0.10, 0.16, 0.08, 0.06, 0.06, 0.04]))
    arms, legs, lean = _POSES[kind](rng)
    facing = rng.choice([0.0, np.pi], p=[0.75, 0.25]) + rng.normal(0, 0.7)
    if kind in ("walk", "run", "board", "ride"):
        facing = rng.uniform(-np.pi, np.pi)
    return Pose(
        yaw=float(facing),
        lean=float(lean),
        tilt=float(rng.normal(0, 0.06)),
        head_yaw=float(rng.normal(0, 0.35)),
        head_nod=float(rng.normal(0.05, 0.15)),
        arms=_jittered(arms, rng, 0.12),
        legs=_jittered(legs, rng, 0.05),
    )


def _jittered(limbs: tuple[Limb, Limb], rng: np.random.Generator, spread: float) -> tuple[Limb, Limb]:
    a, b = (tuple(float(v) for v in np.asarray(limb) + rng.normal(0, spread, 3)) for limb in limbs)
    return (a[0], a[1], a[2]), (b[0], b[1], b[2])


def _stand(rng: np.random.Generator) -> Limbs:
    kind = rng.integers(4)
    down, hip, front, phone = (0.0, 0.12, 0.25), (-0.3, 0.75, 1.5), (0.5, 0.1, 1.3), (0.6, 0.5, 2.2)
    pair = [(down, down), (hip, hip if rng.random() < 0.5 else down), (front, front), (phone, down)][kind]
    return pair, ((0.0, 0.06, 0.0), (0.02, 0.06, 0.05)), rng.normal(0.02, 0.05)


def _walk(rng: np.random.Generator) -> Limbs:
    s = rng.uniform(0.2, 0.5)
    return ((s, 0.1, 0.4), (-s, 0.1, 0.2)), ((-s, 0.03, 0.25), (s, 0.03, 0.1)), 0.06


def _run(rng: np.random.Generator) -> Limbs:
    s = rng.uniform(0.5, 1.0)
    return ((s, 0.2, 1.5), (-s, 0.2, 1.3)), ((-0.5 * s, 0.08, 1.2), (s, 0.08, 0.7)), rng.uniform(0.1, 0.45)


def _sit(rng: np.random.Generator) -> Limbs:
    bend = rng.uniform(1.1, 1.6)
    legs = (1.45, rng.uniform(0, 0.35), bend), (1.4, rng.uniform(0, 0.35), bend)
    reach = rng.uniform(0.2, 1.0)
    return ((reach, 0.15, 0.9), (reach, 0.15, 0.9)), legs, rng.uniform(-0.15, 0.35)


def _reach(rng: np.random.Generator) -> Limbs:
    up = rng.uniform(1.2, 2.9)
    other = (up, 0.4, 0.3) if rng.random() < 0.4 else (0.0, 0.2, 0.4)
    return ((up, rng.uniform(0, 0.6), 0.3), other), ((0.1, 0.12, 0.1), (-0.1, 0.12, 0.1)), 0.0


def _throw(rng: np.random.Generator) -> Limbs:
    arms = (rng.uniform(0.5, 2.6), rng.uniform(0.3, 1.4), rng.uniform(0.2, 1.4)), (rng.uniform(0.3, 1.8), 0.6, 0.8)
    return arms, ((0.5, 0.3, 0.5), (-0.4, 0.3, 0.3)), rng.uniform(0, 0.5)


def _board(rng: np.random.Generator) -> Limbs:
    bend = rng.uniform(0.5, 1.3)
    out = rng.uniform(0.5, 1.5)
    return (
        ((0.3, out, 0.3), (0.1, out, 0.4)),
        ((bend, 0.35, 1.5 * bend), (bend, 0.35, 1.5 * bend)),
        rng.uniform(0.2, 0.9),
    )


def _ride(rng: np.random.Generator) -> Limbs:
    return ((1.0, 0.2, 0.4), (1.0, 0.2, 0.4)), ((1.2, 0.15, 1.3), (0.7, 0.15, 0.9)), rng.uniform(0.2, 0.7)


_POSES = {
    "stand": _stand,
    "walk": _walk,
    "run": _run,
    "sit": _sit,
    "reach": _reach,
    "throw": _throw,
    "board": _board,
    "ride": _ride,
}


class Body:
    """A person's joints in units, turned by the pose, and how they lie in the picture."""

    def __init__(self, look: Look, pose: Pose) -> None:
        self.look, self.pose = look, pose
        spine = np.array([np.sin(pose.tilt), np.cos(pose.tilt) * np.cos(pose.lean), np.sin(pose.lean)])
        across = np.array([1.0, 0.0, 0.0])
        hips = [0.075 * across * side for side in (1, -1)]
        thighs = [hip + 0.245 * _swing(*leg[:2], side) for hip, leg, side in zip(hips, pose.legs, (1, -1), strict=True)]
        shins = [
            thigh + 0.25 * _swing(leg[0] - leg[2], leg[1] * 0.4, side)
            for thigh, leg, side in zip(thighs, pose.legs, (1, -1), strict=True)
        ]
        neck = 0.31 * spine
        reach = 0.118 * look.build**0.7
        shoulders = [neck + reach * across * side - 0.03 * spine for side in (1, -1)]
        elbows = [
            s + 0.165 * _swing(*arm[:2], side) for s, arm, side in zip(shoulders, pose.arms, (1, -1), strict=True)
        ]
        wrists = [
            elbow + 0.15 * _swing(arm[0] + arm[2], arm[1] * 0.3 - 0.25 * min(arm[2], 1.5), side)
            for elbow, arm, side in zip(elbows, pose.arms, (1, -1), strict=True)
        ]
        head = neck + spine * (0.03 + 0.065 * look.head) + np.array([0, 0, 0.012])
        floor = min(float(shin[1]) for shin in shins) - 0.035
        joints = {"pelvis": np.zeros(3), "neck": neck, "head": head}
        for name, pair in (("hip", hips), ("knee", thighs), ("ankle", shins), ("shoulder", shoulders)):
            joints |= {f"{name}{side}": joint for side, joint in enumerate(pair)}
        for name, pair in (("elbow", elbows), ("wrist", wrists)):
            joints |= {f"{name}{side}": joint for side, joint in enumerate(pair)}
        self.joints = {name: turned(joint - np.array([0, floor, 0]), pose.yaw) for name, joint in joints.items()}
        self.top = float(self.joints["head"][1]) + 0.07 * look.head


def _swing(forward: float, outward: float, side: int) -> Vector:
    """The direction of a limb that hangs down, swung forward and outward."""
    return np.array([side * np.sin(outward), -np.cos(outward) * np.cos(forward), np.cos(outward) * np.sin(forward)])


def turned(point: Vector, yaw: float) -> Vector:
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([point[0] * c + point[2] * s, point[1], point[2] * c - point[0] * s])
