"""Runs scenarios with Python's binding (python3-pyremctl): see ../play.ts."""

import hashlib
import json
import sys

import remctl


def argument(described):
    if "hex" in described:
        return bytes.fromhex(described["hex"])
    return described["fill"].encode() * described["length"]


def seen(output):
    output = output or b""
    shown = output.hex() if len(output) <= 16384 else None
    digest = hashlib.sha256(output).hexdigest()
    return {"length": len(output), "sha256": digest, "hex": shown}


def simple(job, step):
    try:
        result = remctl.remctl(job["host"], job["port"], None, step)
    except remctl.RemctlProtocolError as error:
        return {"refused": str(error)}
    return {
        "stdout": seen(result.stdout),
        "stderr": seen(result.stderr),
        "status": result.status,
    }


def full(client, step):
    pieces = []
    client.command(step)
    while True:
        kind, output, stream, status, error = client.output()
        if kind == "output":
            if pieces and pieces[-1][0] == stream:
                pieces[-1][1].append(output)
            else:
                pieces.append((stream, [output]))
            continue
        outputs = [[stream, seen(b"".join(parts))] for stream, parts in pieces]
        if kind == "status":
            return {"output": outputs, "status": status}
        return {"output": outputs, "code": error, "text": seen(output)}


def run(job, scenario):
    answers = []
    client = None
    try:
        if job["interface"] == "full":
            client = remctl.Remctl()
            if scenario["timeout"]:
                client.set_timeout(scenario["timeout"])
            client.open(job["host"], job["port"], job["principal"])
        for step in scenario["steps"]:
            if step == "noop":
                client.noop()
                answers.append({"noop": True})
                continue
            command = [argument(each) for each in step]
            answers.append(full(client, command) if client else simple(job, command))
    except remctl.RemctlError as error:
        answers.append({"failure": str(error)})
    return answers


job = json.load(sys.stdin)
for scenario in job["scenarios"]:
    print(json.dumps([scenario["id"], run(job, scenario)]), flush=True)
