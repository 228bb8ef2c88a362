/* Become somebody else: root, a daemon, nobody, a member of other groups.
 *
 * origin: setuid(2), setgroups(2)
 * stopped by: no capability
 * control: namespaces
 */
#include "attempt.h"

int main(void)
{
    gid_t groups[] = {0, 4, 6, 27};
    ATTEMPT("groups", syscall(SYS_setgroups, 4, groups) == 0);
    ATTEMPT("root", syscall(SYS_setresuid, 0, 0, 0) == 0);
    ATTEMPT("root's group", syscall(SYS_setresgid, 0, 0, 0) == 0);
    ATTEMPT("a daemon", syscall(SYS_setuid, 1) == 0);
    ATTEMPT("nobody", syscall(SYS_setresuid, 65534, 65534, 65534) == 0);
    syscall(SYS_setfsuid, 0);
    ATTEMPT("root for files", syscall(SYS_setfsuid, -1) == 0);
}
