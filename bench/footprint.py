"""Estimated flash against real links of TFLM, build by build: the estimate, and plain adding of operators' sizes.

Errors are fractions of the linked flash. The sets are those of tinylab/footprint/data (21 a build); one-operator sets
go through the rule too, although an estimate uses the link itself there. A second table tries the rule on all 118
operators alone, and a third the int8 registrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Table
from tinylab.footprint import MEASURED, checked_links, find_build
from tinylab.footprint.flash_rule import flash_bytes, rule_bytes
from tinylab.footprint.registrations import registrations_error, saving_bytes, specialised_links
from tinylab.footprint.validation import summarise


def main() -> Iterator[Table]:
    builds = [find_build(key.target, optimize=key.optimize, log_strings=key.log_strings) for key in MEASURED]
    rows = []
    for build in builds:
        links = checked_links(build)
        ours, naive = summarise([link.error for link in links]), summarise([link.naive_error for link in links])
        several = summarise([link.naive_error for link in links if len(link.operators) > 1])
        worst = max(links, key=lambda link: abs(link.error))
        shown = [f"{value:.3%}" for value in ours[1:]] + [f"{value:.1%}" for value in naive[1:]]
        rows.append((build.key, len(links), *shown, f"{several.median:.1%}", worst.name))
    columns = ("linked sets", "links", "median", "90th", "worst", "naive median", "90th", "worst")
    yield Table((*columns, "median of several operators", "worst set"), rows)
    rows = []
    for build in builds:
        errors = {
            name: rule_bytes(build, [name]) / (build.core_bytes + code.alone_bytes) - 1
            for name, code in build.operators.items()
        }
        found = summarise(list(errors.values()))
        worst_name = max(errors, key=lambda name: abs(errors[name]))
        rows.append((build.key, found.link_count, *(f"{value:.3%}" for value in found[1:]), worst_name))
    yield Table(("each operator alone, by the rule", "links", "median", "90th", "worst", "worst operator"), rows)
    rows = []
    for build in builds:
        for operators, linked in specialised_links(build).items():
            estimate = flash_bytes(build, operators) - saving_bytes(build, operators, "int8")
            rows.append((build.key, len(operators), linked, estimate, f"{estimate / linked - 1:+.2%}"))
        if found := registrations_error(build.key, "int8"):
            rows.append((build.key, "", "", "median, worst", f"{found.median:.2%}, {found.worst:.2%}"))
    yield Table(("int8 registrations", "operators", "linked", "estimate", "error"), rows)


if __name__ == "__main__":
    for table in main():
        print(table.text(), end="\n\n")
