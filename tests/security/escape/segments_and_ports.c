/* Change the processor's own tables, or talk to hardware by its ports.
 *
 * origin: CVE-2015-5157, CVE-2015-3290 (modify_ldt), iopl(2)
 * stopped by: no capability, seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
#ifdef __x86_64__
    char table[64];
    unsigned entry[4] = {0, 0x1000, 0xfffff, 0x51};
    ATTEMPT("read the table", syscall(SYS_modify_ldt, 0, table, sizeof table) >= 0);
    ATTEMPT("write the table", syscall(SYS_modify_ldt, 1, entry, sizeof entry) == 0);
    ATTEMPT("ports", syscall(SYS_ioperm, 0x80, 1, 1) == 0);
    ATTEMPT("all ports", syscall(SYS_iopl, 3) == 0);
#else
    ATTEMPT("ports and segments: this processor has none", 0);
#endif
}
