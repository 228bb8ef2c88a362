"""Sessions, one verb a module: create, run, read and write, destroy, and keep the record true.

The executor holds them; the row says whose each is and what became of it. Where the two differ, the executor is
right about what runs, and the row about who may ask.
"""
