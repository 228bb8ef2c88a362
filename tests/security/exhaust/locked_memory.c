/* Lock memory, so that the kernel can't take it back.
 *
 * origin: mlock(2)
 * stopped by: RLIMIT_MEMLOCK
 * control: none: how much a host grants differs
 */
#include "attempt.h"

int main(void)
{
    ATTEMPT("16 MB", mlock(malloc(16 << 20), 16 << 20) == 0);
    ATTEMPT("everything to come", mlockall(MCL_FUTURE) == 0 && malloc(1 << 24) != NULL);
    ATTEMPT("a mapping", mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) != MAP_FAILED);
}
