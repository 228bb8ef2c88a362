/* Load rules into the host's packet filter by netlink.
 *
 * origin: CVE-2024-1086, CVE-2023-32233, CVE-2022-34918 (nf_tables)
 * stopped by: no user namespace, seccomp
 * control: namespaces
 */
#include "attempt.h"
#include <linux/netlink.h>

int main(void)
{
    struct { struct nlmsghdr head; unsigned char family, version, resource[2]; } request = {
        {sizeof request, (10 << 8) | 16 /* NFT_MSG_GETGEN */, NLM_F_REQUEST, 1, 0}, 0, 0, {0, 0}};
    char answer[4096];
    int s = socket(AF_NETLINK, SOCK_RAW, 12 /* NETLINK_NETFILTER */);
    ATTEMPT("a socket", s >= 0);
    ATTEMPT("a question", send(s, &request, sizeof request, 0) > 0);
    ATTEMPT("an answer", recv(s, answer, sizeof answer, MSG_DONTWAIT) > 0);
}
