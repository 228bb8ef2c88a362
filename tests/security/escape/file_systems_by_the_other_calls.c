/* Make and attach file systems by the calls that came after mount(2), which older filters don't know.
 *
 * origin: CVE-2022-0185 (fsconfig), fsopen(2), open_tree(2), move_mount(2), mount_setattr(2)
 * stopped by: no capability, seccomp
 * control: namespaces
 */
#include "attempt.h"

int main(void)
{
    int file_system = syscall(430 /* fsopen */, "tmpfs", 0);
    ATTEMPT("fsopen", file_system >= 0);
    ATTEMPT("fsconfig", syscall(431, file_system, 6 /* CREATE */, NULL, NULL, 0) == 0);
    int mount = syscall(432 /* fsmount */, file_system, 0, 0);
    ATTEMPT("fsmount", mount >= 0);
    ATTEMPT("move_mount", syscall(429, mount, "", AT_FDCWD, "/tmp", 4) == 0);
    ATTEMPT("open_tree", syscall(428, AT_FDCWD, "/", 1 /* CLONE */) >= 0);
    struct { unsigned long set, clear, propagation, user; } writable = {0, 1, 0, 0};
    ATTEMPT("mount_setattr", syscall(442, AT_FDCWD, "/usr", 0x8000, &writable, sizeof writable) == 0);
    ATTEMPT("fspick", syscall(433, AT_FDCWD, "/", 0) >= 0);
    ATTEMPT("statmount", syscall(457, "", "", 0, 0) >= 0);
}
