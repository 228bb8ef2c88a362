"""`crucible schedule`, from the command line to a real server."""

import json
from pathlib import Path

import pytest

from crucible.client import AsyncCrucible, Crucible, ScheduleRequest, Submission
from crucible.domain.schedule import ScheduledBatch
from tests.cli.conftest import Command
from tests.serving import Serving


@pytest.mark.usefixtures("server")
def test_a_schedule_is_added_shown_paused_and_removed(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text("print(1)")
    assert b"Nothing is scheduled" in command("schedule", "list").out
    added = command(
        "schedule", "add", "30  6 * * MON-FRI", str(file), "-z", "Europe/Berlin", "--worker-label", "gpu", "--json"
    )
    made = json.loads(added.out)
    assert made["submission"]["worker_labels"] == ["gpu"]
    assert (made["cron"], made["time_zone"], made["name"]) == ("30 6 * * MON-FRI", "Europe/Berlin", str(file))
    shown = command("schedule", "show", made["id"]).out.decode()
    assert shown.count("\nnext   ") == 5
    assert "06:30 CE" in shown
    assert made["id"].encode() in command("schedule", "list").out
    assert command("schedule", "pause", made["id"]).out == f"{made['id']} is paused\n".encode()
    assert json.loads(command("schedule", "resume", made["id"], "--json").out)["state"] == "active"
    assert command("schedule", "remove", made["id"]).code == 0
    assert "there is no schedule" in command("schedule", "show", made["id"]).err


def test_a_list_has_as_many_as_asked_for_however_large_they_are(server: Serving, command: Command) -> None:
    large = ScheduledBatch(evaluations=(Submission(code="#" * 900_000),) * 5)
    with Crucible(server.url) as crucible:
        made = [
            crucible.schedules.create(ScheduleRequest(name="large", cron="0 6 * * *", batch=large)).id
            for _ in "123"
        ]
        assert len(crucible.schedules.page().items) == 1
    told = command("schedule", "list", "--limit", "2", "--json").out.splitlines()
    assert [json.loads(line)["id"] for line in told] == [made[2], made[1]]


@pytest.mark.usefixtures("server")
def test_a_schedule_is_edited_and_keeps_what_is_not_named(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text("print(1)")
    made = json.loads(command("schedule", "add", "0 6 * * *", str(file), "-z", "Europe/Berlin", "--json").out)
    file.write_text("print(2)")
    edited = json.loads(
        command("schedule", "edit", made["id"], "--cron", "0 7 * * *", "--program", str(file), "--json").out
    )
    assert (edited["cron"], edited["submission"]["code"]) == ("0 7 * * *", "print(2)")
    for kept in ("id", "name", "time_zone", "missed", "state"):
        assert edited[kept] == made[kept]
    file.write_bytes(b"\xff")
    assert "is not UTF-8" in command("schedule", "edit", made["id"], "--program", str(file)).err
    refused = command("schedule", "edit", made["id"], "--cron", "0 0 30 2 *")
    assert (refused.code, "cron: is no cron line that ever fires" in refused.err) == (1, True)


@pytest.mark.usefixtures("server")
def test_a_line_that_never_fires_is_refused_before_anything_is_sent(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text("print(1)")
    refused = command("schedule", "add", "0 0 30 2 *", str(file))
    assert (refused.code, "cron: is no cron line that ever fires" in refused.err) == (1, True)


@pytest.mark.usefixtures("server")
def test_a_folder_and_a_pipeline_are_scheduled(command: Command, tmp_path: Path) -> None:
    tasks, stages = tmp_path / "tasks", tmp_path / "nightly.toml"
    tasks.mkdir()
    for name in ("one", "two"):
        (tasks / f"{name}.py").write_text("print(1)")
    stages.write_text('[[stages]]\nname = "a"\ncode = "1"\n[[stages]]\nname = "b"\ncode = "2"\nneeds = ["a"]\n')
    line = ("schedule", "add", "0 2 * * *")
    made = json.loads(command(*line, "--batch", str(tasks), "--wall", "3", "-l", "set=small", "--json").out)
    assert [each["limits"]["wall_seconds"] for each in made["batch"]["evaluations"]] == [3, 3]
    assert made["batch"]["labels"] == {"set": "small"}
    assert "runs   a batch of 2" in command("schedule", "show", made["id"]).out.decode()
    edited = json.loads(command("schedule", "edit", made["id"], "--cron", "0 3 * * *", "--json").out)
    assert (edited["cron"], edited["batch"]) == ("0 3 * * *", made["batch"])
    made = json.loads(command(*line, "--pipeline", str(stages), "--name", "n", "--json").out)
    assert (made["name"], made["pipeline"]["name"], made["submission"]) == ("n", "n", None)
    assert "runs   a pipeline of 2 stages" in command("schedule", "show", made["id"]).out.decode()
    for options, said in (
        (("--batch", "--pipeline"), "not both"),
        (("--batch", "--fresh"), "each program says its own fresh"),
        (("--pipeline", "--wall", "3"), "each program says its own wall"),
    ):
        refused = command(*line, str(tasks), *options)
        assert (refused.code, said in refused.err) == (1, True)


async def test_a_schedule_lives_through_the_asynchronous_client(server: Serving) -> None:
    async with AsyncCrucible(server.url) as crucible:
        request = ScheduleRequest(name="n", cron="0 0 * * *", submission=Submission(code="1"))
        made = await crucible.schedules.create(request)
        assert await crucible.schedules.get(made.id) == made
        assert (await crucible.schedules.page()).items == (made,)
        assert (await crucible.schedules.firings(made.id)).items == ()
        assert (await crucible.schedules.pause(made.id)).next_firings == ()
        assert (await crucible.schedules.resume(made.id)).next_firings == made.next_firings
        await crucible.schedules.remove(made.id)
