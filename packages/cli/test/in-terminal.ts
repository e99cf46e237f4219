/** Runs a program in a terminal of its own, and says what the screen shows. */
import { spawn } from 'node:child_process';

/** Options of `inTerminal`. */
export interface TerminalOptions {
  readonly env: NodeJS.ProcessEnv;
  /** 0 for a terminal that does not know its size; the default is 100. */
  readonly columns?: number;
  /** A file that standard output goes to; without it, the terminal. */
  readonly stdout?: string;
  /** Keys to press once the terminal has got a text. */
  readonly press?: { readonly after: string; readonly keys: string };
}

/** The end of a program in a terminal. */
export interface TerminalEnded {
  /** The exit status; a negative number is the signal that ended the program. */
  readonly status: number;
  /** All that the terminal got, in order. */
  readonly received: string;
}

const SCRIPT = `
import fcntl, json, os, pty, struct, sys, termios
options = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24 if options['columns'] else 0, options['columns'], 0, 0))
    if options.get('stdout'):
        os.dup2(os.open(options['stdout'], os.O_WRONLY | os.O_CREAT, 0o600), 1)
    os.execvp(options['command'][0], options['command'])
received, press = b'', options.get('press')
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    received += data
    if press and press['after'].encode() in received:
        os.write(terminal, press['keys'].encode())
        press = None
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(json.dumps({'status': status, 'received': received.decode('utf-8', 'replace')}))
`;

/** Runs a program in a new terminal to its end. Needs python3. Rejects if that fails. */
export function inTerminal(
  command: readonly string[],
  { env, columns = 100, stdout, press }: TerminalOptions,
): Promise<TerminalEnded> {
  const options = JSON.stringify({ command, columns, stdout, press });
  const child = spawn('python3', ['-c', SCRIPT, options], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => pieces.push(data));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) {
        resolve(JSON.parse(Buffer.concat(pieces).toString()));
      } else {
        reject(new Error(`python3 ended with status ${status}`));
      }
    });
  });
}

/** What `screenOf` knows of a terminal's commands: a text, a line's end, or an escape sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const PIECES = /\u001b\[([?\d;]*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/g;

/**
 * Returns the lines that a terminal shows in the end, without its colours. Throws an Error for a
 * command that it does not know.
 */
export function screenOf(received: string): string[] {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  for (const [piece, parameters, letter] of received.matchAll(PIECES)) {
    if (piece === '\r' || letter === 'G') {
      column = 0;
    } else if (piece === '\n') {
      row += 1;
      lines[row] ??= '';
    } else if (letter === 'A') {
      row = Math.max(0, row - Number(parameters || 1));
    } else if (letter === 'K') {
      lines[row] = parameters === '2' ? '' : (lines[row] ?? '').slice(0, column);
    } else if (letter === undefined) {
      const line = (lines[row] ?? '').padEnd(column);
      lines[row] = line.slice(0, column) + piece + line.slice(column + piece.length);
      column += piece.length;
    } else if (letter !== 'm' && letter !== 'h' && letter !== 'l') {
      throw new Error(`this terminal does not know ${JSON.stringify(piece)}`);
    }
  }
  return lines.map((line) => line.trimEnd());
}
