// The routes: which request runs which command.
import { streamCommand } from './stream-command.mjs';

/** Names of accounts. Nothing else reaches the command: the server's program may not expect it. */
const ACCOUNT = /^[a-z][a-z0-9_-]{0,31}$/;

/**
 * Returns the command of a path, or the status that refuses it.
 *
 * @param {string} path
 * @returns {{ command: string[] } | { status: number, text: string }}
 */
function commandOf(path) {
  const name = /^\/accounts\/([^/]*)\/report$/.exec(path)?.[1];
  if (name === undefined) {
    return { status: 404, text: 'there is nothing here: ask for /accounts/NAME/report' };
  }
  return ACCOUNT.test(name)
    ? { command: ['account', 'report', name] }
    : { status: 400, text: 'a name begins with a letter, and has letters, digits, _ and - alone' };
}

/**
 * Answers requests by commands of the pool.
 *
 * @param {import('@remctl/core').Pool} pool
 * @returns {import('node:http').RequestListener}
 */
export function createHandler(pool) {
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET') {
      response.writeHead(405, { allow: 'GET' }).end();
      return;
    }
    if (pathname === '/health') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(pool.metrics)}\n`);
      return;
    }
    const found = commandOf(pathname);
    if ('status' in found) {
      response.writeHead(found.status, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify({ error: found.text })}\n`);
      return;
    }
    await streamCommand(pool, found.command, response);
  };
}
