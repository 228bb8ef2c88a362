/* Give a file system's legacy parser options longer than a page.
 *
 * origin: CVE-2022-0185 (legacy_parse_param)
 * stopped by: no capability, seccomp
 * control: namespaces
 */
#include "attempt.h"

int main(void)
{
    char option[4096];
    memset(option, 'A', 255), option[255] = 0;
    int taken = 0, file_system = syscall(430 /* fsopen */, "cgroup2", 0);
    if (file_system < 0)
        file_system = syscall(430, "proc", 0);
    ATTEMPT("fsopen", file_system >= 0);
    for (int i = 0; i < 64; i++)
        taken += syscall(431 /* fsconfig */, file_system, 1 /* STRING */, "\0", option, 0) == 0;
    ATTEMPT("sixteen thousand bytes of options", taken == 64);
}
