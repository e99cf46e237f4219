/** A session whose commands come from a file or a pipe. */
import type { ShellMode } from '../options/options.js';
import { onDeadlySignal, unlessDying } from '../run/deadly-signals.js';
import { FAILURE_STATUS } from '../run/exit-status.js';
import type { Report } from '../run/report.js';
import { STDERR_FD, write } from '../terminal/write.js';
import { scriptLines } from './script-lines.js';
import { openSession, type Session, sessionReport } from './session.js';
import { readLine, SESSION_HELP } from './session-line.js';
import type { Begun } from './shell-words.js';

/** Each byte is one character here, so that a word gives its bytes back as they were. */
const BYTES = 'latin1';

/** Runs each line of standard input as a command. Returns the last command's status. */
export async function runScript(mode: ShellMode): Promise<number> {
  const report = sessionReport(mode);
  const session = await openSession(mode, report, {
    // The failure of the command, or the next one's success, says it in a script.
    onLost: () => undefined,
    onReopened: () => undefined,
  });
  const stopWatch = onDeadlySignal(async (signal) => {
    const { commandState } = session;
    // From here on nothing more is sent, so that what is told stays true.
    session.interrupt(signal);
    if (commandState !== undefined) {
      await report.interrupted(signal, { commandState });
    }
  });
  try {
    return await runLines(session, report);
  } finally {
    await unlessDying();
    stopWatch();
    await session.close();
  }
}

async function runLines(session: Session, report: Report): Promise<number> {
  process.stdin.setEncoding(BYTES);
  let status = 0;
  let begun: Begun | undefined;
  let number = 0;
  const tell = (message: string) =>
    report.failure(new Error(`line ${number}: ${message}`), { commandState: 'not-sent' });
  for await (const text of scriptLines(process.stdin)) {
    number += 1;
    const line = readLine(text, begun);
    begun = undefined;
    switch (line.type) {
      case 'unfinished':
        begun = line.begun;
        break;
      case 'leave':
        return line.status ?? status;
      case 'help':
        await write(STDERR_FD, SESSION_HELP);
        break;
      case 'wrong':
        await tell(line.message);
        status = FAILURE_STATUS;
        break;
      case 'words':
        if (line.words.length > 0) {
          status = await session.run(line.words.map((word) => Buffer.from(word, BYTES)));
        }
    }
  }
  if (begun !== undefined) {
    await tell('a quote or a backslash has no end');
    return FAILURE_STATUS;
  }
  return status;
}
