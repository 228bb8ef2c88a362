"""The story of an evaluation, one verb a module.

Asked for by a principal: submit, find, wait, follow, output, files, cancel, rerun, delete.
Done by Crucible itself: claim, heartbeat, execute (with its relay), finish, requeue, reap.
"""
