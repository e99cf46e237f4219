// Runs a command and streams its output to an HTTP client.
import { once } from 'node:events';
import { STDOUT } from '@remctl/core';
import { answerFor } from './answer-for.mjs';

/** Milliseconds in which an HTTP client must take something: a run holds a connection of the pool. */
const READER_TIMEOUT_MS = 60_000;

/**
 * Streams the command's standard output as the body. The HTTP client's pace holds up the server's command, and a
 * client that goes away ends it.
 *
 * A failure before the first output has a status of its own. A failure after it cuts the transfer, so that the
 * client does not take a part for the whole.
 *
 * @param {import('@remctl/core').Pool} pool
 * @param {readonly string[]} command
 * @param {import('node:http').ServerResponse} response
 */
export async function streamCommand(pool, command, response) {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the HTTP client has gone away')));
  response.setTimeout(READER_TIMEOUT_MS, () => response.destroy());
  try {
    await pipe(pool.run(command, { signal: gone.signal }), response, gone.signal);
    response.end();
  } catch (error) {
    if (gone.signal.aborted) {
      return;
    }
    console.error(`${command.join(' ')}: ${error}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, headers, body } = answerFor(error);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(`${JSON.stringify(body)}\n`);
  }
}

/**
 * @param {import('@remctl/core').RemctlRun} run
 * @param {import('node:http').ServerResponse} response
 * @param {AbortSignal} signal
 */
async function pipe(run, response, signal) {
  for await (const token of run) {
    if (token.type !== 'output') {
      continue;
    }
    if (token.stream !== STDOUT) {
      // Standard error is for the operator, not for the HTTP client.
      process.stderr.write(token.output);
      continue;
    }
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    }
    if (!response.write(token.output)) {
      await once(response, 'drain', { signal });
    }
  }
  // Throws what the server answered instead of a status.
  const status = await run.status;
  if (status !== 0) {
    throw new Error(`the command ended with status ${status}`);
  }
}
