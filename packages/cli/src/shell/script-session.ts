/** A session whose commands come from a file or a pipe. */
import { createInterface } from 'node:readline/promises';
import type { ShellMode } from '../options/options.js';
import { onDeadlySignal, unlessDying } from '../run/deadly-signals.js';
import { openSession, type Session } from './session.js';
import { readWords } from './shell-words.js';

const FAILURE_STATUS = 1;

/** Each byte is one character here, so that a word gives its bytes back as they were. */
const BYTES = 'latin1';

/** Runs each line of standard input as a command. Returns the last command's status. */
export async function runScript(mode: ShellMode): Promise<number> {
  const session = await openSession(mode, {
    // The failure of the command, or the next one's success, says it in a script.
    onLost: () => undefined,
    onReopened: () => undefined,
  });
  const stopWatch = onDeadlySignal(async (signal) => {
    const { report, commandState } = session;
    session.interrupt(signal);
    await report.interrupted(signal, { commandState });
  });
  try {
    return await runLines(session);
  } finally {
    await unlessDying();
    stopWatch();
    await session.close();
  }
}

async function runLines(session: Session): Promise<number> {
  process.stdin.setEncoding(BYTES);
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  let status = 0;
  let begun = '';
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const reading = readWords(begun + line);
    if (reading.type === 'unfinished') {
      begun = reading.text;
      continue;
    }
    begun = '';
    if (reading.words.length > 0) {
      status = await session.run(reading.words.map((word) => Buffer.from(word, BYTES)));
    }
  }
  if (begun !== '') {
    const error = new Error(`line ${number}: a quote or a backslash has no end: nothing was sent`);
    await session.report.failure(error, { commandState: 'not-sent' });
    return FAILURE_STATUS;
  }
  return status;
}
