/** Runs one command on the server and writes its output. */
import { errorCodeName, STDERR } from '@remctl/core';
import { exactArguments } from '../arguments/exact-arguments.js';
import type { RunMode } from '../options/options.js';
import { visible, visibleBytes } from '../terminal/visible-controls.js';
import { isBrokenPipe, write } from '../terminal/write.js';
import { clientOf, targetOf } from './open-options.js';

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
export async function runCommand(mode: RunMode): Promise<number> {
  // Each write reports its own error; without a listener Node would throw the error as well.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const debug = mode.connection.debug
    ? (text: string) => write(process.stderr, `remctl: ${visible(text)}\n`)
    : async () => undefined;
  try {
    return await sendCommand(mode, debug);
  } catch (error) {
    if (isBrokenPipe(error)) {
      return BROKEN_PIPE_STATUS;
    }
    const message = error instanceof Error ? error.message : String(error);
    await write(process.stderr, `remctl: ${visible(message)}\n`);
    return FAILURE_STATUS;
  }
}

async function sendCommand(mode: RunMode, debug: (text: string) => Promise<void>): Promise<number> {
  const { connection, server } = mode;
  if (server.type === 'domain') {
    throw new Error('--discover is not there yet');
  }
  const { host } = server;
  const { port, service } = connection;
  const command = exactArguments(mode.command);
  const client = await clientOf(connection);
  try {
    await debug(
      `${client.backend}: opening ${host}, ${port === undefined ? 'port 4373 or 4444' : `port ${port}`}, ` +
        `as ${service ?? `host/${host}`}`,
    );
    await client.open(targetOf(host, connection));
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
