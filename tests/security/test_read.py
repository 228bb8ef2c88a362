"""Attacks that try to read what is not theirs."""

import asyncio
from pathlib import Path

import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Promise
from tests.sandbox.fixtures import Sandboxes
from tests.security.conftest import Canary

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("unharmed")]


async def test_the_hosts_files_are_not_there(sandboxes: Sandboxes, canary: Canary) -> None:
    ran = await sandboxes.run(
        f"""
import os
for path in {str(canary.path)!r}, '/etc/shadow', '/root/.ssh', '/home', '/var', '/run', '/sys/kernel', '/boot', '/proc/1/root':
    try:
        os.stat(path + '/.') if os.path.isdir(path) else open(path).read()
    except OSError:
        continue
    print('READ', path)
"""
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.text == ""
    assert not canary.is_in(ran)


@pytest.mark.parametrize("name", ["environ", "mem", "maps", "root", "cwd", "exe", "fd", "ns"])
@pytest.mark.promise(Promise.PROCESS_1_HIDDEN)
async def test_process_1_shows_nothing_of_itself(sandboxes: Sandboxes, canary: Canary, name: str) -> None:
    ran = await sandboxes.run(
        f"""
import os
try:
    path = '/proc/1/{name}'
    print('READ', os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(100))
except OSError as error:
    print(type(error).__name__)
"""
    )
    assert ran.text in {"FileNotFoundError\n", "PermissionError\n", "ProcessLookupError\n"}
    assert not canary.is_in(ran)


@pytest.mark.promise(Promise.ONLY_ITS_OWN_PROCESSES)
async def test_only_its_own_processes_are_listed(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os; print([int(name) - os.getpid() for name in os.listdir('/proc') if name.isdigit()])"
    )
    assert ran.text == "[0]\n"


@pytest.mark.parametrize(
    "path", ["kcore", "kallsyms", "keys", "kmsg", "cmdline", "modules", "sysrq-trigger", "sys/kernel/core_pattern"]
)
async def test_what_proc_tells_of_the_host_is_masked(sandboxes: Sandboxes, path: str) -> None:
    ran = await sandboxes.run(
        f"try: print('READ', open('/proc/{path}', 'rb').read(100))\nexcept OSError: print('masked')"
    )
    if sandboxes.has_a_kernel_of_its_own:
        assert Path("/proc/cmdline").read_text()[:100] not in ran.text
    else:
        assert ran.text in {"masked\n", "READ b''\n"}


async def test_no_descriptor_but_the_standard_streams_is_inherited(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os
for number in range(3, 4096):
    try:
        print('OPEN', number, os.readlink(f'/proc/self/fd/{number}'))
    except OSError:
        continue
"""
    )
    assert [line for line in ran.text.splitlines() if "main.py" not in line] == []


async def test_two_sandboxes_do_not_inherit_each_others_descriptors(sandboxes: Sandboxes) -> None:
    look = "import os, time; time.sleep(0.2); print(sorted(os.listdir('/proc/self/fd')))"
    together = await asyncio.gather(*(sandboxes.run(look) for _ in range(8)))
    assert {ran.text for ran in together} == {"['0', '1', '2', '3']\n"}


async def test_the_environment_of_the_executor_is_out_of_reach(sandboxes: Sandboxes, canary: Canary) -> None:
    ran = await sandboxes.run(
        """
import glob
for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline') + glob.glob('/proc/*/task/*/environ'):
    try: print(open(path).read())
    except OSError: pass
"""
    )
    assert not canary.is_in(ran)
    assert "zygote" not in ran.text


async def test_memory_of_another_process_can_not_be_read(sandboxes: Sandboxes, canary: Canary) -> None:
    ran = await sandboxes.run(
        """
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
int main(void) {
    char buffer[16];
    struct iovec here = {buffer, 16}, there = {(void *)0x400000, 16};
    printf("%zd %ld\\n", process_vm_readv(1, &here, 1, &there, 1, 0), ptrace(PTRACE_ATTACH, 1, 0, 0));
}
""",
        "c",
    )
    assert ran.text == "-1 -1\n"
    assert not canary.is_in(ran)


async def test_a_link_in_the_collected_folder_is_not_followed(sandboxes: Sandboxes, canary: Canary) -> None:
    ran = await sandboxes.run(
        f"""
import os
os.symlink({str(canary.path)!r}, 'link')
os.symlink('/etc', 'folder')
os.symlink('/proc/1/environ', 'environ')
os.symlink('/proc/self/root{canary.path}', 'magic')
os.symlink('../../../../..{canary.path}', 'dots')
open('file', 'w').write('mine')
"""
    )
    assert ran.files == {"file": b"mine"}
    assert not canary.is_in(ran)


async def test_a_folder_swapped_for_a_link_during_collection_gains_nothing(
    sandboxes: Sandboxes, canary: Canary
) -> None:
    """Nothing of the program lives while its files are collected, so there is nobody to win the race."""
    ran = await sandboxes.run(
        f"""
import os
os.mkdir('real'); open('real/canary', 'w').write('mine')
os.symlink({str(canary.path.parent)!r}, 'link')
if os.fork() == 0:
    os.setsid()
    while True:
        os.rename('real', 'aside'); os.rename('link', 'real'); os.rename('real', 'link'); os.rename('aside', 'real')
import time; time.sleep(0.3)
"""
    )
    assert not canary.is_in(ran)
    assert set(ran.files.values()) <= {b"mine"}


async def test_a_hard_link_to_a_file_outside_can_not_be_made(sandboxes: Sandboxes, canary: Canary) -> None:
    ran = await sandboxes.run(
        """
import os
for source in '/etc/passwd', '/usr/bin/env', '/etc/ld.so.cache':
    try: os.link(source, 'hard')
    except OSError as error: print(error.errno in (1, 13, 18, 2))
"""
    )
    assert ran.text == "True\nTrue\nTrue\n"
    assert ran.files == {}
    assert not canary.is_in(ran)
