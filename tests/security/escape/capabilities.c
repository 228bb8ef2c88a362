/* Have, gain, or keep a capability, or take off what keeps them away.
 *
 * origin: capabilities(7), prctl(2)
 * stopped by: all capabilities dropped, the bounding and ambient sets, too; no_new_privs
 * control: namespaces
 */
#include "attempt.h"
#include <linux/capability.h>

int main(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct has[2] = {0}, all[2] = {{~0, ~0, ~0}, {~0, ~0, ~0}}, inheritable[2];
    syscall(SYS_capget, &head, has);
    ATTEMPT("a capability", has[0].permitted | has[1].permitted);
    memcpy(inheritable, has, sizeof has);
    inheritable[0].inheritable = 1;
    ATTEMPT("every capability", syscall(SYS_capset, &head, all) == 0);
    ATTEMPT("an inheritable one", syscall(SYS_capset, &head, inheritable) == 0);
    ATTEMPT("an ambient one", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 0, 0, 0) == 0);
    int bounding = 0;
    for (int capability = 0; capability < 41; capability++)
        bounding += prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1;
    ATTEMPT("one in the bounding set", bounding);
    ATTEMPT("secure bits", prctl(PR_SET_SECUREBITS, 0, 0, 0, 0) == 0);
    ATTEMPT("kept capabilities", prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
}
