"""Bodies: limbs keep their lengths in every pose, feet stand on the ground."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.vision.people import _POSES, Body, Pose, any_look, any_pose


def looks() -> list[Body]:
    rng = np.random.default_rng(0)
    return [Body(any_look(rng), any_pose(rng)) for _ in range(60)]


def test_limbs_keep_their_lengths() -> None:
    for body in looks():
        j = body.joints
        for side in (0, 1):
            assert np.linalg.norm(j[f"hip{side}"] - j[f"knee{side}"]) == pytest.approx(0.245)
            assert np.linalg.norm(j[f"elbow{side}"] - j[f"wrist{side}"]) == pytest.approx(0.15)


def test_the_lower_foot_stands_on_the_ground_and_the_head_is_above() -> None:
    for body in looks():
        assert min(body.joints["ankle0"][1], body.joints["ankle1"][1]) == pytest.approx(0.035)
        assert body.joints["head"][1] > body.joints["neck"][1] > body.joints["pelvis"][1]
        assert 0.5 < body.top < 1.15


def test_a_turn_keeps_heights_and_turns_the_front() -> None:
    look = any_look(np.random.default_rng(1))
    front, side = Body(look, Pose()), Body(look, Pose(yaw=np.pi / 2))
    assert front.joints["shoulder0"][1] == pytest.approx(side.joints["shoulder0"][1])
    assert front.joints["shoulder0"][0] - front.joints["shoulder1"][0] > 0.2
    assert abs(side.joints["shoulder0"][0] - side.joints["shoulder1"][0]) < 0.01


def test_every_pose_is_met() -> None:
    rng = np.random.default_rng(0)
    for make in _POSES.values():
        arms, legs, _ = make(rng)
        assert len(arms) == len(legs) == 2


def test_looks_vary() -> None:
    rng = np.random.default_rng(0)
    many = [any_look(rng) for _ in range(300)]
    assert {look.hat for look in many} == {"none", "cap", "hat", "helmet"}
    assert min(look.skin[0] for look in many) < 0.45
    assert max(look.skin[0] for look in many) > 0.85
    assert any(look.skirt for look in many)
    assert any(look.jacket for look in many)
