/* Lend pages to a pipe, and the pipe's pages to another: what can be read becomes what can be written.
 *
 * origin: CVE-2020-29374 (vmsplice), CVE-2022-0847, CVE-2016-5195's kind
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    int first[2], second[2];
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(page, 'x', 4096);
    struct iovec part = {page, 4096};
    pipe(first), pipe(second);
    ATTEMPT("vmsplice", vmsplice(first[1], &part, 1, 0) > 0);
    write(first[1], "x", 1);
    ATTEMPT("tee", tee(first[0], second[1], 1, SPLICE_F_NONBLOCK) > 0);
}
