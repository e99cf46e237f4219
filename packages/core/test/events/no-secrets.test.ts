/** No argument, password, output or word of the server is told: by no event, no NODE_DEBUG, no inspection. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { eventText } from '../../src/events/index.js';
import { createPool, Remctl } from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import { eventsOf } from '../support/heard-events.js';
import { caught } from '../support/waiting.js';

const SECRET = 'm4rked-s3cret';
const credentials = { password: SECRET, clientPrincipal: 'jdoe@EXAMPLE.ORG' };
const COMMANDS = [
  ['account', 'passwd', SECRET],
  [`account passwd ${SECRET}`],
  ['refused', SECRET],
  ['dropped', SECRET],
];

/** Quotes its arguments wherever a server may put a text. */
const echo = () =>
  scriptedBackend((command) => {
    const [name, ...more] = command.map(String);
    const text = `you gave ${more.join(' ')} ${name} ${SECRET}`;
    if (name === 'refused') {
      return { error: 1, message: text };
    }
    return name === 'dropped' ? { stdout: text, fault: 'drop' } : { stdout: text, stderr: text };
  });

function everything(value: unknown): string {
  return inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true });
}

test('events and their texts', async () => {
  const told = await eventsOf(async () => {
    const client = new Remctl(echo(), credentials);
    for (const command of COMMANDS) {
      await client.open('h');
      await caught(client.run(command).text());
    }
    await client.close();
  });
  expect(told.length).toBeGreaterThan(20);
  for (const event of told) {
    expect(everything(event)).not.toContain(SECRET);
    expect(JSON.stringify(event)).not.toContain(SECRET);
    expect(eventText(event)).not.toContain(SECRET);
  }
});

test('inspection of clients, pools and runs', async () => {
  const client = new Remctl(echo(), credentials);
  const pool = await createPool(echo(), { host: 'h' }, credentials);
  await client.open('h');
  const runs = [client.run(COMMANDS[0] ?? []), pool.run(COMMANDS[0] ?? [])];
  const shown = () => [client, pool, ...runs].map(everything);
  expect(shown().join()).not.toContain(SECRET);
  await Promise.all(runs.map((run) => run.text()));
  expect(shown().join()).not.toContain(SECRET);
  await pool.close();
});

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const PROGRAM = `
  import { Remctl } from '${DIST}index.js';
  import { scriptedBackend } from '${DIST}testing/index.js';
  const secret = ${JSON.stringify(SECRET)};
  const client = new Remctl(scriptedBackend(() => ({ stdout: secret, status: 1 })), ${JSON.stringify(credentials)});
  await client.open('server.example.org');
  await client.run(['account', 'passwd', secret]).text();
  await client.close();
`;

test('NODE_DEBUG=remctl prints a line for each event', () => {
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM],
    { env: { ...process.env, NODE_DEBUG: 'remctl' }, encoding: 'utf8' },
  );
  expect(status).toBe(0);
  expect(stderr).not.toContain(SECRET);
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^REMCTL \d+: /, '').replaceAll(/\d+\.\d ms/g, 'N ms'));
  expect(lines).toEqual([
    '#1 server.example.org: open port 4373 or 4444 as host/server.example.org, scripted',
    '#1 server.example.org: negotiate port 4373, try 1',
    '#1 server.example.org: negotiate port 4373, try 1: protocol 2, port 4373 (N ms)',
    '#1 server.example.org: open (1 try, N ms)',
    '#1 server.example.org: command account: 3 arguments, 26 bytes',
    '#1 server.example.org: command account: output token: stream 1, 13 bytes after N ms',
    '#1 server.example.org: command account: status token: 1 after N ms',
    '#1 server.example.org: command account: status 1, 13 bytes of stdout, 0 of stderr (N ms)',
    '#1 server.example.org: close port 4373: close() (1 command, N ms)',
  ]);
});
