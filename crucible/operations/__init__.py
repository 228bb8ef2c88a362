"""Look after all of it: queue, workers, share (of tenants), log_level, statistics, storage; and tally, unasked."""
