/** Runs a program in a pseudo terminal of its own, with answers to what it asks. */
import { spawnSync } from 'node:child_process';

/** When the terminal shows `after` anew, `keys` are typed or `signal` is sent to the program. */
export interface Answer {
  readonly after: string;
  readonly keys?: string;
  readonly signal?: 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';
}

export interface PtyEnded {
  /** The exit status; a negative number is the signal that ended the program. */
  readonly status: number;
  /** All that the terminal got. */
  readonly shown: string;
  /** Whether the terminal echoes and waits for whole lines, as before. */
  readonly isRestored: boolean;
  /** What the program's arguments were, in /proc, when it asked for the first time. */
  readonly commandLine: string;
}

const SCRIPT = `
import json, os, pty, signal, sys, termios, time
task = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.execvpe(task['command'][0], task['command'], task['env'])
shown, seen, answers, command_line = b'', 0, task['answers'], ''
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    shown += data
    if answers and answers[0]['after'].encode() in shown[seen:]:
        answer = answers.pop(0)
        seen = len(shown)
        command_line = command_line or open(f'/proc/{pid}/cmdline').read()
        time.sleep(0.3)  # the prompt reads keys only after its first picture
        if 'keys' in answer:
            os.write(terminal, answer['keys'].encode())
        else:
            os.kill(pid, getattr(signal, answer['signal']))
modes = termios.tcgetattr(terminal)[3]
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
json.dump({
    'status': status,
    'shown': shown.decode('utf-8', 'replace'),
    'isRestored': bool(modes & termios.ECHO) and bool(modes & termios.ICANON),
    'commandLine': command_line,
}, sys.stdout)
`;

/** Runs a program to its end. Needs python3. Throws an Error if that fails. */
export function inPty(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  answers: readonly Answer[],
): PtyEnded {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', SCRIPT], {
    input: JSON.stringify({ command, env, answers }),
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`python3 ended with status ${status}: ${stderr}`);
  }
  return JSON.parse(stdout);
}
