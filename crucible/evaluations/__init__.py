"""The story of an evaluation, one verb a module.

Asked for by a principal: check, submit, submission, find, wait, follow, output, files, annotate, cancel, rerun,
delete; of what was given up: replay, discard. Asked for by whoever runs all of it: operate, share, statistics,
storage, log_level. Done by Crucible itself: claim (by turns), heartbeat, execute (with its relay), finish,
requeue, reap, tally.
"""
