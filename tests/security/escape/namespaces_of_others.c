/* Enter the namespaces of the host's processes, or of process 1.
 *
 * origin: nsenter(1), setns(2)
 * stopped by: PID namespace, process 1 not dumpable, no capability, seccomp
 * control: namespaces
 */
#include "attempt.h"

int main(void)
{
    const char *processes[] = {"1", "self", given("VICTIM_PID"), given("EXECUTOR_PID")};
    const char *kinds[] = {"mnt", "pid", "net", "ipc", "uts", "user", "cgroup", "time"};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 8; k++) {
            char path[64];
            snprintf(path, sizeof path, "/proc/%s/ns/%s", processes[i], kinds[k]);
            int namespace = open(path, O_RDONLY);
            ATTEMPT(path, namespace >= 0 && setns(namespace, 0) == 0);
        }
    int process = syscall(434 /* pidfd_open */, 1, 0);
    ATTEMPT("by pidfd", process >= 0 && setns(process, 0x20000 | 0x40000000) == 0);
}
