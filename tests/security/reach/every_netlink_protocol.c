/* Open every protocol that netlink has: audit, netfilter, generic, uevents, socket diagnosis, crypto.
 *
 * origin: CVE-2022-2588 (route), CVE-2024-1086 (netfilter), CVE-2017-7184 (xfrm)
 * stopped by: seccomp
 * control: user
 * own kernel: the few that it has are its own
 */
#include "attempt.h"

int main(void)
{
    for (int protocol = 0; protocol < 24; protocol++) {
        char what[32];
        snprintf(what, sizeof what, "netlink protocol %d", protocol);
        ATTEMPT(what, socket(AF_NETLINK, SOCK_RAW, protocol) >= 0);
        ATTEMPT(what, socketpair(AF_NETLINK, SOCK_RAW, protocol, (int[2]){0}) >= 0);
    }
}
