# Read the kernel's log, which tells of the host, its hardware and its other programs.
#
# origin: syslog(2)
# stopped by: seccomp, no /dev/kmsg, /proc/kmsg masked
# control: root
. ./attempt.sh

attempt "dmesg" something dmesg
attempt "/dev/kmsg" test -r /dev/kmsg
attempt "/proc/kmsg" test -s /proc/kmsg -o -r /proc/kmsg -a ! -c /proc/kmsg
