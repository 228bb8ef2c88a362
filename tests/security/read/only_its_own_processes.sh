# List the processes of the host.
#
# origin: ps(1)
# stopped by: PID namespace, hidepid
# control: user
# promise: ONLY_ITS_OWN_PROCESSES
. ./attempt.sh

strangers() { for entry in /proc/[0-9]*; do p=${entry#/proc/}; [ "$p" -le 1 ] || [ ! -r "$entry/stat" ] || awk '$4 == 0 && $1 > 1 || $1 > 1000' "$entry/stat"; done; }
attempt "processes that are not of this sandbox" something strangers
attempt "the executor" test -e "/proc/$EXECUTOR_PID/stat"
attempt "the victim" test -e "/proc/$VICTIM_PID/stat"
