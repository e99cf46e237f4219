/** A session at a terminal: prompt, editing, history, completion. */
import { createInterface, type Interface } from 'node:readline';
import type { ShellMode } from '../options/options.js';
import { beforeDeath, dieBy, onDeadlySignal, unlessDying } from '../run/deadly-signals.js';
import { visible } from '../terminal/visible-controls.js';
import { STDERR_FD, write } from '../terminal/write.js';
import { commandsIn, completionsOf } from './help-commands.js';
import { type History, historyPath, isKept, MAX_LINES, openHistory } from './history.js';
import { openSession, type Session } from './session.js';
import { readWords } from './shell-words.js';

const HELP = `Each line is a command for the server: account show jdoe. Quote as in a shell: 'a b', "a b", a\\ b.
  help          is the server's own help
  \\?            this text
  \\q [status]   leave, as Ctrl-D does
  Tab           completes commands that the server's help names
  Ctrl-C        clears the line, or ends the command that runs
A line that begins with a space is not kept in the history.
`;

/** Signals that end the session. Ctrl-C ends a command, or clears the line. */
const ENDING = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const HIGHEST_STATUS = 255;

const say = (text: string) => write(STDERR_FD, `remctl: ${visible(text)}\n`);

/** Reads the history. A history that is not to be had is told and leaves the session without one. */
async function historyOf(): Promise<History> {
  const path = historyPath();
  try {
    return await openHistory(path);
  } catch (error) {
    await say(`no history: ${path}: ${(error as Error).message}`);
    return openHistory(undefined);
  }
}

/** Runs a session. Returns the last command's status, or that of `\q`. */
export async function runAtTerminal(mode: ShellMode): Promise<number> {
  let terminal: Terminal | undefined;
  const session = await openSession(mode, {
    onLost: () => terminal?.notice('the connection was lost; the next command opens another'),
    onReopened: () => terminal?.notice('connected again'),
  });
  try {
    terminal = createTerminal(mode.host, session, await historyOf());
    await say(`connected to ${mode.host}; \\? for help, Ctrl-D to leave`);
    return await terminal.ended;
  } finally {
    await unlessDying();
    await session.close();
  }
}

interface Terminal {
  /** Settles with the exit status when the user leaves. */
  readonly ended: Promise<number>;
  notice(text: string): void;
}

function createTerminal(host: string, session: Session, history: History): Terminal {
  const prompt = `${visible(host)}> `;
  const lines: string[] = [];
  let begun = '';
  let status = 0;
  let isRunning = false;
  let isLeft = false;
  let commands: Promise<string[][]> | undefined;
  let leave: (status: number) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<number>((resolve, reject) => {
    leave = resolve;
    fail = reject;
  });

  const known = async () => {
    // Asked for again if the server had none to give.
    commands ??= session.help().then((help) => {
      if (help === undefined) {
        commands = undefined;
      }
      return commandsIn(help ?? '');
    });
    return commands;
  };

  const terminal: Interface = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt,
    history: [...history.lines],
    historySize: MAX_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string, callback: (error: null, found: [string[], string]) => void) => {
      const last = /\S*$/.exec(line)?.[0] ?? '';
      known().then(
        (list) => callback(null, [completionsOf(list, line).map((word) => `${word} `), last]),
        () => callback(null, [[], last]),
      );
    },
  });

  /** While a command runs the terminal is the command's: Ctrl-C is a signal then. */
  const setEditing = (isEditing: boolean) => {
    if (process.stdin.isTTY) {
      process.stdin.setRawMode(isEditing);
    }
    if (isEditing) {
      terminal.resume();
    } else {
      terminal.pause();
    }
  };

  const ask = () => {
    if (!isLeft) {
      terminal.setPrompt(begun === '' ? prompt : '> ');
      terminal.prompt();
    }
  };

  async function runLine(line: string): Promise<void> {
    const text = begun + line;
    const builtin = begun === '' ? /^\s*\\(q|\?)(?:\s+(\d+))?\s*$/.exec(line) : null;
    if (builtin !== null) {
      begun = '';
      if (builtin[1] === 'q') {
        status = builtin[2] === undefined ? status : Math.min(Number(builtin[2]), HIGHEST_STATUS);
        finish();
      } else {
        await write(STDERR_FD, HELP);
      }
      return;
    }
    const reading = readWords(text);
    if (reading.type === 'unfinished') {
      begun = reading.text;
      return;
    }
    begun = '';
    if (reading.words.length === 0) {
      return;
    }
    await history
      .add(text)
      .catch((error: Error) => say(`the history takes no line: ${error.message}`));
    status = await session.run(reading.words);
    if (status !== 0) {
      await write(STDERR_FD, `[status ${status}]\n`);
    }
  }

  /** Runs the lines that were typed, one after the other. */
  async function runLines(): Promise<void> {
    if (isRunning) {
      return;
    }
    isRunning = true;
    setEditing(false);
    for (let line = lines.shift(); line !== undefined && !isLeft; line = lines.shift()) {
      await runLine(line);
    }
    isRunning = false;
    if (!isLeft) {
      setEditing(true);
      ask();
    }
  }

  function finish(): void {
    if (isLeft) {
      return;
    }
    isLeft = true;
    stopWatch();
    forget();
    process.removeListener('SIGINT', onInterrupt);
    terminal.close();
    leave(status);
  }

  function onInterrupt(): void {
    if (isRunning) {
      lines.length = 0;
      session.interrupt('SIGINT');
      return;
    }
    begun = '';
    process.stderr.write('^C\n');
    terminal.write(null, { ctrl: true, name: 'e' });
    terminal.write(null, { ctrl: true, name: 'u' });
    ask();
  }

  const stopWatch = onDeadlySignal(async (signal) => {
    await session.report.interrupted(signal, { commandState: session.commandState });
  }, ENDING);
  const forget = beforeDeath(() => {
    if (process.stdin.isTTY) {
      process.stdin.setRawMode(false);
    }
  });
  process.on('SIGINT', onInterrupt);
  terminal.on('SIGINT', onInterrupt);
  terminal.on('line', (line) => {
    // Node keeps every line; one that begins with a space is not for the history.
    if (!isKept(line)) {
      const kept = (terminal as Interface & { history?: string[] }).history;
      if (kept?.[0] === line) {
        kept.shift();
      }
    }
    lines.push(line);
    runLines().catch((error: unknown) => {
      finish();
      fail(error);
    });
  });
  terminal.on('close', () => {
    if (!isLeft) {
      process.stderr.write('\n');
      finish();
    }
  });
  process.stdin.on('keypress', (_, key?: { ctrl?: boolean; name?: string; sequence?: string }) => {
    if (key?.sequence === '\u001c') {
      void dieBy('SIGQUIT');
    }
  });
  ask();
  return {
    ended,
    notice(text) {
      if (isRunning) {
        void say(text);
        return;
      }
      process.stderr.write('\r\u001b[K');
      void say(text).then(ask);
    },
  };
}
