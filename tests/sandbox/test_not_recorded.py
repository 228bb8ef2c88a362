"""What ordinary programs do is no attempt, however many calls their libraries try first and do without."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxAttempt
from crucible.sandbox.runtimes.known import Runtimes
from tests.sandbox.fixtures import Ran, Sandboxes, on_engine

pytestmark = [pytest.mark.asyncio(loop_scope="session"), on_engine("namespaces", "crun")]

CONCURRENCY = """
import asyncio, concurrent.futures, multiprocessing, subprocess, threading

async def child():
    process = await asyncio.create_subprocess_exec("cat", "/etc/hostname")
    await process.wait()
    reader, writer = await asyncio.open_unix_connection("/tmp/served")
    writer.write(b"hello"); await writer.drain(); print(await reader.read(5)); writer.close()

async def main():
    async def echo(reader, writer):
        writer.write(await reader.read(5)); writer.close()
    async with await asyncio.start_unix_server(echo, "/tmp/served"):
        await child()
    await asyncio.to_thread(print, "threads")

if __name__ == "__main__":
    threads = [threading.Thread(target=sum, args=(range(1000),)) for _ in range(8)]
    [thread.start() for thread in threads]; [thread.join() for thread in threads]
    asyncio.run(main())
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool: print(pool.map(abs, [-1, -2]))
    with multiprocessing.Manager() as manager: print(manager.dict(a=1))
    with concurrent.futures.ProcessPoolExecutor(2) as pool: print(list(pool.map(abs, [-3])))
    print(subprocess.check_output(["sh", "-c", "echo shell | tr a-z A-Z"], text=True))
"""

STANDARD_LIBRARY = """
import ctypes, curses, dbm, decimal, getpass, hashlib, http.client, http.server, logging.handlers, lzma
import mmap, os, pathlib, platform, random, resource, select, shutil, signal, sqlite3, ssl
import tempfile, time, urllib.request, uuid
print(getpass.getuser(), os.cpu_count(), platform.platform(), uuid.uuid4(), os.getloadavg())
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "a"); path.write_text("x"); shutil.copy2(path, path.with_name("b"))
    sqlite3.connect(path.with_name("c")).execute("CREATE TABLE t (n)")
os.nice(0); resource.getrlimit(resource.RLIMIT_NOFILE); signal.alarm(0); time.sleep(0.01)
mmap.mmap(-1, 4096).madvise(mmap.MADV_DONTNEED)
ssl.create_default_context()
"""

NODE = """
const { execSync, fork } = require('child_process'), fs = require('fs'), { Worker } = require('worker_threads');
if (process.argv[2] === 'child') { process.send('sent'); process.disconnect(); return; }
fs.writeFileSync('a', 'x');
console.log(execSync('echo shell').toString(), require('os').cpus().length, require('os').userInfo().username);
new Worker('setTimeout(() => console.log("worker"), 1)', { eval: true });
fs.promises.readFile('a').then(content => console.log(content.toString()));
fork(__filename, ['child']).on('message', console.log);
require('crypto').randomBytes(8); require('zlib').gzipSync('x'); new WebAssembly.Memory({ initial: 1 });
"""

C = """
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static void *work(void *argument) { return realloc(malloc(1 << 20), 1 << 24) ? argument : 0; }
int main(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) pthread_create(&threads[i], 0, work, 0);
    for (int i = 0; i < 8; i++) pthread_join(threads[i], 0);
    struct timespec pause = {0, 1000};
    nanosleep(&pause, 0);
    printf("%f %d\\n", sqrt(2), system("true"));
}
"""

CPP = """
#include <iostream>
#include <thread>
int main() { std::thread([]{ std::cout << 1; }).join(); }
"""

SHELL = """
ls -la / /proc > listing; cp -a listing copy; tar cf archive.tar listing copy; gzip archive.tar
find / -xdev > found 2>&1; id; df; ps; date; nproc; uname -a; sort listing | uniq | wc; du -s .; env; ulimit -a
touch x; chmod 600 x; ln -s x y; mv y z; timeout 1 true; nice true; nohup true; yes | head -1
for i in 1 2 3; do (sleep 0.01 &) ; done; wait; echo done | tee copy
"""


def attempts(ran: Ran) -> list[tuple[str, str]]:
    return [(event.name, event.detail) for event in ran.events if isinstance(event, SandboxAttempt)]


@pytest.mark.parametrize(
    ("runtime", "code"),
    [
        ("python", CONCURRENCY),
        ("python", STANDARD_LIBRARY),
        ("node", NODE),
        ("c", C),
        ("cpp", CPP),
        ("bash", SHELL),
    ],
    ids=["concurrency", "standard library", "node", "c", "c++", "shell"],
)
async def test_an_ordinary_program_leaves_no_attempt(sandboxes: Sandboxes, runtime: str, code: str) -> None:
    ran = await sandboxes.run(code, runtime, memory_bytes=1 << 30)
    assert ran.finished.outcome is Outcome.SUCCEEDED, ran.output("stderr")
    assert attempts(ran) == []


NUMPY = """
import sys
sys.path.append({packages!r})
import numpy, numpy.fft, numpy.linalg, numpy.random
matrix = numpy.random.default_rng(1).random((400, 400))
print((matrix @ matrix).shape, numpy.linalg.svd(matrix)[1].shape, numpy.fft.fft(matrix).shape)
"""


@pytest.fixture
def packages() -> Iterator[str]:
    """A folder with numpy that a sandbox may show: not below /tmp, where it has a folder of its own."""
    folder = Path(np.__file__).parents[1]
    if not folder.is_relative_to("/tmp"):
        yield str(folder)
        return
    with tempfile.TemporaryDirectory(dir="/var/tmp") as copy:
        for found in folder.glob("numpy*"):
            shutil.copytree(found, Path(copy, found.name))
        Path(copy).chmod(0o755)
        yield copy


async def test_numpy_leaves_no_attempt(sandboxes: Sandboxes, packages: str) -> None:
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = sandboxes.runtimes.get(name)
    assert found is not None, f"the tests run on {name}, which the sandbox doesn't find"
    if found.interpreter.startswith("/usr/"):  # whose own packages are shown anyway: show the tests' as well
        found = replace(found, prefix=packages)
    with_numpy = Sandboxes(sandboxes.driver, Runtimes([found]))
    ran = await with_numpy.run(NUMPY.format(packages=packages), name, memory_bytes=1 << 30)
    assert ran.text == "(400, 400) (400,) (400, 400)\n", ran.output("stderr")
    assert attempts(ran) == []
