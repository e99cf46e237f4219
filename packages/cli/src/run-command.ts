/** Runs one command on the server and writes its output. */
import { type BackendName, createClient, errorCodeName, STDERR } from '@remctl/core';
import { exactArguments } from './exact-arguments.js';
import type { Options } from './options.js';
import { visible, visibleBytes } from './visible-controls.js';
import { isBrokenPipe, write } from './write.js';

/** The C client's exit status if the server answers with an error. */
const SERVER_ERROR_STATUS = 255;
/** The C client's exit status after any other failure. */
const FAILURE_STATUS = 1;
/** The status that a shell reports for a program that ended by SIGPIPE. */
const BROKEN_PIPE_STATUS = 141;

/**
 * Runs the command and returns the exit status of this process. Writes each output to the stream
 * that the server names, byte for byte, as it arrives. Writes failures to standard error. Throws
 * the error of standard error if that fails too.
 */
export async function runCommand(options: Options): Promise<number> {
  // Each write reports its own error; without a listener Node would throw the error as well.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const debug = options.debug
    ? (text: string) => write(process.stderr, `remctl: ${visible(text)}\n`)
    : async () => undefined;
  try {
    return await sendCommand(options, debug);
  } catch (error) {
    if (isBrokenPipe(error)) {
      return BROKEN_PIPE_STATUS;
    }
    const message = error instanceof Error ? error.message : String(error);
    await write(process.stderr, `remctl: ${visible(message)}\n`);
    return FAILURE_STATUS;
  }
}

async function sendCommand(
  options: Options,
  debug: (text: string) => Promise<void>,
): Promise<number> {
  const { host, port, principal, timeout, source: sourceIp } = options;
  const command = exactArguments(options.command);
  // createClient checks the name: it knows the backends.
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
    await debug(`open; sending a command of ${command.length} arguments`);
    for await (const token of client.run(command)) {
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
