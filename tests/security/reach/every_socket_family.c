/* Make a socket of every family but Unix's: each of them is kernel code that few have read.
 *
 * origin: CVE-2017-6074 (DCCP), CVE-2020-14386 (packet)
 * stopped by: seccomp
 * control: user
 * own kernel: the few that it has are its own, and lead nowhere
 */
#include "attempt.h"

int main(void)
{
    for (int family = 0; family < 50; family++)
        for (int kind = 1; kind <= 6 && family != AF_UNIX; kind++) {
            char what[48];
            snprintf(what, sizeof what, "family %d, type %d", family, kind);
            ATTEMPT(what, is_of_family(socket(family, kind, 0), family) || socketpair(family, kind, 0, (int[2]){0}) >= 0);
        }
}
