"""How fast Crucible is, in ratios to bare Python on the same machine in the same minute. `make bench` runs it."""
