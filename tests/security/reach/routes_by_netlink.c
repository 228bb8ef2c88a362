/* Ask the kernel by netlink for the host's links and addresses.
 *
 * origin: rtnetlink(7)
 * stopped by: a network namespace with nothing in it, seccomp
 * control: user
 * own kernel: it has links of its own
 */
#include "attempt.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

int main(void)
{
    struct { struct nlmsghdr head; struct rtgenmsg body; } request = {
        {sizeof request, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {AF_UNSPEC}};
    char answer[8192];
    int s = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    ATTEMPT("a socket", s >= 0);
    ATTEMPT("a question", send(s, &request, sizeof request, 0) > 0);
    ATTEMPT("an answer", recv(s, answer, sizeof answer, 0) > 0);
}
