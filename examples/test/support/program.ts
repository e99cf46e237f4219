/** Runs an example's program as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** What a program wrote, and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Settles when standard output matches. Rejects with all that was written if the program ends before. */
  writes(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Settles when the program has ended. */
  readonly ended: Promise<Ended>;
}

/** The path of a file of the examples. */
export const inExamples = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Starts a command. It is killed after the test if it still runs. */
export function startCommand(command: readonly string[], env: NodeJS.ProcessEnv): RunningProgram {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let over = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([status]) => {
    over = true;
    return { status, stdout, stderr };
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    async writes(pattern) {
      for (;;) {
        const match = pattern.exec(stdout);
        if (match !== null) {
          return match;
        }
        if (over) {
          throw new Error(`the program ended, and wrote: ${stdout}${stderr}`);
        }
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Starts a program of the examples in Node: `path` below the folder of examples, then its arguments. */
export function startProgram(
  [path = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): RunningProgram {
  return startCommand([process.execPath, inExamples(path), ...args], env);
}

/** The command `remctl-test-realm`. */
const TEST_REALM = fileURLToPath(new URL('main.js', import.meta.resolve('@remctl/testing')));

/**
 * Starts a command as the READMEs do: in a realm of its own, by `remctl-test-realm`. `commands` is the folder
 * of the realm's commands below that of the examples; without `port` the realm takes a free one. End it by SIGTERM, which also ends the command.
 */
export function startInTestRealm(
  commands: string,
  port: number | undefined,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): RunningProgram {
  const options = port === undefined ? [] : ['--port', String(port)];
  const realm = [process.execPath, TEST_REALM, ...options, inExamples(commands)];
  return startCommand([...realm, '--', ...command], { ...process.env, ...env });
}
