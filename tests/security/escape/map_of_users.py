"""Write a map of users that has the host's root in it.

origin: user_namespaces(7); CVE-2018-18955
stopped by: /proc is read-only, the map is written once, no capability
control: none: a host's first namespace has its map
"""

from attempt import attempt

for process in ("self", "1"):
    for name, text in (
        ("uid_map", "0 0 1"),
        ("gid_map", "0 0 1"),
        ("setgroups", "allow"),
        ("projid_map", "0 0 1"),
    ):
        with attempt(f"{process} {name}"):
            with open(f"/proc/{process}/{name}", "w") as file:
                file.write(text)
