/** Time-outs of a connection: silence, a hang-up, a busy process. */
import { RemctlTimeoutError } from '@remctl/core';
import { CONTEXT_TOKEN_FLAGS } from '@remctl/core/wire';
import { expect, test, vi } from 'vitest';
import { keepBusy, turn } from './support/event-loop.js';
import { connectTo, protocol2, STATUS, WAIT, WELCOME } from './support/plain-server.js';

test('silence is a time-out, and a server that hangs up is EOF in its phase', async () => {
  await expect(connectTo(() => undefined, { timeoutMs: 200 })).rejects.toThrow(RemctlTimeoutError);
  await expect(connectTo((_, __, socket) => socket.end())).rejects.toMatchObject({
    code: 'EOF',
    phase: 'negotiate',
  });
});

test('an answer that came while the process was busy is in time', async () => {
  const answers: (() => void)[] = [];
  const connection = await connectTo(
    protocol2((_, send) => {
      answers.push(() => send(STATUS));
    }),
  );
  await connection.send([Buffer.from('test')], WAIT);
  const [answer] = await vi.waitUntil(() => (answers.length === 0 ? undefined : answers));
  const timeoutMs = 100;
  // From here the event loop comes to its timers before it looks at sockets.
  await turn();
  const receiving = connection.receive({ timeoutMs });
  answer?.();
  keepBusy(2 * timeoutMs);
  expect(await receiving).toEqual({ type: 'status', status: 3 });
  await connection.close();
});

test('a proof that came while the process was busy is in time', async () => {
  const proofs: (() => void)[] = [];
  const timeoutMs = 1_000;
  const connecting = connectTo(
    ({ flags }, send) => {
      if (flags === CONTEXT_TOKEN_FLAGS) {
        proofs.push(() => send(CONTEXT_TOKEN_FLAGS, WELCOME));
      }
    },
    { timeoutMs },
  );
  const [proof] = await vi.waitUntil(() => (proofs.length === 0 ? undefined : proofs));
  // From here the event loop comes to its timers before it looks at sockets.
  await turn();
  proof?.();
  keepBusy(1.2 * timeoutMs);
  await (await connecting).close();
});
