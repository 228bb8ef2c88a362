"""Sessions on the running kernel: a sandbox whose process 1 stays and starts one program after another.

Executor's side: `driver` (makes them), `session` (asks them), `errand` (watches one program), `tracking` (finds
and kills all that came of one). Inside: `launcher` forks a `stage`, which forks the `keeper`, which is process 1;
`ground` builds the root, `steps` are a program's last ones before it is one, `files` reads and writes.
"""
