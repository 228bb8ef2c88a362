/* Open an io_uring: a second way into the kernel, which no filter of system calls sees.
 *
 * origin: CVE-2021-41073, CVE-2022-29582, CVE-2023-2598, CVE-2024-0582
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    char parameters[120] = {0};
    int ring = syscall(425, 32, parameters);
    ATTEMPT("a ring", ring >= 0);
    ATTEMPT("its memory", mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0) != MAP_FAILED);
    ATTEMPT("an entry", syscall(426, ring, 0, 0, 0, NULL, 0) >= 0);
}
