"""What a session is, whatever made its namespaces: a process 1 that stays, and starts one program after another.

Executor's side: `making` (what it is made of), `session` (asks it), `errand` (watches one program), `tracking`
(finds and kills all that came of one), `streams` (its output), `failures` (what it could not do). Inside:
`keeper` is process 1, `identity` its user namespace, `ground` builds the root, `steps` are a program's last ones
before it is one, `files` reads and writes, `users` says who is who, `groups` track in a container's own kernel.
What one side tells the other is the `plan`.

A driver makes the place: `namespaces.sessions` does so by itself; in containers `contained` begins.
"""
