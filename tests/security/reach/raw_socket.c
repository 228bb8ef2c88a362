/* Send what looks like anything: raw and packet sockets see and forge the network's traffic.
 *
 * origin: raw(7), packet(7); CVE-2020-14386, CVE-2017-7308
 * stopped by: no capability, seccomp
 * control: namespaces
 */
#include "attempt.h"
#include <netinet/in.h>

int main(void)
{
    ATTEMPT("raw ICMP", is_of_family(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), AF_INET));
    ATTEMPT("raw IP", socket(AF_INET, SOCK_RAW, IPPROTO_RAW) >= 0);
    ATTEMPT("packets", socket(AF_PACKET, SOCK_RAW, htons(3)) >= 0);
    ATTEMPT("packets, cooked", socket(AF_PACKET, SOCK_DGRAM, htons(3)) >= 0);
}
