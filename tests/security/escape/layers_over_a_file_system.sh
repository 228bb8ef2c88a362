# Lay a file system of its own over the host's, in a user namespace of its own.
#
# origin: CVE-2021-3493, CVE-2023-0386, CVE-2023-2640 and CVE-2023-32629 (GameOver(lay))
# stopped by: no user namespace, no capability, seccomp
# control: user
. ./attempt.sh

mkdir -p /tmp/attack-lower /tmp/attack-upper /tmp/attack-work /tmp/attack-merged
attempt "overlay" unshare --user --map-root-user --mount mount -t overlay overlay \
  -o lowerdir=/tmp/attack-lower,upperdir=/tmp/attack-upper,workdir=/tmp/attack-work,userxattr /tmp/attack-merged
attempt "fuse" unshare --user --map-root-user --mount mount -t fuse -o fd=0,rootmode=40000,user_id=0,group_id=0 x /tmp/attack-merged
chmod -R u+rwx /tmp/attack-work 2>/dev/null
rm -rf /tmp/attack-lower /tmp/attack-upper /tmp/attack-work /tmp/attack-merged
