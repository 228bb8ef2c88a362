# Mount the control groups, leave its own, or name a program that runs when one is empty.
#
# origin: CVE-2022-0492, Felix Wilhelm's release_agent escape
# stopped by: no capability, seccomp, no cgroup file system
# control: namespaces
. ./attempt.sh

mkdir -p /tmp/attack-groups
attempt "cgroup2" mount -t cgroup2 none /tmp/attack-groups
umount /tmp/attack-groups 2>/dev/null
attempt "cgroup memory" mount -t cgroup -o memory none /tmp/attack-groups
attempt "cgroup of a name" mount -t cgroup -o none,name=attack none /tmp/attack-groups
for file in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/memory/cgroup.procs /sys/fs/cgroup/pids/cgroup.procs; do
  attempt "leave by $file" write $$ "$file"
done
rmdir /tmp/attack-groups 2>/dev/null
true
