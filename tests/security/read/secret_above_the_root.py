"""Climb above the root: by dots, by a descriptor of the root, and by the working directory.

origin: the oldest way out of a chroot
stopped by: pivot_root; the old root is detached
control: user
"""

import os

from attempt import attempt

secret = os.environ["CANARY_PATH"]
with attempt("dots"):
    os.write(1, open("../" * 64 + secret, "rb").read())
root = os.open("/", os.O_RDONLY)
with attempt("dots from a descriptor of the root"):
    os.write(1, os.read(os.open("../" * 64 + secret.lstrip("/"), os.O_RDONLY, dir_fd=root), 100))
with attempt("the working directory"):
    for _ in range(64):
        os.chdir("..")
    os.write(1, open(secret.lstrip("/"), "rb").read())
