/* Load programs and maps into the kernel.
 *
 * origin: CVE-2020-8835, CVE-2021-3490, CVE-2022-23222 (bpf)
 * stopped by: no capability, seccomp
 * control: root
 */
#include "attempt.h"

int main(void)
{
    struct { unsigned kind, key, value, entries, rest[24]; } map = {2 /* ARRAY */, 4, 8, 1};
    struct { unsigned kind, count; void *instructions; char *licence; char rest[96]; } program = {1, 2, (unsigned long[]){0x00000000000000b7, 0x95}, "GPL"};
    ATTEMPT("a map", syscall(SYS_bpf, 0, &map, sizeof map) >= 0);
    ATTEMPT("a program", syscall(SYS_bpf, 5, &program, sizeof program) >= 0);
}
