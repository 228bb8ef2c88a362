from pathlib import Path

import pytest
from check_tree import ROOT, between_locks, findings, in_any, in_lock, in_web_lock

LOCK = Path("lock.txt")
HASH = "    --hash=sha256:" + "0" * 64
PINNED = f"package==1.0 \\\n{HASH}\n    # via other\n"


def test_this_tree_is_clean() -> None:
    assert list(findings()) == []


def test_a_lock_of_pins_and_hashes_passes() -> None:
    assert list(in_lock(LOCK, PINNED + PINNED.replace("1.0 ", "1.0 ; sys_platform == 'win32' "))) == []


@pytest.mark.parametrize(
    ("lock", "finding"),
    [
        (f"--index-url https://mirror.example/simple\n{PINNED}", "lock.txt:1: an address"),
        (f"--no-index\n{PINNED}", "lock.txt:1: an option"),
        (f"other @ https://host.example/other.whl \\\n{HASH}\n", "lock.txt:1: an address"),
        ("package>=1.0\n", "lock.txt:1: neither"),
        (f"package==1.0 \\\n{PINNED}", "lock.txt:2: the package before this line has no hash"),
        (f"{PINNED}package==1.0 \\\n", "lock.txt: its last package has no hash"),
    ],
)
def test_a_lock_is_refused_for(lock: str, finding: str) -> None:
    assert any(found.startswith(finding) for found in in_lock(LOCK, lock))


def test_users_get_the_versions_that_are_tested() -> None:
    assert list(between_locks(PINNED, PINNED)) == []
    [finding] = between_locks(PINNED, PINNED.replace("1.0", "2.0"))
    assert "lacks package==1.0" in finding


def test_a_path_of_this_machine_is_found() -> None:
    [finding] = in_any(Path("notes.md"), f"first line\nlook into {ROOT}/crucible\n")
    assert finding.startswith("notes.md:2:")


def test_a_lock_of_npm_is_refused_for_an_address_or_a_missing_hash() -> None:
    lock = '{"packages": {"": {}, "a": {"integrity": "sha512-x"}, "b": {"resolved": "x:y"}}}'
    assert [finding.partition(": ")[2] for finding in in_web_lock(LOCK, lock)] == [
        "b has an address; install with web/.npmrc in force",
        "b has no hash",
    ]
