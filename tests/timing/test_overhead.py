"""tinylab/timing/overhead.py: the paper's shares beside the counted ones."""

from __future__ import annotations

from tinylab.timing import overhead_rows


def test_the_papers_table_beside_counted_instructions() -> None:
    rows = {(row.model, row.target): row for row in overhead_rows()}
    assert len(rows) == 4
    vww = rows["person_detect", "cortex-m4/cmsis-nn"]
    hotword = rows["keyword_scrambled", "cortex-m4/cmsis-nn"]
    assert (vww.published_share, hotword.published_share) == ("<0.1%", "4.1%")
    assert (vww.operator_count, vww.counted_overhead) == (31, 57 + 40 * 31)
    assert (hotword.operator_count, hotword.counted_overhead) == (15, 657)
    assert vww.counted_share < 0.001
    assert 0.004 < hotword.counted_share < 0.006


def test_the_counted_overhead_is_its_law() -> None:
    for row in overhead_rows():
        assert row.counted_overhead == row.overhead.instructions(row.operator_count)
        assert row.published_kernels < row.published_total
