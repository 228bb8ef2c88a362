/* Change the address of a connection while somebody looks whether it is allowed.
 *
 * origin: time of check, time of use: system call filters that read memory (Garfinkel, "Traps and pitfalls", 2003)
 * stopped by: a network namespace with nothing in it; no answer lets a call through for what was read
 * control: user
 */
#include "attempt.h"
#include <netinet/in.h>
#include <pthread.h>

static union { struct sockaddr_in internet; struct sockaddr_un path; } address;
static volatile int going = 1;

static void *change(void *nothing)
{
    while (going) {
        address.path.sun_family = AF_UNIX;
        address.internet.sin_family = AF_INET;
    }
    return NULL;
}

int main(void)
{
    pthread_t thread;
    address.internet = (struct sockaddr_in){AF_INET, htons(atoi(given("VICTIM_TCP"))), {htonl(0x7f000001)}};
    pthread_create(&thread, NULL, change, NULL);
    int reached = 0;
    for (int i = 0; i < 500 && !reached; i++) {
        int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        reached = connect(s, (struct sockaddr *)&address, sizeof address.internet) == 0;
        close(s);
    }
    going = 0;
    pthread_join(thread, NULL);
    ATTEMPT("a connection", reached);
}
