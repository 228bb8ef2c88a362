/* Make the whole host write its caches to disk, again and again: sync() knows no namespace.
 *
 * origin: sync(2); noisy neighbours
 * stopped by: seccomp
 * control: user
 * own kernel: it has file systems of its own
 */
#include "attempt.h"

int main(void)
{
    ATTEMPT("sync", syscall(SYS_sync) == 0);
    int shared = open("/usr/bin", O_RDONLY);
    ATTEMPT("syncfs of the host's file system", syscall(SYS_syncfs, shared) == 0);
}
