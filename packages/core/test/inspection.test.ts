/** What `console.log` shows of clients, pools and runs. */
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createPool, Remctl } from '../src/index.js';
import { scriptedBackend } from '../src/testing/index.js';
import { manualBackend } from './support/manual-backend.js';
import { caught } from './support/waiting.js';

const backend = scriptedBackend(() => ({ stdout: 'hello' }));

test('a client shows its backend, its state and its connection', async () => {
  const client = new Remctl(backend);
  expect(inspect(client)).toBe("Remctl { backend: 'scripted', state: 'closed' }");
  const opening = client.open('h', 7);
  expect(inspect(client)).toBe("Remctl { backend: 'scripted', state: 'opening' }");
  await opening;
  const open = { host: 'h', protocol: 2, port: 7 };
  expect(inspect(client)).toBe(
    `Remctl ${inspect({ backend: 'scripted', state: 'open', ...open })}`,
  );
  await client.command(['x']);
  expect(inspect(client)).toContain("state: 'running'");
  await client.close();
  expect(inspect(client)).toContain("state: 'closed'");
});

test('a client shows what its backend knows, and no Date of no ticket', async () => {
  const { backend: plain } = manualBackend();
  const details = { serverPrincipal: 'host/h@EXAMPLE.ORG', ticketEnd: new Date(0) };
  const client = new Remctl({
    name: 'telling',
    connect: async (options) => ({ ...(await plain.connect(options)), details }),
  });
  await client.open('h', 7);
  const shown = inspect(client, { breakLength: Number.POSITIVE_INFINITY });
  expect(shown).toContain("serverPrincipal: 'host/h@EXAMPLE.ORG'");
  expect(shown).toContain('ticketEnd: 1970-01-01T00:00:00.000Z');
  expect(shown).not.toContain('clientPrincipal');
});

test('a scripted backend knows what a test says it knows', async () => {
  const details = { clientPrincipal: 'jdoe@EXAMPLE.ORG' };
  const client = new Remctl(scriptedBackend(() => ({}), { details }));
  await client.open('h', 7);
  expect(client.connection).toMatchObject({ ...details, serverPrincipal: undefined });
});

test('in protocol 1, a client between two commands is open', async () => {
  const { backend: one } = manualBackend(1);
  const client = new Remctl(one);
  await client.open('h', 7);
  await client.run(['x']).text();
  expect(inspect(client)).toContain("state: 'open'");
});

test('deep inside another object, the name alone is shown', () => {
  expect(inspect({ a: { client: new Remctl(backend) } }, { depth: 1 })).toContain('[Remctl]');
});

test('a pool shows its server and its numbers', async () => {
  const pool = await createPool(backend, { host: 'h' });
  await pool.run(['x']).text();
  const numbers = { max: 4, open: 1, busy: 0, waiting: 0 };
  const shown = { backend: 'scripted', state: 'open', host: 'h', ...numbers };
  expect(inspect(pool)).toBe(`Pool ${inspect(shown)}`);
  await pool.close();
  expect(inspect(pool)).toContain("state: 'closed'");
});

test('a run shows how far it is and who reads it', async () => {
  const client = new Remctl(backend);
  await client.open('h', 7);
  const run = client.run(['x']);
  expect(inspect(run)).toBe("RemctlRun { state: 'running', commandState: 'unknown' }");
  await run.text();
  expect(inspect(run)).toBe(
    "RemctlRun { state: 'ended', commandState: 'finished', readBy: 'text()' }",
  );
  const refused = client.run(['x']);
  await client.close();
  await caught(refused.text());
  expect(inspect(refused)).toContain("state: 'failed'");
});
