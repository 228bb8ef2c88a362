/* Recurse without an end.
 *
 * origin: stack overflows
 * stopped by: RLIMIT_STACK, memory cgroup
 * control: none: a limit is what ends it
 * ends: killed_by_signal or memory_exceeded
 * limits: memory_bytes=67108864
 */
#include "attempt.h"

static int deeper(int depth)
{
    volatile char frame[4096];
    memset((char *)frame, depth, sizeof frame);
    return deeper(depth + 1) + frame[7];
}

int main(void)
{
    dprintf(1, "tried: recursion\n");
    return deeper(0);
}
