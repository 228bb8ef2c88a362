"""The story of an evaluation, one verb a module.

Asked for by a principal: check, submit, submission, find, wait, follow, output, files, annotate, cancel, rerun,
delete; of what was given up: replay, discard. Done by Crucible itself: claim (by turns), heartbeat, execute (with
its relay), finish, requeue, reap, remove.
"""
