"""Runs scenarios with the C program remctl: see ../play.ts.

It is started from here because Node cannot give a program arguments that are not UTF-8.
"""

import hashlib
import json
import subprocess
import sys


def argument(described):
    if "hex" in described:
        return bytes.fromhex(described["hex"])
    return described["fill"].encode() * described["length"]


def seen(output):
    shown = output.hex() if len(output) <= 16384 else None
    digest = hashlib.sha256(output).hexdigest()
    return {"length": len(output), "sha256": digest, "hex": shown}


def run(job, scenario):
    answers = []
    for step in scenario["steps"]:
        options = ["-p", str(job["port"])]
        if scenario["timeout"]:
            options += ["-t", str(scenario["timeout"])]
        command = [argument(each) for each in step]
        done = subprocess.run(
            ["/usr/bin/remctl", *options, job["host"], *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
        answers.append(
            {
                "stdout": seen(done.stdout),
                "stderr": seen(done.stderr),
                "status": done.returncode,
            }
        )
    return answers


job = json.load(sys.stdin)
for scenario in job["scenarios"]:
    print(json.dumps([scenario["id"], run(job, scenario)]), flush=True)
