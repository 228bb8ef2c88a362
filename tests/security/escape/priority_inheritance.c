/* Use the futexes that lend priority, and those that move waiters between two of them.
 *
 * origin: CVE-2014-3153 (Towelroot), CVE-2021-3347, CVE-2026-43499
 * stopped by: seccomp
 * control: user
 * own kernel: what it gives is its own code
 */
#include "attempt.h"

int main(void)
{
    int word = 0, other = 0;
    ATTEMPT("LOCK_PI", syscall(SYS_futex, &word, 6, 0, NULL, NULL, 0) == 0);
    ATTEMPT("UNLOCK_PI", syscall(SYS_futex, &word, 7, 0, NULL, NULL, 0) == 0);
    ATTEMPT("TRYLOCK_PI", syscall(SYS_futex, &word, 8, 0, NULL, NULL, 0) == 0);
    ATTEMPT("LOCK_PI2", syscall(SYS_futex, &other, 13, 0, NULL, NULL, 0) == 0);
    ATTEMPT("CMP_REQUEUE_PI", syscall(SYS_futex, &word, 12, 1, 0, &other, word) >= 0);
    ATTEMPT("futex_requeue", syscall(456, "", 0, 1, 1) == 0);
}
