"""The `namespaces` driver: one program behind every wall that an unmodified Linux kernel offers.

Read it in the order in which a program passes through it:

`driver` (in the executor) makes a cgroup → a zygote (`zygotes`, `zygote`) forks → `init`, process 1 inside,
enters its namespaces (`lot`) and root (`root`) and forks what is to become the program, which drops everything
and closes every door (`vessel`, `landlock`, `call_filter`) → both wait (`standing`, `warm`) → the work arrives
(`plan`) → the program is started, by an exec or as a `script` in the interpreter that waited → `init` kills what
is left, collects files (`collect`) and reports (`report`); `supervision` watches all the while.

In the executor run `driver`, `zygotes` and `probe`. All else here runs in a zygote and what it forks, under a
runtime's own Python, which may be as old as 3.8; `sessions` has processes of its own.

What is not here is what other drivers stand on, too, and lies in the folder above.
"""
