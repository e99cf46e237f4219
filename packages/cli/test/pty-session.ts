/** A program in a pseudo terminal, typed to and read from step by step. */
import { spawn } from 'node:child_process';

/** Carries bytes between the terminal and this process, and tells the end on its descriptor 3. */
const BRIDGE = `
import fcntl, json, os, pty, select, struct, sys, termios
task = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvpe(task['command'][0], task['command'], task['env'])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, task['columns'], 0, 0))
os.write(3, (str(pid) + '\\n').encode())
inputs = [0, terminal]
while True:
    ready = select.select(inputs, [], [])[0]
    if terminal in ready:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        os.write(1, data)
    elif 0 in ready:
        keys = os.read(0, 65536)
        if keys:
            os.write(terminal, keys)
        else:
            inputs.remove(0)
modes = termios.tcgetattr(terminal)[3]
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
isRestored = bool(modes & termios.ECHO) and bool(modes & termios.ICANON)
os.write(3, json.dumps({'status': status, 'isRestored': isRestored}).encode())
`;

/** Milliseconds that a text may take to come: a failure then shows what came instead. */
const PATIENCE_MS = 20_000;
const CONTROL = 3;

export interface PtyEnd {
  /** The exit status; a negative number is the signal that ended the program. */
  readonly status: number;
  /** Whether the terminal echoes and waits for whole lines, as before. */
  readonly isRestored: boolean;
}

export interface PtySession {
  /** All that the terminal got. */
  readonly shown: string;
  /** The program's process. */
  readonly pid: Promise<number>;
  /** Settles with all that comes, up to the text's end. Looks behind what the last call found. */
  until(text: string): Promise<string>;
  type(keys: string | Uint8Array): void;
  /** Settles at the program's end. */
  readonly ended: Promise<PtyEnd>;
  /** Takes the terminal away, which ends the program. */
  hangUp(): void;
}

/** Starts a program in a new terminal. Needs python3. */
export function startInPty(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  { columns = 100 }: { readonly columns?: number } = {},
): PtySession {
  const task = JSON.stringify({ command, env, columns });
  const child = spawn('python3', ['-c', BRIDGE, task], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  const { stdin, stdout } = child;
  const control = child.stdio[CONTROL];
  if (stdin === null || stdout === null || control === null || control === undefined) {
    throw new Error('python3 was started without its pipes');
  }
  let shown = '';
  let seen = 0;
  let told = '';
  let look: () => void = () => undefined;
  const decoder = new TextDecoder();
  stdout.on('data', (data: Buffer) => {
    shown += decoder.decode(data, { stream: true });
    look();
  });
  let givePid: (pid: number) => void = () => undefined;
  const pid = new Promise<number>((resolve) => {
    givePid = resolve;
  });
  control.on('data', (data: Buffer) => {
    told += data.toString();
    if (told.includes('\n')) {
      givePid(Number(told.split('\n', 1)[0]));
    }
  });
  // Keys for a program that has ended are nobody's.
  stdin.on('error', () => undefined);
  const ended = new Promise<PtyEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      look();
      if (status === 0) {
        resolve(JSON.parse(told.slice(told.indexOf('\n') + 1)));
      } else {
        reject(new Error(`python3 ended with status ${status}`));
      }
    });
  });
  return {
    get shown() {
      return shown;
    },
    pid,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const give = (error: string) =>
          reject(new Error(`${error} ${JSON.stringify(text)}: ${JSON.stringify(shown)}`));
        const timer = setTimeout(() => give('did not come:'), PATIENCE_MS);
        look = () => {
          const at = shown.indexOf(text, seen);
          if (at !== -1) {
            clearTimeout(timer);
            const found = shown.slice(seen, at + text.length);
            seen = at + text.length;
            look = () => undefined;
            resolve(found);
          } else if (child.exitCode !== null) {
            clearTimeout(timer);
            give('the program ended before');
          }
        };
        look();
      }),
    type: (keys) => void stdin.write(keys),
    hangUp: () => {
      ended.catch(() => undefined);
      child.kill();
    },
  };
}
