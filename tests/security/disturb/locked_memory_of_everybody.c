/* Lock memory until the kernel refuses, which it counts by user.
 *
 * origin: user_namespaces(7), RLIMIT_MEMLOCK
 * stopped by: each namespace is made by a uid of its own; RLIMIT_MEMLOCK
 * control: it ends when the kernel refuses the next page
 * promise: COUNTED_APART
 * at once: 4
 */
#include "attempt.h"

int main(void)
{
    int pages = 0;
    while (pages < 10000 && mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) != MAP_FAILED)
        pages++;
    ATTEMPT("40 MB of locked memory", pages >= 10000);
    ATTEMPT("all of its memory", mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
    sleep(1);
}
