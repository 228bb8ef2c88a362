/* Have the kernel look for pages like its own in everybody's memory: a write to one that is shared takes longer, which tells.
 *
 * origin: madvise(2), MADV_MERGEABLE; CVE-2015-2877: what virtual machines on the same host hold was read so
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    char *pages = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(pages, 'x', 1 << 20);
    ATTEMPT("these pages", madvise(pages, 1 << 20, MADV_MERGEABLE) == 0);
    ATTEMPT("all of its pages", prctl(67 /* PR_SET_MEMORY_MERGE */, 1, 0, 0, 0) == 0);
}
