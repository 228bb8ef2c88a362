/* Crash, so that the host's root starts a program that takes the core: outside of every limit, and fed by whoever crashed.
 *
 * origin: core(5): RLIMIT_CORE 0 doesn't keep it from being started; CVE-2015-1318 and CVE-2025-5054 (apport),
 *     CVE-2025-4598 (systemd-coredump)
 * stopped by: RLIMIT_CORE 1, with which the kernel starts none, and seccomp, which holds it there
 * control: user
 */
#include "attempt.h"

static void look(const char *what)
{
    struct rlimit is = {7, 7};
    ATTEMPT(what, getrlimit(RLIMIT_CORE, &is) == 0 && is.rlim_cur != 1);
}

int main(void)
{
    struct rlimit none = {0, 0}, none_now = {0, 1};
    look("room as it was given");
    setrlimit(RLIMIT_CORE, &none_now);
    look("no room for now");
    prlimit(0, RLIMIT_CORE, &none, NULL);
    look("no room");
    prlimit(getpid(), RLIMIT_CORE, &none, NULL);
    look("no room, by its own number");
    syscall(SYS_setrlimit, RLIMIT_CORE, &none);
    look("no room, by the older call");
    syscall(SYS_setrlimit, 0x500000000ul | RLIMIT_CORE, &none);
    look("no room, by a number whose upper half is another");
    if (fork() == 0)
        abort();
    int status = 0;
    wait(&status);
    ATTEMPT("a core", WCOREDUMP(status));
}
