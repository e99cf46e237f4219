/** Asks for an argument at the terminal, twice and without echo. */
import { openSync, writeSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import password from '@inquirer/password';
import { interruptGroup, isIgnored } from '../run/deadly-signals.js';
import { visible } from '../terminal/visible-controls.js';

const TERMINAL = '/dev/tty';
/** Shows the cursor, which the prompt hides (DECTCEM). */
const SHOW_CURSOR = '\u001b[?25h';
/** How often two answers may differ. */
const ATTEMPTS = 3;

/** What the watch of signals offers: it is the caller's, for this file may be bundled apart. */
export interface Watch {
  beforeDeath(restore: () => void): () => void;
  unlessDying(): Promise<void>;
}

interface Terminal extends Disposable {
  readonly input: ReadStream;
  readonly output: WriteStream;
}

/** Opens the terminal, whatever standard input and output are. Throws an Error if there is none. */
function openTerminal({ beforeDeath }: Watch): Terminal {
  let input: ReadStream;
  let output: number;
  try {
    input = new ReadStream(openSync(TERMINAL, 'r'));
    output = openSync(TERMINAL, 'w');
  } catch (cause) {
    throw new Error(
      'there is no terminal to ask at: --prompt needs one, --stdin and --arg-file do not',
      {
        cause,
      },
    );
  }
  const restore = () => {
    input.setRawMode(false);
    writeSync(output, SHOW_CURSOR);
  };
  const forget = beforeDeath(restore);
  return {
    input,
    output: new WriteStream(output),
    [Symbol.dispose]() {
      forget();
      input.setRawMode(false);
      input.destroy();
    },
  };
}

/** Returns a signal that aborts when no answer can come any more: Ctrl-D, or a terminal that has gone. */
function endOf(input: ReadStream): AbortSignal & Disposable {
  const controller = new AbortController();
  const end = () => controller.abort();
  const onKey = (_: unknown, key: { readonly ctrl: boolean; readonly name?: string }) => {
    if (key.ctrl && key.name === 'd') {
      end();
    }
  };
  input.on('keypress', onKey).on('end', end).on('error', end);
  return Object.assign(controller.signal, {
    [Symbol.dispose]() {
      input.off('keypress', onKey).off('end', end).off('error', end);
    },
  });
}

/** Asks once. Ctrl-C at the prompt arrives as a key: it ends this program as the signal would. */
async function ask(message: string, watch: Watch): Promise<string> {
  // The prompt ends the stream that it writes to: each has its own.
  using terminal = openTerminal(watch);
  const { input, output } = terminal;
  using signal = endOf(input);
  try {
    return await password({ message, toggleMask: false, mask: false }, { input, output, signal });
  } catch (cause) {
    await watch.unlessDying();
    if (cause instanceof Error && cause.name === 'ExitPromptError' && !isIgnored('SIGINT')) {
      // The watch of signals says that nothing was sent.
      return await interruptGroup();
    }
    throw new Error('the question at the terminal was not answered', { cause });
  }
}

/**
 * Asks twice at the terminal, without echo, and returns the answer. If the two answers differ, it asks again.
 *
 * Throws an Error if there is no terminal, the terminal ends, or the answers differ three times.
 */
export async function askTwice(prompt: string, watch: Watch): Promise<string> {
  const text = visible(prompt);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = await ask(attempt === 1 ? text : `The two answers differ. ${text}`, watch);
    if (answer === (await ask(`${text} (again)`, watch))) {
      return answer;
    }
  }
  throw new Error(`the two answers differed ${ATTEMPTS} times`);
}
