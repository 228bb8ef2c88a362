# Look into /sys: hardware, firmware, control groups, debugging.
#
# origin: sysfs(5), debugfs
# stopped by: not mounted
# control: user
# own kernel: it shows its own
. ./attempt.sh

for folder in /sys/class /sys/kernel /sys/fs/cgroup /sys/firmware /sys/devices /sys/kernel/debug /sys/kernel/tracing /sys/module; do
  attempt "$folder" something ls "$folder"
done
