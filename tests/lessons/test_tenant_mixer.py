"""The tenant mixer: what it shows follows the ticks and the menu, and is said in words too."""

from __future__ import annotations

import pytest

import tinylab as tl
from tinylab.lessons.tenant_mixer import TenantMixer, tenancy_rows, tenancy_text, tenant_mixer

NAMES = ("kws_yes_no", "kws_tiny_conv", "hello_world")


@pytest.fixture
def mixer() -> TenantMixer:
    return tenant_mixer([tl.zoo.load(name) for name in NAMES])


def form(name: str, target: str, *models: str) -> str:
    found = tl.compare_tenancy([tl.zoo.load(model) for model in models], target).form(name)
    return f"needs {found.arena_bytes:,}"


def test_ticks_and_menu_decide_what_is_shown(mixer: TenantMixer) -> None:
    assert form("shared", "cortex-m4/reference", *NAMES) in mixer.text
    mixer.ticks[2].value = False
    assert mixer.text.startswith("kws_yes_no and kws_tiny_conv on cortex-m4/reference")
    assert form("shared", "cortex-m4/reference", *NAMES[:2]) in mixer.text
    mixer.target.value = "x86-64/reference"
    assert form("shared", "x86-64/reference", *NAMES[:2]) in mixer.text
    assert "shared" in mixer._bars.value
    assert "role=" in mixer._words.value


def test_no_model_is_no_error(mixer: TenantMixer) -> None:
    for tick in mixer.ticks:
        tick.value = False
    assert mixer.text == "there are no models to compare: give one at least"
    assert mixer._bars.value == ""
    mixer.ticks[0].value = True
    assert mixer.text.startswith("kws_yes_no on")


def test_it_is_text_without_a_kernel(mixer: TenantMixer) -> None:
    shown = mixer._repr_mimebundle_()["text/plain"]
    assert shown.startswith("(the tenant mixer")
    assert mixer.text in shown


def test_rows_say_what_is_saved_and_what_costs_more() -> None:
    tenancy = tl.compare_tenancy([tl.zoo.load(name) for name in NAMES[:2]], "cortex-m4/reference")
    rows = {row.name: row.note for row in tenancy_rows(tenancy)}
    assert rows["separate"].endswith("saves nothing")
    assert rows["shared"].endswith(f"saves {tenancy.form('shared').saved_bytes:,}")
    dearer = tenancy._replace(forms=(tenancy.form("shared")._replace(saved_bytes=-32),))
    assert tenancy_rows(dearer)[0].note.endswith("costs 32 more")
    assert "not chained: kws_yes_no gives" in tenancy_text(tenancy)
