/** The initiator with acceptors that refuse it or are false. */
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { decode } from '../../src/asn1/codec.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { EncryptionKey, KeyUsage } from '../../src/crypto/index.js';
import { GssError, Krb5Error } from '../../src/errors.js';
import {
  type AcceptorOptions,
  AcceptorRefusal,
  createAcceptorContext,
} from '../../src/gss/acceptor.js';
import { apRepToken, openAuthenticator, readApReqToken } from '../../src/gss/ap-exchange.js';
import { ALL_FLAGS, ContextFlag } from '../../src/gss/context-flags.js';
import { createInitiatorContext, type InitiatorOptions } from '../../src/gss/initiator.js';
import { createReplayCache } from '../../src/gss/replay-cache.js';
import { findKey, type Keytab } from '../../src/keytab/keytab.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { decryptData } from '../../src/messages/protection.js';
import { encTicketPart, ticket } from '../../src/messages/ticket.js';
import { parsePrincipal } from '../../src/principal.js';
import { shiftClock } from '../support/clock.js';
import { freshCache } from '../support/credentials.js';
import { otherKeys } from '../support/other-keys.js';
import { configOf } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let config: Krb5Config;
let keytab: Keytab;
beforeAll(async () => {
  config = await configOf(realm);
  keytab = await readKeytab(realm.keytabs.server);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The encryption type arcfour-hmac (RFC 4757). */
const RC4 = 23;
const NONE = new Uint8Array();
const initiate = (options: Partial<InitiatorOptions> = {}) =>
  createInitiatorContext({
    host: 'localhost',
    credentials: { type: 'ccache', ccache: realm.ccache },
    config,
    ...options,
  });

/** Opens a request with the service's key. */
function openRequest(token: Uint8Array) {
  const request = readApReqToken(token);
  const { encPart } = decode(ticket, request.ticket);
  const principal = parsePrincipal(realm.principals.server);
  const plaintext = decryptData(findKey(keytab, { principal }).key, KeyUsage.TICKET, encPart);
  const { key } = decode(encTicketPart, plaintext ?? NONE);
  const proof = openAuthenticator(request, key);
  if (proof === undefined) {
    throw new Error('the request does not open');
  }
  return { sessionKey: key, ctime: proof.ctime, cusec: proof.cusec };
}

/** Returns the acceptor, and its answer or refusal to `request`. */
function answerOf(request: Uint8Array | undefined, options: Partial<AcceptorOptions> = {}) {
  const replayCache = createReplayCache();
  const acceptor = createAcceptorContext({ keytab, replayCache, ...options });
  try {
    return { acceptor, token: acceptor.step(request ?? NONE).token ?? NONE };
  } catch (error) {
    if (error instanceof AcceptorRefusal) {
      return { acceptor, token: error.token };
    }
    throw error;
  }
}

async function expectNoContext(
  context: ReturnType<typeof initiate>,
  token: Uint8Array | undefined,
  error: object,
): Promise<void> {
  await expect(context.step(token)).rejects.toMatchObject(error);
  expect(context.peer).toBeUndefined();
  expect(context.flags).toBe(0);
  expect(() => context.wrap(NONE)).toThrow(expect.objectContaining({ name: 'GSS_S_NO_CONTEXT' }));
}

describe('mutual authentication', () => {
  const notProven = {
    name: 'KRB5_MUTUAL_FAILED',
    message: expect.stringContaining('do not trust'),
  };

  test.each<[string, NonNullable<AcceptorOptions['alterApRep']>]>([
    ['of another second', (part) => ({ ...part, ctime: part.ctime + 1 })],
    ['of another microsecond', (part) => ({ ...part, cusec: (part.cusec + 1) % 1_000_000 })],
  ])('an answer %s is refused', async (_name, alterApRep) => {
    const context = initiate();
    const { token } = await context.step();
    await expectNoContext(context, answerOf(token, { alterApRep }).token, notProven);
  });

  test('the answer to another request is refused, even with the same key', async () => {
    const other = await initiate().step();
    const context = initiate();
    await context.step();
    await expectNoContext(context, answerOf(other.token).token, notProven);
  });

  test('an answer with any octet changed is refused', async () => {
    const { length } = answerOf((await initiate().step()).token).token;
    for (let at = 0; at < length; at += 1) {
      let context = initiate();
      let token = Uint8Array.from(answerOf((await context.step()).token).token);
      // Numbers in the answer are random, and some take an octet less: the last may be missing.
      while (token.length <= at) {
        context = initiate();
        token = Uint8Array.from(answerOf((await context.step()).token).token);
      }
      token[at] = (token[at] ?? 0) ^ 0x01;
      const error = await context.step(token).catch((caught: unknown) => caught);
      const known = error instanceof Krb5Error || error instanceof GssError;
      expect(known, `octet ${at}: ${error}`).toBe(true);
      expect(context.peer, `octet ${at}`).toBeUndefined();
    }
  });

  test.each([
    ['nothing', undefined, { name: 'GSS_S_FAILURE' }],
    ['an empty token', NONE, { name: 'GSS_S_DEFECTIVE_TOKEN' }],
    ['noise', Buffer.from('no token at all'), { name: 'GSS_S_DEFECTIVE_TOKEN' }],
  ])('%s is refused as an answer', async (_name, token, error) => {
    const context = initiate();
    await context.step();
    await expectNoContext(context, token, error);
  });

  test('the initiator’s own request is refused as an answer', async () => {
    const context = initiate();
    const { token } = await context.step();
    await expectNoContext(context, token, { name: 'GSS_S_DEFECTIVE_TOKEN' });
  });

  test('a second answer is refused', async () => {
    const context = initiate();
    const { token } = answerOf((await context.step()).token);
    await context.step(token);
    await expect(context.step(token)).rejects.toMatchObject({ name: 'GSS_S_FAILURE' });
  });

  test('a sub-key of an unsupported type is refused', async () => {
    const context = initiate();
    const { token } = await context.step();
    const { sessionKey, ctime, cusec } = openRequest(token ?? NONE);
    const subkey = new EncryptionKey(RC4, sessionKey.value.subarray(16));
    const answer = apRepToken(sessionKey, { ctime, cusec, subkey, seqNumber: 1 });
    await expectNoContext(context, answer, {
      name: 'KDC_ERR_ETYPE_NOSUPP',
      message: expect.stringContaining('arcfour-hmac'),
    });
  });
});

test('both sides have the same flags, which the initiator asked for', async () => {
  for (const flags of [ALL_FLAGS, ContextFlag.MUTUAL, ContextFlag.MUTUAL | ContextFlag.SEQUENCE]) {
    const context = initiate({ flags });
    const { acceptor, token } = answerOf((await context.step()).token);
    expect(context.flags).toBe(0);
    await context.step(token);
    expect([context.flags, acceptor.flags]).toEqual([flags, flags]);
  }
});

test('messages go at once without mutual authentication', async () => {
  const context = initiate({ flags: ALL_FLAGS & ~ContextFlag.MUTUAL });
  const { token, established } = await context.step();
  expect(established).toBe(true);
  const { acceptor } = answerOf(token);
  expect(acceptor.unwrap(context.wrap(Buffer.from('to'))).toString()).toBe('to');
  expect(context.unwrap(acceptor.wrap(Buffer.from('fro'))).toString()).toBe('fro');
});

describe('a refusal', () => {
  test.each([
    [3_600_000, '60 minutes'],
    [-600_000, '10 minutes'],
  ])('says how far the server’s clock differs: %i ms ahead', async (milliseconds, text) => {
    const context = initiate();
    const { token } = await context.step();
    shiftClock(milliseconds);
    const answer = answerOf(token).token;
    vi.restoreAllMocks();
    await expectNoContext(context, answer, {
      name: 'KRB_AP_ERR_SKEW',
      message: expect.stringContaining(`clock differs from this machine's by ${text}`),
    });
  });

  test('says that the server has another key', async () => {
    const context = initiate();
    const { token } = await context.step();
    await expectNoContext(context, answerOf(token, { keytab: otherKeys(keytab) }).token, {
      name: 'KRB_AP_ERR_MODIFIED',
      message: expect.stringMatching(/has no key for host\/localhost@.*, or another one: check/),
    });
  });

  test('says that the server takes the request for a replay', async () => {
    const context = initiate();
    const { token } = await context.step();
    const replayCache = createReplayCache();
    answerOf(token, { replayCache });
    await expectNoContext(context, answerOf(token, { replayCache }).token, {
      name: 'KRB_AP_ERR_REPEAT',
      message: expect.stringContaining('replay: try again'),
    });
  });

  test('makes the initiator ask for another ticket: the server may have a new key', async () => {
    const credentials = await freshCache(realm);
    const ticketOf = async () => {
      const context = initiate({ credentials });
      const { token } = await context.step();
      return { context, token };
    };
    const refused = await ticketOf();
    await refused.context
      .step(answerOf(refused.token, { keytab: otherKeys(keytab) }).token)
      .catch(() => undefined);
    await realm.kadmin(`ktadd -k ${realm.keytabs.server} ${realm.principals.server}`);
    const later = await ticketOf();
    const renewed = { keytab: await readKeytab(realm.keytabs.server) };
    await later.context.step(answerOf(later.token, renewed).token);
    expect(later.context.peer).toBe(realm.principals.server);
  });
});
