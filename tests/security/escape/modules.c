/* Load code into the kernel, or another kernel.
 *
 * origin: init_module(2), kexec_load(2)
 * stopped by: no capability, seccomp
 * control: none: it would change the host's kernel
 */
#include "attempt.h"

int main(void)
{
    int memory = memfd_create("attack", 0);
    ATTEMPT("a module", syscall(SYS_init_module, "x", 1, "") == 0);
    ATTEMPT("a module from a file", syscall(SYS_finit_module, memory, "", 0) == 0);
    ATTEMPT("unload one", syscall(SYS_delete_module, "attack", O_NONBLOCK) == 0);
    ATTEMPT("another kernel", syscall(SYS_kexec_load, 0, 0, NULL, 1 << 16) == 0);
}
