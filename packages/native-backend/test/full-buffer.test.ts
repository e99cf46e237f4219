/** Answers that fill the receive buffer inside a token's header. */
import { setTimeout as sleep } from 'node:timers/promises';
import { useRealmForFile } from '@remctl/conformance';
import { output, startScriptedServer, status } from '@remctl/conformance/internal/servers';
import { Remctl } from '@remctl/core';
import { expect, test } from 'vitest';
import { createNativeBackend } from '../src/index.js';

const realm = await useRealmForFile();

/**
 * Connections. Each has its small tokens at another offset, so that buffers end at any byte of a
 * token.
 */
const CONNECTIONS = 32;
/** Bytes of output: more than the addon reads ahead of its reader. */
const READ_AHEAD = 1024 * 1024;
const CHUNK = 60_000;
/** Tokens of one byte: more than fit the receive buffer of a socket. */
const SMALL_TOKENS = 4_000;
/** The reader's pause: the addon stops reading, and the buffers fill. */
const PAUSE_MS = 300;

test('a reader that pauses until the buffers are full gets every token afterwards', async () => {
  await using server = await startScriptedServer({
    keytab: realm.keytabs.server,
    async script(peer) {
      await peer.authenticate();
      await peer.expectCommand();
      for (let sent = 0; sent <= READ_AHEAD; sent += CHUNK) {
        peer.send(peer.seal(output('x'.repeat(CHUNK + peer.connection))));
      }
      const small = Array.from({ length: SMALL_TOKENS }, () => peer.seal(output('x')));
      peer.send(...small, peer.seal(status(0)));
    },
  });
  const read = async () => {
    // No time-out: the server seals its tokens in this process, and so may be silent for seconds.
    await using client = new Remctl(createNativeBackend());
    await client.open({ host: realm.host, port: server.port });
    await client.command(['test', 'full-buffer']);
    let tokens = 0;
    for (
      let token = await client.output();
      token.type === 'output';
      token = await client.output()
    ) {
      tokens += 1;
      if (tokens === 1) {
        await sleep(PAUSE_MS);
      }
    }
    return tokens;
  };
  const tokens = await Promise.all(Array.from({ length: CONNECTIONS }, read));
  expect(new Set(tokens)).toEqual(new Set([Math.floor(READ_AHEAD / CHUNK) + 1 + SMALL_TOKENS]));
});
