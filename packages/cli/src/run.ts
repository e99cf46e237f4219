/** Runs one command, and gives the status to end with. */
import { type BackendName, createClient, errorCodeName, STDERR } from '@remctl/core';
import { exactWords } from './exact-words.js';
import type { Options } from './options.js';
import { visible, visibleBytes } from './visible.js';
import { isBrokenPipe, write } from './write.js';

/** The C client's status for MESSAGE_ERROR, and for everything else that went wrong. */
const SERVER_ERROR_STATUS = 255;
const FAILURE_STATUS = 1;
/** What a shell reports of a program that ended by SIGPIPE. */
const BROKEN_PIPE_STATUS = 141;

/** Runs the command. Its output goes where the server said, byte for byte, as it comes. */
export async function run(options: Options): Promise<number> {
  // Reported where the write is awaited; without a listener Node would throw it as well.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const debug = options.debug
    ? (text: string) => write(process.stderr, `remctl: ${visible(text)}\n`)
    : async () => undefined;
  try {
    return await runCommand(options, debug);
  } catch (error) {
    if (isBrokenPipe(error)) {
      return BROKEN_PIPE_STATUS;
    }
    const message = error instanceof Error ? error.message : String(error);
    await write(process.stderr, `remctl: ${visible(message)}\n`);
    return FAILURE_STATUS;
  }
}

async function runCommand(
  options: Options,
  debug: (text: string) => Promise<void>,
): Promise<number> {
  const { host, port, principal, timeout, source: sourceIp } = options;
  const words = exactWords(options.command);
  // The name is checked where backends are known.
  const client = await createClient(options.backend as BackendName | undefined, {
    sourceIp,
    timeout,
  });
  try {
    await debug(
      `${client.backend}: opening ${host}, ${port === undefined ? 'port 4373 or 4444' : `port ${port}`}, ` +
        `as ${principal ?? `host/${host}`}`,
    );
    await client.open({ host, port, principal });
    await debug(`open; sending a command of ${words.length} words`);
    for await (const token of client.run(words)) {
      if (token.type === 'output') {
        await debug(`output token: stream ${token.stream}, ${token.output.length} bytes`);
        await write(token.stream === STDERR ? process.stderr : process.stdout, token.output);
      } else if (token.type === 'error') {
        await debug(`error token: ${errorCodeName(token.error) ?? token.error}`);
        await write(process.stderr, Buffer.concat([visibleBytes(token.output), Buffer.from('\n')]));
        return SERVER_ERROR_STATUS;
      } else {
        await debug(`status token: ${token.status}`);
        return token.status;
      }
    }
    throw new Error('the server ended the answer without a status');
  } finally {
    await client.close();
  }
}
