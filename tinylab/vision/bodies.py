"""Bodies round the bones: tubes for limbs, trunk and head, clothes over them, hair and a face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tinylab.vision.canvas import Canvas, Material, Point
from tinylab.vision.people import Body, Look, Pose, Vector, turned

# Tags of what is seen on a canvas.
BODY, HEAD = 1, 2

_LIMB = ((0.0, 0.0), (0.04, 0.7), (0.12, 0.97), (0.25, 1.0), (0.6, 0.88), (0.9, 0.74), (0.97, 0.55), (1.0, 0.0))
_SLEEVE = ((0.0, 0.0), (0.05, 0.75), (0.14, 1.0), (0.9, 0.92), (1.0, 0.9))
_HEAD = (
    (0.0, 0.0),
    (0.05, 0.55),
    (0.15, 0.84),
    (0.32, 1.0),
    (0.5, 0.99),
    (0.68, 0.86),
    (0.85, 0.62),
    (0.95, 0.4),
    (1.0, 0.0),
)
_DOME = ((0.0, 0.0), (0.03, 0.4), (0.1, 0.68), (0.22, 0.9), (0.4, 1.0), (0.75, 0.98), (0.95, 0.8), (1.0, 0.5))
_SKIRT = ((0.0, 0.55), (0.2, 0.75), (1.0, 1.0))
_SLOPE = ((0.0, 0.8), (0.3, 1.0), (0.8, 0.9), (1.0, 0.5))
_TORSO = ((0.0, 0.0), (0.03, 0.36), (0.09, 0.62), (0.15, 0.93), (0.2, 1.0), (0.4, 0.93))


@dataclass(frozen=True)
class Place:
    """Where a person's origin (between the feet) lies in the picture, its height there, its stretch in width, and the
    angle from which the camera looks down."""

    x: float
    y: float
    z: float
    height: float
    stretch: float = 1.0
    pitch: float = 0.0

    def point(self, joint: Vector) -> Point:
        c, s = np.cos(self.pitch), np.sin(self.pitch)
        return (
            self.x + self.height * self.stretch * float(joint[0]),
            self.y - self.height * float(joint[1] * c - joint[2] * s),
            self.z + self.height * float(joint[2] * c + joint[1] * s * 0.3),
        )


class Painter:
    """Paints one body in its place."""

    def __init__(self, canvas: Canvas, body: Body, place: Place) -> None:
        self.canvas, self.body, self.place, self.look = canvas, body, place, body.look
        self.skin = Material(self.look.skin, noise="cloud", strength=0.05, gloss=0.06)
        self.hair = Material(self.look.hair, noise="wood", strength=0.3, grain=0.5, gloss=0.1)
        self.facing = float(np.cos(body.pose.yaw))

    def paint(self) -> None:
        """Everything, in any order: the depth buffer sorts it."""
        self.canvas.tag = BODY
        for side in (0, 1):
            self._leg(side)
            self._arm(side)
        self._trunk()
        self.canvas.tag = HEAD
        self._head()
        self.canvas.tag = 0

    def tube(
        self,
        start: Vector,
        end: Vector,
        width: float,
        material: Material,
        profile: Sequence[tuple[float, float]] = _LIMB,
        roundness: float = 1.0,
    ) -> None:
        """A lathe between two points of the body; widths in units."""
        p, q = self.place.point(start), self.place.point(end)
        self.canvas.lathe(p, q, width * self.place.height * self.place.stretch**0.5, material, profile, roundness)

    def _limb(
        self, a: Vector, b: Vector, c: Vector, widths: tuple[float, float, float], cover: float, cloth: Material
    ) -> None:
        """Two tubes from a over b to c; cloth covers so much of them from above."""
        loose = 1.12
        upper, lower = widths[0] * self.look.build**0.8, widths[1] * self.look.build**0.8
        over = 0.12
        self.tube(a - (b - a) * over, b + (b - a) * over, upper, self.skin)
        self.tube(b - (c - b) * over, c + (c - b) * 0.05, lower, self.skin)
        if cover > 0.02:
            share = min(1.0, cover * 2)
            self.tube(
                a - (b - a) * over,
                a + (b - a) * (share * (1 + over)),
                upper * loose,
                cloth,
                _SLEEVE if share < 1 else _LIMB,
                1.1,
            )
        if cover > 0.5:
            share = (cover - 0.5) * 2
            self.tube(b - (c - b) * over, b + (c - b) * share, lower * loose * 1.05, cloth, _SLEEVE, 1.1)

    def _leg(self, side: int) -> None:
        j, look = self.body.joints, self.look
        hip, knee, ankle = j[f"hip{side}"], j[f"knee{side}"], j[f"ankle{side}"]
        self._limb(hip, knee, ankle, (0.062, 0.042, 0.03), look.trousers, look.bottom)
        forward = turned(np.array([0.02 * (1 - 2 * side), -0.02, 0.085]), self.body.pose.yaw)
        self.tube(ankle - forward * 0.35, ankle + forward, 0.028, look.shoes)

    def _arm(self, side: int) -> None:
        j, look = self.body.joints, self.look
        shoulder, elbow, wrist = j[f"shoulder{side}"], j[f"elbow{side}"], j[f"wrist{side}"]
        cover, cloth = (1.0, look.jacket) if look.jacket else (look.sleeves, look.top)
        self._limb(shoulder, elbow, wrist, (0.037, 0.029, 0.02), cover, cloth)
        along = (wrist - elbow) * 0.45
        self.tube(wrist - along * 0.15, wrist + along, 0.024, self.skin, roundness=0.6)

    def _trunk(self) -> None:
        j, look, pose = self.body.joints, self.look, self.body.pose
        spine = j["neck"] - j["pelvis"]
        # Seen from the side a trunk is about 0.62 as wide as from the front.
        seen = float(np.hypot(np.cos(pose.yaw), 0.62 * np.sin(pose.yaw)))
        width = 0.128 * look.build * seen
        waist = 0.72 + 0.16 * (look.build - 0.8)
        profile = (*_TORSO, (0.66, waist), (0.85, 0.84), (0.95, 0.8), (1.0, 0.3))
        outer = look.jacket or look.top
        for side in (0, 1):  # what slopes from the neck to the shoulders
            slope = (j[f"shoulder{side}"] - j["neck"]) * 0.9
            self.tube(j["neck"] + spine * 0.1, j["neck"] + slope, 0.035, outer, _SLOPE, 0.8)
        self.tube(j["neck"] + spine * 0.06, j["pelvis"] - spine * 0.16, width, outer, profile, 0.62 / seen * 0.8)
        low = j["pelvis"] + spine * 0.14
        hips = ((0.0, 0.9), (0.4, 1.0), (0.8, 0.95), (1.0, 0.5))
        self.tube(low, j["pelvis"] - spine * 0.2, width * 0.84, look.bottom, hips, 0.62 / seen * 0.85)
        if look.skirt:
            down = np.array([0, -look.skirt - 0.05, 0])
            knees = (j["knee0"] + j["knee1"]) / 2 - j["pelvis"]
            self.tube(low, j["pelvis"] + down * 0.5 + knees * look.skirt, width * 1.3, look.bottom, _SKIRT, 0.8)
        if look.jacket and self.facing > 0.3:
            front = turned(np.array([0, 0, 0.035]), pose.yaw)
            self.tube(j["neck"] + front, j["pelvis"] + front, 0.04, look.top, ((0, 1), (1, 0.5)), 0.9)
            if look.glasses:
                self.tube(j["neck"] + front * 1.5, j["pelvis"] + front * 1.5 + spine * 0.3, 0.012, look.shoes)
        if look.bag:
            back = turned(np.array([0, 0, -0.1]), pose.yaw)
            self.tube(j["neck"] + back, j["pelvis"] + back + spine * 0.15, 0.09, look.bag, roundness=0.6)

    def _head(self) -> None:
        j, look, pose = self.body.joints, self.look, self.body.pose
        size = 0.066 * look.head
        centre = j["head"]
        yaw = pose.yaw + pose.head_yaw
        up = turned(np.array([0, np.cos(pose.head_nod), np.sin(pose.head_nod)]), yaw) * size
        front = turned(np.array([0, -np.sin(pose.head_nod), np.cos(pose.head_nod)]), yaw) * size
        left = turned(np.array([1.0, 0, 0]), yaw) * size
        self.tube(
            j["neck"] - up * 0.3,
            centre - up * 0.3,
            0.036 * look.head**0.5 * look.build**0.5,
            self.skin,
            ((0, 1), (1, 0.95)),
        )
        wide = float(np.hypot(0.74 * np.cos(yaw), 0.88 * np.sin(yaw)))
        self.tube(centre + up, centre - up, size * wide, self.skin, _HEAD)
        for side in (-1, 1):
            ear = centre + left * (0.74 * side) - front * 0.1
            self.tube(ear + up * 0.2, ear - up * 0.25, size * 0.14, self.skin)
        self._face(centre, up, front, left)
        self._hair(centre, up, front, left, size * wide)

    def _face(self, centre: Vector, up: Vector, front: Vector, left: Vector) -> None:
        size = float(np.linalg.norm(up))
        dark = Material((0.08, 0.06, 0.06), strength=0.0, matt=0.2)
        shade = Material(tuple(0.62 * c for c in self.look.skin), strength=0.0, matt=0.3)  # type: ignore[arg-type]
        red = Material(
            (self.look.skin[0] * 0.8, self.look.skin[1] * 0.5, self.look.skin[2] * 0.5), strength=0, matt=0.3
        )
        hair, pale = self.hair, 0.3 + 0.5 * max(self.look.skin)  # eyes are in the shade of the brows
        for side in (-1, 1):
            eye = centre + left * (0.32 * side) + up * 0.12 + front * 0.68
            self.tube(eye - left * 0.2, eye + left * 0.2, size * 0.13, shade, roundness=0.5)
            white = Material((pale, pale, pale), strength=0.0, matt=0.3)
            self.tube(
                eye - left * 0.15 + front * 0.06, eye + left * 0.15 + front * 0.06, size * 0.06, white, roundness=0.5
            )
            self.tube(
                eye - left * 0.09 + front * 0.09, eye + left * 0.09 + front * 0.09, size * 0.08, dark, roundness=0.6
            )
            brow = eye + up * 0.2 + front * 0.02
            self.tube(brow - left * 0.22, brow + left * 0.22, size * 0.055, hair, roundness=0.8)
            if self.look.glasses:
                self.tube(
                    eye - left * 0.28 + front * 0.12, eye + left * 0.28 + front * 0.12, size * 0.16, dark, roundness=0.3
                )
        nose = centre + front * 0.8 - up * 0.12
        self.tube(nose + up * 0.2, nose - up * 0.14, size * 0.13, self.skin)
        self.tube(nose - up * 0.14 - left * 0.12, nose - up * 0.14 + left * 0.12, size * 0.05, shade)
        mouth = centre + front * 0.68 - up * 0.46
        self.tube(mouth - left * 0.26, mouth + left * 0.26, size * 0.075, red, roundness=0.8)
        if self.look.beard:
            chin = centre + front * 0.3 - up * 0.62
            self.tube(chin + up * 0.35, chin - up * 0.4, size * 0.62, hair, roundness=0.65)

    def _hair(self, centre: Vector, up: Vector, front: Vector, left: Vector, half: float) -> None:
        look = self.look
        size = float(np.linalg.norm(up))
        if look.hair_length >= 1 and look.hat != "helmet":
            middle = centre + up * 0.22 - front * 0.3
            self.tube(middle + up * 0.95, middle - up * 0.85, half * 1.12, self.hair, _DOME)
            fringe = centre + up * 0.62 + front * 0.22
            self.tube(fringe + up * 0.45 - front * 0.15, fringe - up * 0.2, half * 0.78, self.hair, _DOME)
        if look.hair_length >= 2:
            down = up * (look.hair_length - 1)
            middle = centre + up * 0.1 - front * 0.4
            profile = ((0.0, 0.0), (0.1, 0.6), (0.3, 1.0), (0.9, 1.0), (1.0, 0.6))
            self.tube(middle + up * 0.9, middle - up * 0.9 - down, half * 1.25, self.hair, profile, 0.75)
        if look.hat == "none":
            return
        if look.hat == "helmet":
            middle = centre + up * 0.32 - front * 0.12
            self.tube(middle + up * 1.0, middle - up * 0.6, half * 1.3, look.hat_material)
            return
        middle = centre + up * 0.55 - front * 0.1
        dome = ((0.0, 0.0), (0.15, 0.7), (0.5, 0.97), (1.0, 1.0))
        self.tube(middle + up * 0.65, middle - up * 0.12, half * 1.15, look.hat_material, dome)
        rim = middle - up * 0.1
        if look.hat == "hat":
            self.tube(rim + up * 0.08, rim - up * 0.08, half * 2.0, look.hat_material, roundness=0.9)
        else:
            self.tube(rim, rim + front * 0.95 - up * 0.1, size * 0.5, look.hat_material, roundness=0.2)


def draw_person(canvas: Canvas, look: Look, pose: Pose, place: Place) -> None:
    """Paint a person with a soft shadow at the feet."""
    body = Body(look, pose)
    feet = (body.joints["ankle0"] + body.joints["ankle1"]) / 2
    x, y, _ = place.point(feet)
    canvas.shadow(x, y + 0.02 * place.height, 0.2 * place.height, 0.05 * place.height, 0.55)
    Painter(canvas, body, place).paint()
