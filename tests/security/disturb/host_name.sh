# Rename the host.
#
# origin: sethostname(2)
# stopped by: a UTS namespace, no capability, seccomp
# control: namespaces
. ./attempt.sh

attempt "its name" hostname attack-name
attempt "its domain" domainname attack-domain
rename() { write "$1" /proc/sys/kernel/hostname && [ "$(uname -n)" = "$1" ]; }
attempt "through /proc" rename attack-name
