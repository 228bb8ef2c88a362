"""From a queued row to a finished one: the doorbell, the worker, and the reaper that repairs what was lost."""
