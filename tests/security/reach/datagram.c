/* Send a datagram without ever connecting.
 *
 * origin: walls that filter connect(2) alone
 * stopped by: a network namespace with nothing in it, seccomp
 * control: user
 */
#include "attempt.h"
#include <netinet/in.h>

int main(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(given("VICTIM_UDP"))), .sin_addr = {htonl(0x7f000001)}};
    struct iovec part = {"hello", 5};
    struct mmsghdr message = {.msg_hdr = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &part, .msg_iovlen = 1}};
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    ATTEMPT("sendto", sendto(s, "hello", 5, 0, (struct sockaddr *)&to, sizeof to) == 5);
    ATTEMPT("sendmmsg", sendmmsg(s, &message, 1, 0) == 1);
}
