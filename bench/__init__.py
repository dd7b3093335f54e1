"""Performance figures, each beside its peer and measured in the same run: `python -m bench`, or `make bench`.

A module here with a `main()` is a benchmark, and its docstring's first line is its title. `main()` returns a Table, or
several; or prints for itself and returns None; or raises AbsentError("what is missing, and where to put it").
"""
