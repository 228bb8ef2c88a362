/* Have the kernel interrupt the processors on which others run, or wait for all of them, as often as it is asked to.
 *
 * origin: membarrier(2): MEMBARRIER_CMD_GLOBAL_EXPEDITED is for every process of the host that registered for it
 * stopped by: seccomp
 * control: user
 * own kernel: its barriers are for what runs in it
 */
#include "attempt.h"
#include <linux/membarrier.h>

int main(void)
{
    ATTEMPT("a barrier for all who registered", syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0) == 0);
    ATTEMPT("a barrier for everybody", syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0);
    ATTEMPT("one in the upper half", syscall(SYS_membarrier, 1ul << 32 | MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0) == 0);
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0) & MEMBARRIER_CMD_PRIVATE_EXPEDITED) {
        int own = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
        own = own && syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
        dprintf(1, "%s\n", own ? "tried: its own threads' barriers, which are nobody else's" : "SUCCEEDED: in breaking programs with threads");
    }
}
