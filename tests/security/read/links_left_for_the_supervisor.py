"""Leave links to the secret where the supervisor collects files.

origin: Judge0 CVE-2024-28185 and CVE-2024-28189, go-judge #176, microsandbox GHSA-4vq3-cjpp-v7fg
stopped by: collected from inside of the jail, openat2 that refuses links
control: none: needs a supervisor that follows links
ours: process 1 collects through openat2
"""

import os

from attempt import tried

secret = os.environ["CANARY_PATH"]
os.symlink(secret, "attack-link")
os.symlink("/etc", "attack-folder")
os.symlink("/proc/1/environ", "attack-environ")
os.symlink(f"/proc/self/root{secret}", "attack-magic")
os.symlink("../" * 32 + secret, "attack-dots")
os.symlink("/proc/self/fd/3", "attack-descriptor")
os.mkdir("attack-real")
os.symlink("..", "attack-real/up")
os.symlink(os.path.dirname(secret), "attack-real/victims")
tried("links")
