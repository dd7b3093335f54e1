"""One synthetic picture: a scene, things in it, perhaps people, something before them, and the camera."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.vision import colours, things
from tinylab.vision.bodies import BODY, HEAD, Place, draw_person
from tinylab.vision.camera import Camera, blurred, halved, photograph
from tinylab.vision.canvas import Canvas
from tinylab.vision.furniture import FURNITURE, ON_TABLES, STREETS, VEHICLES
from tinylab.vision.people import Body, any_look, any_pose
from tinylab.vision.scenes import Scene, any_scene

SIDE = 96  # pixels
GRID = 24  # rows and columns of the tags that are kept
LEAST_SEEN = 0.02  # share of a picture that people must cover to be seen; MLPerf Tiny's rule is a box of 0.025
TAGS = ("scene", "body", "head", "plant", "animal", "vehicle", "furniture", "food", "thing")
_EVERYTHING = (*things.OUTDOORS, *things.INDOORS, *things.ANIMALS, *VEHICLES, *FURNITURE, *ON_TABLES, *STREETS)
_LIKE_PEOPLE: tuple[things.Drawer, ...] = (
    things.lamp_post,
    things.coat_stand,
    things.tree,
    things.bottle,
    things.animal,
    things.statue,
)
_LIKE_PEOPLE += (things.garment, things.bear, things.face_of_an_animal, things.hydrant)


_TAG_OF: dict[things.Drawer, int] = {
    **dict.fromkeys((things.tree, things.conifer, things.bush, things.flowers), TAGS.index("plant")),
    **dict.fromkeys((*things.ANIMALS, things.bear), TAGS.index("animal")),
    **dict.fromkeys(VEHICLES, TAGS.index("vehicle")),
    **dict.fromkeys(FURNITURE, TAGS.index("furniture")),
    **dict.fromkeys(ON_TABLES[:4], TAGS.index("food")),
}


@dataclass(frozen=True)
class Framing:
    """How people and things are cut: probabilities of a face, an upper body, a whole body near, one far, a group, and a
    part of a body."""

    face: float = 0.08
    upper: float = 0.25
    whole: float = 0.35
    far: float = 0.10
    group: float = 0.20
    part: float = 0.02


@dataclass(frozen=True)
class PictureRecipe:
    """What is in pictures. props: at most so many things beside; like_people: share of the things in pictures without
    people that look a little like one; occluder: probability of something before; shallow: of a blurred background;
    tilt: of the camera, radians."""

    props: int = 5
    like_people: float = 0.35
    occluder: float = 0.25
    shallow: float = 0.35
    tilt: float = 0.12
    framing: Framing = field(default_factory=Framing)
    camera: Camera = field(default_factory=Camera)


class Painted(NamedTuple):
    """picture: uint8 [96, 96, 3]; tags: uint8 [24, 24], what is seen at so many places of it, indices of TAGS; scene:
    its kind; framing: how people, or things in their stead, are cut."""

    picture: NDArray[np.uint8]
    tags: NDArray[np.uint8]
    scene: str
    framing: str


def picture(is_person: bool, rng: np.random.Generator, recipe: PictureRecipe) -> Painted:
    """One picture. People who happen to be hidden or outside are painted again elsewhere."""
    painted = _picture(is_person, rng, recipe)
    while is_person and np.mean((painted.tags == BODY) | (painted.tags == HEAD)) < LEAST_SEEN:
        painted = _picture(is_person, rng, recipe)
    return painted


def _picture(is_person: bool, rng: np.random.Generator, recipe: PictureRecipe) -> Painted:
    canvas = Canvas(2 * SIDE, rng, colours.any_light(rng))
    scene = any_scene(canvas, rng)
    _props(canvas, rng, scene, int(rng.integers(0, recipe.props + 1)))
    names = list(Framing.__dataclass_fields__)
    framing = str(rng.choice(names, p=[getattr(recipe.framing, name) for name in names]))
    if framing in ("face", "upper", "whole") and rng.random() < recipe.shallow:
        canvas.colour = blurred(canvas.colour, int(rng.integers(2, 7)))
    if is_person:
        _people(canvas, rng, scene, framing)
    else:
        _things(canvas, rng, scene, framing, recipe.like_people)
    if rng.random() < recipe.occluder:
        _occlude(canvas, rng, scene)
    angle = rng.normal(0, recipe.tilt) if rng.random() < 0.5 else 0.0
    mirrored = rng.random() < 0.5
    image = np.asarray(turned(canvas.colour, angle, mirrored), np.float32)
    step = 2 * SIDE // GRID
    tags = turned(canvas.tags, angle, mirrored)[step // 2 :: step, step // 2 :: step]
    return Painted(photograph(halved(image), rng, recipe.camera), tags.astype(np.uint8), scene.kind, framing)


def turned(image: NDArray[Any], angle: float, mirrored: bool) -> NDArray[Any]:
    """The picture turned about its middle and magnified until its corners are filled; mirrored or not."""
    if mirrored:
        image = image[:, ::-1]
    if abs(angle) < 0.01:
        return image
    size = image.shape[0]
    place = (np.arange(size, dtype=np.float32) - size / 2) / np.float32(abs(np.cos(angle)) + abs(np.sin(angle)))
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    row = place[:, None] * c + place[None, :] * s + size / 2
    column = place[None, :] * c - place[:, None] * s + size / 2
    rows, columns = (np.clip(place, 0, size - 1).astype(np.intp) for place in (row, column))
    return np.asarray(image[rows, columns])


def _draw(
    kind: things.Drawer, canvas: Canvas, rng: np.random.Generator, x: float, y: float, z: float, height: float
) -> None:
    canvas.tag = _TAG_OF.get(kind, len(TAGS) - 1)
    kind(canvas, rng, x, y, z, height)
    canvas.tag = 0


def _props(canvas: Canvas, rng: np.random.Generator, scene: Scene, count: int) -> None:
    """Things that belong to the scene, smaller where they are farther."""
    for _ in range(count):
        kinds = scene.props if rng.random() < 0.85 else _EVERYTHING
        low = max(scene.horizon, 0.0)
        y = rng.uniform(low, 1.1) if scene.upright else rng.uniform(0.2, 1.2)
        height = rng.uniform(0.5, 1.6) * (0.08 + 0.5 * max(0.0, y - low))
        _draw(kinds[int(rng.integers(len(kinds)))], canvas, rng, rng.uniform(0, 1), y, -20 + 10 * y, height)


def _people(canvas: Canvas, rng: np.random.Generator, scene: Scene, framing: str) -> None:
    stretch, pitch = float(np.exp(rng.normal(0, 0.14))), float(np.clip(rng.normal(0.08, 0.15), -0.2, 0.6))
    count = int(rng.integers(2, 7)) if framing == "group" else 1 + int(rng.random() < 0.15)
    height = {
        "face": rng.uniform(2.8, 7.0),
        "upper": rng.uniform(1.1, 2.8),
        "whole": rng.uniform(0.45, 1.0),
        "far": rng.uniform(0.25, 0.45),
        "group": rng.choice([rng.uniform(0.3, 0.7), rng.uniform(0.7, 2.0)]),
        "part": rng.uniform(1.0, 3.0),
    }[framing]
    middle = rng.uniform(0.2, 0.8)
    for number in range(count):
        pose = any_pose(rng)
        if framing == "face" or (framing == "upper" and rng.random() < 0.5):
            pose = replace(pose, yaw=float(rng.normal(0, 0.5)))  # whoever is photographed from near by looks up
        body = Body(any_look(rng), pose)
        tall = height * rng.uniform(0.85, 1.1)
        x = middle if number == 0 else middle + rng.normal(0, 0.25) + 0.12 * (number % 2 * 2 - 1) * tall
        y = _foot(rng, framing, body.top * tall, tall, scene)
        place = Place(float(x), float(y), 5.0 + y * 0.5 + number * 0.01, float(tall), stretch, pitch)
        draw_person(canvas, body.look, body.pose, place)
        if framing != "face" and rng.random() < 0.35:
            _hold(canvas, rng, place, body)


def _foot(rng: np.random.Generator, framing: str, top: float, tall: float, scene: Scene) -> float:
    """y of the feet: so that the head is in the picture, but for parts of bodies."""
    if framing == "part":
        return float(rng.uniform(0.9, 1.0) if rng.random() < 0.6 else rng.uniform(0.5, 0.9) * tall)
    if framing in ("face", "upper"):
        head = rng.uniform(0.03, 0.3) if framing == "upper" else rng.uniform(-0.05, 0.25)
        return float(head + top)
    if tall < 0.9 and scene.upright:
        return float(np.clip(rng.uniform(max(scene.horizon, 0.3), 1.05), top * 0.9, 1.1))
    return float(rng.uniform(0.06, 0.15) + top if tall > 0.95 else rng.uniform(top, 1.05))


def _hold(canvas: Canvas, rng: np.random.Generator, place: Place, body: Body) -> None:
    """Something in a hand, or in front of the body."""
    x, y, z = place.point(body.joints[f"wrist{rng.integers(2)}"])
    kinds = (things.ball, things.bottle, things.umbrella, *STREETS[2:], *ON_TABLES, *FURNITURE[-1:])
    height = place.height * rng.uniform(0.08, 0.35)
    _draw(kinds[int(rng.integers(len(kinds)))], canvas, rng, x, y + height * rng.uniform(0.2, 0.8), z + 0.05, height)


def _things(canvas: Canvas, rng: np.random.Generator, scene: Scene, framing: str, like_people: float) -> None:
    """What stands where people would: as large, as many, cut alike."""
    count = int(rng.integers(2, 7)) if framing == "group" else int(rng.integers(1, 3))
    height = {
        "face": rng.uniform(0.8, 2.0),
        "upper": rng.uniform(0.7, 1.4),
        "whole": rng.uniform(0.5, 1.0),
        "far": rng.uniform(0.2, 0.5),
        "group": rng.uniform(0.25, 0.7),
        "part": rng.uniform(0.4, 1.5),
    }[framing]
    if scene.kind == "table":
        height *= rng.uniform(0.9, 1.6)  # meals are taken from near by
    same = rng.random() < 0.5
    kind = _thing(rng, scene, like_people)
    for number in range(count):
        tall = height * rng.uniform(0.8, 1.15)
        y = rng.uniform(0.2, 0.7) + tall if tall > 0.7 else rng.uniform(min(max(scene.horizon, tall), 1.0), 1.08)
        x = rng.uniform(0.1, 0.9)
        canvas.shadow(x, y, 0.35 * tall, 0.06 * tall, 0.5 * float(scene.upright))
        _draw(kind, canvas, rng, x, min(y, 1.3), 5.0 + y * 0.5 + number * 0.01, tall)
        if not same:
            kind = _thing(rng, scene, like_people)


def _thing(rng: np.random.Generator, scene: Scene, like_people: float) -> things.Drawer:
    kinds = _LIKE_PEOPLE if rng.random() < like_people else scene.props if rng.random() < 0.7 else _EVERYTHING
    return kinds[int(rng.integers(len(kinds)))]


def _occlude(canvas: Canvas, rng: np.random.Generator, scene: Scene) -> None:
    """Something low or at the side, before everything."""
    kinds = scene.props if rng.random() < 0.8 else _EVERYTHING
    height, side = rng.uniform(0.15, 0.45), rng.choice([0.0, 1.0])
    x = rng.uniform(0, 1) if rng.random() < 0.5 else side + rng.normal(0, 0.1)
    _draw(kinds[int(rng.integers(len(kinds)))], canvas, rng, x, rng.uniform(1.0, 1.25), 20.0, height)
