/* Make namespaces by clone and clone3, whose flags are in memory, where no filter sees them.
 *
 * origin: clone3(2); filters that know unshare alone
 * stopped by: seccomp: clone's flags are looked at, clone3 is not there
 * control: user
 */
#include "attempt.h"

int main(void)
{
    int flags[] = {0x10000000, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x20000000, 0x40000000, 0x00000080};
    for (int i = 0; i < 8; i++) {
        char what[32];
        unsigned long arguments[11] = {flags[i], 0, 0, 0, SIGCHLD};
        snprintf(what, sizeof what, "clone %#x", flags[i]);
        long child = flags[i] == 0x80 ? -1 : syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);
        if (child == 0)
            _exit(0);
        ATTEMPT(what, child > 0);
        snprintf(what, sizeof what, "clone3 %#x", flags[i]);
        child = syscall(435 /* clone3 */, arguments, 88);
        if (child == 0)
            _exit(0);
        ATTEMPT(what, child > 0);
    }
}
