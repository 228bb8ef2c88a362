# Have a program of the supervisor's load a library of the program's own.
#
# origin: LD_PRELOAD, LD_AUDIT, /etc/ld.so.preload; CVE-2023-4911 (Looney Tunables)
# stopped by: no set-uid program gains anything, the loader's files are read-only
# control: none: what an ordinary user of a host gets from them is the host's
. ./attempt.sh

became() { [ "$("$@" 2>/dev/null | tr -d '[:space:]')" = 0 ]; }
export GLIBC_TUNABLES="glibc.malloc.mxfast=glibc.malloc.mxfast=$(head -c 4000 /dev/zero | tr '\0' A)"
attempt "root by su" became su -c 'id -u'
attempt "root by sudo" became sudo -n id -u
attempt "root by pkexec" became env -i pkexec id -u
attempt "preload for everybody" write /tmp/attack.so /etc/ld.so.preload
attempt "the loader's list" write x /etc/ld.so.cache
