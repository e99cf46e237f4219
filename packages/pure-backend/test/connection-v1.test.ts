/** Connections of protocol 1 against a scripted server on loopback. */
import { RemctlInvalidTokenError } from '@remctl/core';
import { COMMAND_TOKEN_FLAGS_V1, CONTEXT_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';
import { expect, test } from 'vitest';
import { connectTo, WAIT, WELCOME } from './support/plain-server.js';

/** Opens a connection to a server that confirms a command with its MIC, or with bytes that are no MIC of it. */
const connectTo1 = ({ honest }: { readonly honest: boolean }) =>
  connectTo(({ flags, payload }, send) => {
    if (flags === CONTEXT_TOKEN_FLAGS) {
      send(TokenFlag.CONTEXT, WELCOME);
    }
    if (flags === COMMAND_TOKEN_FLAGS_V1) {
      send(TokenFlag.MIC, honest ? Uint8Array.from(payload) : Buffer.from('forged'));
      send(TokenFlag.DATA, Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 0));
    }
  });

test('receive() gives the answer if the server confirmed the command with its MIC', async () => {
  const connection = await connectTo1({ honest: true });
  expect(connection.protocol).toBe(1);
  await connection.send([Buffer.from('test')], WAIT);
  expect(await connection.receive(WAIT)).toEqual({ type: 'status', status: 3 });
  await connection.close();
});

test('receive() refuses a wrong MIC', async () => {
  const connection = await connectTo1({ honest: false });
  expect(connection.protocol).toBe(1);
  await connection.send([Buffer.from('test')], WAIT);
  await expect(connection.receive(WAIT)).rejects.toThrow(RemctlInvalidTokenError);
  await connection.close();
});
