"""List the network interfaces: more than a loopback of its own means that there is somebody to talk to.

origin: netdevice(7)
stopped by: a network namespace with nothing in it
control: user
own kernel: it has interfaces of its own, and no traffic leaves by them
"""

from attempt import attempt, unless

for table in ("dev", "if_inet6", "tcp", "tcp6", "udp", "packet"):
    with attempt(f"/proc/net/{table}"):
        lines = open(f"/proc/net/{table}").read().splitlines()
        strangers = [line for line in lines if "lo" not in line.split()[0] + line.split()[-1] and "|" not in line]
        unless([line for line in strangers if not line.lstrip().startswith(("sk", "sl"))], "only itself")
