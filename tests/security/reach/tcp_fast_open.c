/* Connect by sending: the connection is made by sendto, not by connect.
 *
 * origin: tcp(7), MSG_FASTOPEN
 * stopped by: a network namespace with nothing in it, seccomp
 * control: user
 */
#include "attempt.h"
#include <netinet/in.h>

int main(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(given("VICTIM_TCP"))), .sin_addr = {htonl(0x7f000001)}};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    ATTEMPT("sendto", sendto(s, "hello", 5, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof to) == 5);
}
