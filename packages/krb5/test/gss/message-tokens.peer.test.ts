/** Wrap and MIC tokens, exchanged with MIT Kerberos. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Realm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EncryptionKey, Etype } from '../../src/crypto/index.js';
import { createMessageProtection, type MessageProtection } from '../../src/gss/message-tokens.js';
import { hexField, toHexField } from '../support/hex.js';
import { useProgram } from '../support/use-program.js';
import { useRealm } from '../support/use-realm.js';

const program = useProgram(new URL('./message-tokens.peer.c', import.meta.url), ['-lgssapi_krb5']);

interface Peer {
  readonly process: ChildProcessWithoutNullStreams;
  readonly key: Buffer;
  ask(...fields: readonly string[]): Promise<string>;
}

async function startPeer(realm: Realm): Promise<Peer> {
  const env = { ...realm.env, KRB5_KTNAME: realm.keytabs.server };
  const child = spawn(program, [`host@${realm.host}`], { env });
  child.stderr.pipe(process.stderr);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done === true) {
      throw new Error('the peer ended');
    }
    return value;
  };
  return {
    process: child,
    key: hexField(await nextLine()),
    ask(...fields) {
      child.stdin.write(`${fields.join(' ')}\n`);
      return nextLine();
    },
  };
}

const types = [
  ['aes256-cts-hmac-sha1-96', Etype.AES256_CTS_HMAC_SHA1_96],
  ['aes128-cts-hmac-sha1-96', Etype.AES128_CTS_HMAC_SHA1_96],
  ['aes256-cts-hmac-sha384-192', Etype.AES256_CTS_HMAC_SHA384_192],
  ['aes128-cts-hmac-sha256-128', Etype.AES128_CTS_HMAC_SHA256_128],
] as const;

describe.each(types)('a context of MIT Kerberos with %s', (enctype, etype) => {
  const realm = useRealm({ enctype });
  let peer: Peer;
  /** Our two ends: each reads the tokens of the other end of the peer. */
  let initiator: MessageProtection;
  let acceptor: MessageProtection;
  const messages = [0, 1, 15, 16, 17, 31, 32, 33, 100, 65_536, 100_000].map((n) => randomBytes(n));

  beforeAll(async () => {
    peer = await startPeer(realm);
    // The first token of each end gives the first of its sequence numbers.
    const probe = Buffer.from('probe');
    const fromInitiator = hexField(await peer.ask('wrap', 'i', '1', toHexField(probe)));
    const fromAcceptor = hexField(await peer.ask('wrap', 'a', '1', toHexField(probe)));
    const [initiatorSeq, acceptorSeq] = [fromInitiator, fromAcceptor].map((token) =>
      token.readBigUInt64BE(8),
    );
    if (initiatorSeq === undefined || acceptorSeq === undefined) {
      throw new Error('no numbers');
    }
    const options = {
      key: new EncryptionKey(etype, peer.key),
      acceptorSubkey: true,
      replay: true,
      sequence: true,
      requireConfidentiality: false,
    };
    initiator = createMessageProtection({
      ...options,
      role: 'initiator',
      sendSeq: initiatorSeq,
      recvSeq: acceptorSeq,
    });
    acceptor = createMessageProtection({
      ...options,
      role: 'acceptor',
      sendSeq: acceptorSeq,
      recvSeq: initiatorSeq,
    });
    expect(acceptor.unwrap(fromInitiator).toString()).toBe('probe');
    expect(initiator.unwrap(fromAcceptor).toString()).toBe('probe');
  });

  afterAll(async () => {
    if (peer !== undefined) {
      peer.process.stdin.end();
      await once(peer.process, 'exit');
    }
  });

  const ends = [
    ['initiator', 'i', () => acceptor],
    ['acceptor', 'a', () => initiator],
  ] as const;

  test.each(ends)('its %s makes Wrap tokens that we open', async (_name, end, receiver) => {
    for (const message of messages) {
      const token = hexField(await peer.ask('wrap', end, '1', toHexField(message)));
      expect(receiver().unwrap(token).equals(message)).toBe(true);
    }
  });

  test.each(ends)(
    'its %s makes Wrap tokens without confidentiality that we open',
    async (_name, end, receiver) => {
      for (const message of messages) {
        const token = hexField(await peer.ask('wrap', end, '0', toHexField(message)));
        expect(receiver().unwrap(token).equals(message)).toBe(true);
      }
    },
  );

  test.each(ends)('its %s makes MIC tokens that we verify', async (_name, end, receiver) => {
    for (const message of messages) {
      const token = hexField(await peer.ask('mic', end, toHexField(message)));
      receiver().verifyMic(message, token);
    }
  });

  test.each([
    ['initiator', 'i', () => acceptor],
    ['acceptor', 'a', () => initiator],
  ] as const)('its %s opens and verifies our tokens', async (_name, end, sender) => {
    for (const message of messages) {
      expect(await peer.ask('unwrap', end, toHexField(sender().wrap(message)))).toBe(
        toHexField(message),
      );
      const mic = sender().getMic(message);
      expect(await peer.ask('verify', end, toHexField(message), toHexField(mic))).toBe('-');
    }
  });
});
