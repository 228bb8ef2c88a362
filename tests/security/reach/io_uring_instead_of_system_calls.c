/* Have the kernel make sockets and open files on its behalf, where no filter of system calls looks.
 *
 * origin: io_uring(7); IORING_OP_SOCKET; CVE-2023-2598, CVE-2022-29582
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    char parameters[120] = {0};
    ATTEMPT("io_uring_setup", syscall(425, 8, parameters) >= 0);
    ATTEMPT("io_uring_register", syscall(427, -1, 8, NULL, 0) >= 0);
}
