# title: Progress
# about: Says how far it is, on a descriptor of its own, while it trains
# progress: yes
import json
import os
import random
import time

EPOCHS = 40
progress = os.fdopen(int(os.environ["CRUCIBLE_PROGRESS"]), "w", buffering=1)
loss = 3.0
for epoch in range(1, EPOCHS + 1):
    time.sleep(0.15)
    loss *= random.uniform(0.88, 1.0)
    print(json.dumps({"done": epoch, "total": EPOCHS, "message": f"loss {loss:.3f}"}), file=progress)
print(f"trained for {EPOCHS} epochs, loss {loss:.3f}")
