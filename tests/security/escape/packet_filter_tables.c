/* Replace the old packet filter's tables by a socket option.
 *
 * origin: CVE-2021-22555, CVE-2016-4997 (x_tables)
 * stopped by: no user namespace, seccomp
 * control: namespaces
 */
#include "attempt.h"
#include <netinet/in.h>

int main(void)
{
    char tables[1024] = "filter";
    int s = socket(AF_INET, SOCK_STREAM, 0);
    ATTEMPT("a socket", is_of_family(s, AF_INET));
    ATTEMPT("IPT_SO_SET_REPLACE", is_of_family(s, AF_INET) && setsockopt(s, IPPROTO_IP, 64, tables, sizeof tables) == 0);
}
