"""The `namespaces` driver: one program behind every wall that an unmodified Linux kernel offers.

Read it in the order in which a program passes through it:

`driver` (in the executor) makes a cgroup → `launcher` forks → `stage` enters the namespaces → `init`, process 1
inside, builds the root (`root`) and waits (`standing`, `warm`) → the work arrives (`plan`) → `init` starts it →
`program` drops everything, closes the last doors (`landlock`, `seccomp`) and becomes the program → `init` kills
what is left, collects files (`collect`) and reports (`report`); `supervision` watches all the while.

What other drivers stand on, too, is in the folder above.
"""
