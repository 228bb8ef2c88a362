"""Ways to isolate a hostile program, behind one protocol. Nothing here knows of databases, queues or tenants.

What a caller meets: `driver` is the protocol, `engines` are who keeps it (`namespaces`, `oci`, `docker`);
`runtimes` and `images` are what a program can run in. A driver makes sandboxes ahead of programs and holds one
that waits by its `standing`; `warm` keeps spare ones, `slots` and `ids` give each a `cgroup` and uids of its own,
and `launching` is what some are forked from. A program comes as `work`, goes in as a `plan`, and is watched by
`supervision`, which hears each `report` and asks `verdict` how it ended.

Inside, `process_1` (or a driver's own) has forked a `vessel`: the process that has given up everything and
becomes the program, or runs it as a `script`. `steps` is what process 1 does once there is one, and `collect`
reads what was left. What all of these are told and tell is a `record`. `rehearsal` does all of it ahead. In
`namespaces` they run no interpreter while nothing unusual happens: they play a `tape`.

The walls: `root` and `tree`, `capabilities`, `rlimits`, `landlock`, `counted`, and last `seccomp`, which goes
inside as a `wall` and is put up by `confine`. What they refuse comes to process 1 by `notification` or `tracing`,
which answers it (`answers`: `listening` or `traced`; `lookups`) and tells of it as `attempts`.

`sessions` are sandboxes that stay. `kernel`, `descriptors` and `in_child` are what Python itself lacks.
"""
