/** A session at a terminal: prompt, editing, history. */
import { clearScreenDown, createInterface, cursorTo, moveCursor } from 'node:readline';
import type { ShellMode } from '../options/options.js';
import { beforeDeath, dieBy, onDeadlySignal, unlessDying } from '../run/deadly-signals.js';
import { FAILURE_STATUS } from '../run/exit-status.js';
import type { Report } from '../run/report.js';
import { visible } from '../terminal/visible-controls.js';
import { STDERR_FD, write } from '../terminal/write.js';
import { type Completion, createCompleter } from './completer.js';
import { type History, historyPath, isKept, MAX_LINES, openHistory } from './history.js';
import { pasteAtCursor } from './paste-at-cursor.js';
import { openSession, type Session, sessionReport } from './session.js';
import { readLine, SESSION_HELP } from './session-line.js';
import type { Begun } from './shell-words.js';
import { type CursorReport, withCursor } from './unfinished-output.js';

/** The prompt of a command that goes on. */
const MORE_PROMPT = '> ';
const CTRL_BACKSLASH = '\u001c';
/** What Node's decoder makes of bytes that are not UTF-8. */
const NOT_UTF8 = '\ufffd';

/** Signals that end the session. Ctrl-C ends a command, or clears the line. */
const ENDING = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

const said = (text: string) => `remctl: ${visible(text)}\n`;
const say = (text: string) => write(STDERR_FD, said(text));

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
  const report = withCursor(sessionReport(mode), {
    stdout: process.stdout.isTTY,
    stderr: process.stderr.isTTY,
  });
  let terminal: Terminal | undefined;
  const session = await openSession(mode, report, {
    onLost: () => terminal?.notice('the connection was lost; the next command opens another'),
    onReopened: () => terminal?.notice('connected again'),
  });
  try {
    const history = await historyOf();
    await say(`connected to ${mode.host}; \\? for help, Ctrl-D to leave`);
    terminal = createTerminal({ host: mode.host, session, report, history });
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

interface Parts {
  readonly host: string;
  readonly session: Session;
  readonly report: CursorReport & Report;
  readonly history: History;
}

function createTerminal({ host, session, report, history }: Parts): Terminal {
  const prompt = `${visible(host)}> `;
  const complete = createCompleter(session);
  const lines: string[] = [];
  let begun: Begun | undefined;
  let status = 0;
  let isRunning = false;
  let isInterrupted = false;
  let isLeft = false;
  let leave: (status: number) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<number>((resolve, reject) => {
    leave = resolve;
    fail = reject;
  });

  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt,
    history: [...history.lines],
    historySize: MAX_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string, callback: (error: null, found: Completion) => void) => {
      // A command that goes on has its words from the lines before.
      const found = begun === undefined ? complete(line) : Promise.resolve<Completion>([[], line]);
      found.then((completion) => callback(null, completion), stop);
    },
  });

  pasteAtCursor(terminal, process.stdin);

  /** While a command runs the terminal is the command's: Ctrl-C is a signal then. */
  const setEditing = (isEditing: boolean) => {
    process.stdin.setRawMode(isEditing);
    if (isEditing) {
      terminal.resume();
    } else {
      terminal.pause();
    }
  };

  const ask = () => {
    if (!isLeft) {
      terminal.setPrompt(begun === undefined ? prompt : MORE_PROMPT);
      // What was typed ahead keeps its cursor.
      terminal.prompt(true);
    }
  };

  async function runLine(typed: string): Promise<void> {
    if (typed.includes(NOT_UTF8)) {
      begun = undefined;
      status = FAILURE_STATUS;
      await say(
        'the line is not UTF-8: nothing was sent; a file as standard input takes any bytes',
      );
      return;
    }
    const line = readLine(typed, begun);
    begun = undefined;
    switch (line.type) {
      case 'unfinished':
        begun = line.begun;
        return;
      case 'leave':
        status = line.status ?? status;
        finish();
        return;
      case 'help':
        await write(STDERR_FD, SESSION_HELP);
        return;
      case 'wrong':
        status = FAILURE_STATUS;
        await say(line.message);
        return;
      case 'words':
        if (line.words.length > 0) {
          await runWords(line.words, line.text);
        }
    }
  }

  async function runWords(words: readonly string[], text: string): Promise<void> {
    await history
      .add(text)
      .catch((error: Error) => say(`the history takes no line: ${error.message}`));
    if (isInterrupted) {
      return;
    }
    status = await session.run(words);
    const mark = status === 0 ? '' : `[status ${status}]\n`;
    await write(STDERR_FD, `${report.takeOpenLine() ? '\n' : ''}${mark}`);
  }

  /** Runs the lines that were typed, one after the other. */
  async function runLines(): Promise<void> {
    if (isRunning) {
      return;
    }
    isRunning = true;
    isInterrupted = false;
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
    process.stdin.removeListener('keypress', onKey);
    terminal.close();
    leave(status);
  }

  function stop(error: unknown): void {
    fail(error);
    finish();
  }

  function onInterrupt(): void {
    if (isRunning) {
      lines.length = 0;
      isInterrupted = true;
      // The terminal shows ^C in the line of the output.
      process.stderr.write('\n');
      session.interrupt('SIGINT');
      return;
    }
    begun = undefined;
    process.stderr.write('^C\n');
    terminal.write(null, { ctrl: true, name: 'e' });
    terminal.write(null, { ctrl: true, name: 'u' });
    ask();
  }

  function onKey(_: unknown, key?: { readonly sequence?: string }): void {
    if (key?.sequence === CTRL_BACKSLASH) {
      void dieBy('SIGQUIT');
    }
  }

  /** Writes between the prompt's line and what stands above it, at once, so that no key comes between. */
  function writeAbove(text: string): void {
    const { rows } = terminal.getCursorPos();
    moveCursor(process.stderr, 0, -rows);
    cursorTo(process.stderr, 0);
    clearScreenDown(process.stderr);
    // readline goes up as many rows as the cursor stood below the prompt.
    process.stderr.write(`${text}${'\n'.repeat(rows)}`);
    terminal.prompt(true);
  }

  const stopWatch = onDeadlySignal(async (signal) => {
    const { commandState } = session;
    if (commandState !== undefined) {
      await report.interrupted(signal, { commandState });
    }
  }, ENDING);
  const forget = beforeDeath(() => process.stdin.setRawMode(false));
  process.on('SIGINT', onInterrupt);
  process.stdin.on('keypress', onKey);
  terminal.on('SIGINT', onInterrupt);
  // After Ctrl-Z and fg readline reads no keys before it is asked to.
  terminal.on('SIGCONT', () => terminal.prompt(true));
  terminal.on('history', (kept) => {
    if (!isKept(`${begun?.text ?? ''}${kept[0] ?? ''}`.replaceAll('\n', ' '))) {
      kept.shift();
    }
  });
  terminal.on('line', (line) => {
    lines.push(line);
    runLines().catch(stop);
  });
  terminal.on('close', () => {
    if (!isLeft) {
      process.stderr.write('\n');
      finish();
    }
  });
  ask();
  return {
    ended,
    notice(text) {
      if (isRunning || isLeft) {
        void say(text).catch(stop);
      } else {
        writeAbove(said(text));
      }
    },
  };
}
