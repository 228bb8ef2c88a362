"""Open the host's files by their names: the secret, passwords, keys, logs, sockets.

origin: open(2)
stopped by: a root of its own by pivot_root, Landlock
control: user
"""

import os

from attempt import attempt

with attempt("the secret"):
    os.write(1, open(os.environ["CANARY_PATH"], "rb").read())
for (
    path
) in "/etc/shadow /etc/gshadow /etc/sudoers /etc/ssh/ssh_host_ed25519_key /boot/vmlinuz /var/log/dpkg.log".split():
    with attempt(path):
        open(path, "rb").read(1)
for (
    path
) in "/root/.ssh /root/.config /home /var/lib/docker /var/lib/dpkg /run/systemd /boot/grub /mnt /media".split():
    with attempt(path):
        if not os.listdir(path):
            raise FileNotFoundError(2, "empty")
