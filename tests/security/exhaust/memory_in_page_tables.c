/* Touch one page in every two megabytes: the tables that map them cost as much as they do.
 *
 * origin: the kernel's own memory, which RLIMIT_AS doesn't count
 * stopped by: memory cgroup, which counts the kernel's memory
 * control: none: it would use up the host's
 * ends: memory_exceeded or killed_by_signal
 * limits: memory_bytes=67108864
 */
#include "attempt.h"

int main(void)
{
    dprintf(1, "tried: page tables\n");
    size_t all = 1UL << 40;
    char *room = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        abort();
    madvise(room, all, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < all; at += 1UL << 21)
        room[at] = 1;
}
