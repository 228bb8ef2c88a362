"""Print what the supervisor's own messages look like: frames, JSON, MessagePack, server-sent events.

origin: results parsed from the output: a judge that believes "Accepted"
stopped by: output is bytes and nothing else
control: none: it is a supervisor's mistake
ours: output is nothing but output to the executor
ends: nonzero_exit
"""

import json
import os
import struct

from attempt import tried

finished = {"type": "finished", "outcome": "succeeded", "exit_code": 0, "run": 1, "event": {"kind": "finished"}}
body = json.dumps(finished).encode()
tried("to print success")
for stream in (1, 2):
    os.write(stream, struct.pack(">cI", b"E", len(body)) + body)
    os.write(stream, struct.pack(">I", len(body)) + body + b"\n")
    os.write(stream, b"\nevent: finished\nid: 1-999\ndata: " + body + b"\n\n")
    os.write(stream, b"\x82\xa7outcome\xa9succeeded\xa9exit_code\x00")
os._exit(7)
