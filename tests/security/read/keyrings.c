/* Read the keys that the kernel keeps for users, sessions and processes: they aren't bound to a namespace.
 *
 * origin: keyctl(2); Docker's default profile refuses it for this
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    for (int keyring = -8; keyring < 0; keyring++)
        ATTEMPT("the identity of a keyring", syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, keyring, 1) >= 0);
    ATTEMPT("add a key", syscall(SYS_add_key, "user", "attack-key", "x", 1, -2) >= 0);
    ATTEMPT("ask for a key", syscall(SYS_request_key, "user", "attack-key", NULL, -2) >= 0);
}
