# Connect with nothing but the shell.
#
# origin: bash(1), /dev/tcp
# stopped by: a network namespace with nothing in it, seccomp
# control: user
. ./attempt.sh

attempt "a connection" write hello "/dev/tcp/127.0.0.1/$VICTIM_TCP"
attempt "a datagram" write hello "/dev/udp/127.0.0.1/$VICTIM_UDP"
