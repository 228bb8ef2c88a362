# Rename the host.
#
# origin: sethostname(2)
# stopped by: a UTS namespace, no capability, seccomp
# control: namespaces
. ./attempt.sh

attempt "its name" hostname attack-name
attempt "its domain" domainname attack-domain
attempt "through /proc" write attack-name /proc/sys/kernel/hostname
