"""Sessions of the `namespaces` driver: it makes the place, and the rest is `crucible.sandbox.sessions`.

`driver` makes them, the `launcher` forks a `stage`, and that forks the keeper, which is process 1.
"""
