#!/usr/bin/env python3
"""The kind NAME: it makes sure that a file holds one line. The protocol: docs/executable-kinds.md"""
import json
import os
import sys

DESCRIPTION = {
    "protocol": 1, "name": "NAME", "doc": "Makes sure that a file holds one line.", "redo": "checked",
    "example": "id: line\nNAME: {path: /etc/motd.d/line}", "risk": "overwrites", "probes": ["the file at path"],
    "arguments": {"type": "object", "required": ["path"], "properties": {"path": {"type": "string"}}},
}
LINE = b"kept by NAME\n"


def plan(path):  # reads only: = nothing to do, + creates, ~ changes, - destroys
    sign = "+"
    if os.path.exists(path):
        with open(path, "rb") as f:
            sign = "=" if f.read() == LINE else "~"
    return {"sign": sign, "summary": f"keep the line in {path}"}


def apply(path):  # may be called again after a failure
    with open(path + ".new", "wb") as f:
        f.write(LINE)
    os.replace(path + ".new", path)
    return {}


verb = sys.argv[1]
if verb == "describe":
    print(json.dumps(DESCRIPTION))
else:
    path = json.load(sys.stdin)["arguments"]["path"]
    print(json.dumps(plan(path) if verb == "plan" else apply(path)))
