/* Use the kernel's ciphers through a socket: with splice, they have written to files that can only be read.
 *
 * origin: CVE-2026-31431; AF_ALG
 * stopped by: seccomp
 * control: none: many kernels are built without AF_ALG
 */
#include "attempt.h"

int main(void)
{
    struct { unsigned short family; char type[14]; unsigned feature, mask; char name[64]; } algorithm = {38, "hash", 0, 0, "sha256"};
    int s = socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0);
    ATTEMPT("a socket", s >= 0);
    ATTEMPT("an algorithm", bind(s, (struct sockaddr *)&algorithm, sizeof algorithm) == 0);
}
