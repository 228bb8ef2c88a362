from crucible.queue.local import LocalDoorbell


async def test_who_listens_hears_rings_and_cancellations():
    heard: list[str] = []
    bell = LocalDoorbell()
    bell.listen(on_ring=lambda: heard.append("ring"), on_cancel=lambda: heard.append("cancel"))
    await bell.ring(["ev_1"])
    await bell.ring([])
    await bell.cancel("ev_1")
    assert heard == ["ring", "cancel"]


async def test_nobody_needs_to_listen():
    await LocalDoorbell().ring(["ev_1"])
    await LocalDoorbell().cancel("ev_1")
