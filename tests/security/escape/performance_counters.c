/* Open performance counters: of itself, of everybody, of a processor.
 *
 * origin: CVE-2013-2094, CVE-2023-2235 (perf_event_open)
 * stopped by: no capability, seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    struct { unsigned type, size; unsigned long config, period, sample, format, flags; char rest[72]; } event = {1 /* SOFTWARE */, 112, 0};
    event.flags = 1 << 5 | 1 << 6; /* without kernel and hypervisor */
    ATTEMPT("its own", syscall(SYS_perf_event_open, &event, 0, -1, -1, 0) >= 0);
    ATTEMPT("everybody's", syscall(SYS_perf_event_open, &event, -1, 0, -1, 0) >= 0);
}
