/* Decide when the kernel's access to memory goes on: the pause that many races need.
 *
 * origin: userfaultfd(2) in CVE-2016-6187 and a hundred others; FUSE does as well
 * stopped by: seccomp, no /dev/fuse, no /dev/userfaultfd
 * control: user
 * own kernel: what it gives is its own
 */
#include "attempt.h"

int main(void)
{
    ATTEMPT("userfaultfd", syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* USER_MODE_ONLY */) >= 0);
    ATTEMPT("the device", open("/dev/userfaultfd", O_RDWR) >= 0);
    ATTEMPT("FUSE", open("/dev/fuse", O_RDWR) >= 0);
}
