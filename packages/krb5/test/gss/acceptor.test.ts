/** The acceptor with the initiator of libgssapi_krb5 and a real KDC. */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Realm, storeServiceTicket } from '@remctl/realm';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CcacheCredential, TimeOffset } from '../../src/ccache/ccache.js';
import { decodeCcache } from '../../src/ccache/decode.js';
import { randomKey } from '../../src/crypto/index.js';
import { KrbErrorCode, krbErrorName } from '../../src/error-codes.js';
import { GssError, Krb5Error } from '../../src/errors.js';
import {
  type AcceptorContext,
  type AcceptorOptions,
  AcceptorRefusal,
  createAcceptorContext,
} from '../../src/gss/acceptor.js';
import { readAcceptorToken } from '../../src/gss/ap-exchange.js';
import { ALL_FLAGS, ContextFlag } from '../../src/gss/context-flags.js';
import { createReplayCache } from '../../src/gss/replay-cache.js';
import type { Keytab } from '../../src/keytab/keytab.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { TicketFlag } from '../../src/messages/ticket.js';
import { parsePrincipal } from '../../src/principal.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { shiftClock } from '../support/clock.js';
import { lengthPrefixed, listen, readLengthPrefixed } from '../support/connection.js';
import { otherKeys } from '../support/other-keys.js';
import { ENCTYPES } from '../support/realm-files.js';
import { useProgram } from '../support/use-program.js';
import { useRealm } from '../support/use-realm.js';

const program = useProgram(new URL('./libgssapi-initiator.c', import.meta.url), ['-lgssapi_krb5']);
afterEach(() => {
  vi.restoreAllMocks();
});

/** GSS_C_TRANS_FLAG (RFC 2744): libgssapi can hand the context to another process. */
const TRANSFERABLE = 256;
const REPLY = 'the acceptor’s answer';

interface Initiator {
  readonly realm: Realm;
  readonly message?: string;
  readonly flags?: number;
  readonly ccache?: string;
}

/** Runs the C program, which exits with 1 if the context or a message failed. */
function runInitiator(port: number, { realm, message, flags, ccache }: Initiator) {
  const args = [String(port), `host@${realm.host}`, String(flags ?? ALL_FLAGS), message ?? 'hello'];
  const env = ccache === undefined ? realm.env : { ...realm.env, KRB5CCNAME: ccache };
  return new Promise<{ readonly output: string; readonly status: unknown }>((resolve) => {
    execFile(program, args, { env }, (error, output) => {
      resolve({ output, status: error === null ? 0 : error.code });
    });
  });
}

interface Exchange {
  readonly context: AcceptorContext;
  /** The initiator's protected message; undefined if the context was refused. */
  readonly message: string | undefined;
  readonly refusal: AcceptorRefusal | undefined;
}

/**
 * Accepts one context, reads one message and its MIC, and answers with the same. Calls `before`
 * with the initiator's token before the acceptor sees it.
 */
async function exchange(
  options: AcceptorOptions,
  initiator: Initiator,
  before?: (token: Uint8Array) => void | Promise<void>,
): Promise<Exchange & { readonly output: string; readonly status: unknown }> {
  const context = createAcceptorContext(options);
  let serve: Promise<Exchange> | undefined;
  const server = await listen((connection) => {
    const speak = async (): Promise<Exchange> => {
      const token = await readLengthPrefixed(connection);
      await before?.(token);
      try {
        const step = context.step(token);
        if (step.token !== undefined) {
          connection.send(lengthPrefixed(step.token));
        }
      } catch (error) {
        if (!(error instanceof AcceptorRefusal)) {
          throw error;
        }
        connection.send(lengthPrefixed(error.token));
        return { context, message: undefined, refusal: error };
      }
      const message = context.unwrap(await readLengthPrefixed(connection));
      context.verifyMic(message, await readLengthPrefixed(connection));
      const reply = Buffer.from(REPLY);
      connection.send(lengthPrefixed(context.wrap(reply)));
      connection.send(lengthPrefixed(context.getMic(reply)));
      return { context, message: message.toString(), refusal: undefined };
    };
    serve = speak();
    serve.catch(() => connection.close());
  });
  onTestFinished(() => server.close());
  const result = await runInitiator(server.port, initiator);
  if (serve === undefined) {
    throw new Error(`the initiator did not connect: ${result.output}`);
  }
  return { ...(await serve), ...result };
}

describe.each(ENCTYPES)('%s', (enctype) => {
  const realm = useRealm({ enctype });
  let keytab: Keytab;
  beforeAll(async () => {
    keytab = await readKeytab(realm.keytabs.server);
  });

  test('libgssapi establishes a context, and messages go both ways', async () => {
    const message = 'm'.repeat(100_000);
    const result = await exchange({ keytab }, { realm, message });
    expect(result.output).toBe(`flags ${ALL_FLAGS | TRANSFERABLE}\nconf 1\n${REPLY}\n`);
    expect(result.message).toBe(message);
    expect(result.context.flags).toBe(ALL_FLAGS);
    expect(result.context.peer).toBe(realm.principals.client);
    expect(result.context.expires?.getTime()).toBeGreaterThan(Date.now());
  });

  test('the initiator’s sub-key protects messages if the acceptor gives none', async () => {
    const alterApRep: AcceptorOptions['alterApRep'] = ({ subkey: _, ...part }) => part;
    const result = await exchange({ keytab, alterApRep }, { realm });
    expect(result).toMatchObject({ message: 'hello', status: 0 });
  });

  test('libgssapi refuses an answer to another request', async () => {
    const alterApRep: AcceptorOptions['alterApRep'] = (part) => ({
      ...part,
      ctime: part.ctime - 1,
    });
    const context = createAcceptorContext({ keytab, alterApRep });
    const server = await listen(async (connection) => {
      const { token } = context.step(await readLengthPrefixed(connection));
      connection.send(lengthPrefixed(token ?? new Uint8Array()));
    });
    onTestFinished(() => server.close());
    const { output, status } = await runInitiator(server.port, { realm });
    expect(status).toBe(1);
    expect(output).toMatch(/^init: .*Mutual authentication failed/);
  });
});

describe('a context', () => {
  const realm = useRealm({ libdefaults: ['forwardable = true'] });
  let keytab: Keytab;
  beforeAll(async () => {
    keytab = await readKeytab(realm.keytabs.server);
  });

  test.each([
    ['is established without mutual authentication', ALL_FLAGS & ~ContextFlag.MUTUAL],
    ['is established with replay detection alone', ContextFlag.MUTUAL | ContextFlag.REPLAY],
    ['is established without order of messages', ContextFlag.MUTUAL],
  ])('%s', async (_name, wanted) => {
    const result = await exchange({ keytab }, { realm, flags: wanted });
    // libgssapi always offers confidentiality and integrity.
    expect(result.output).toMatch(new RegExp(`^flags \\d+\nconf 1\n${REPLY}\n$`));
    expect(result.message).toBe('hello');
    expect(result.context.flags & wanted).toBe(wanted);
    expect(result.context.flags & ContextFlag.MUTUAL).toBe(wanted & ContextFlag.MUTUAL);
  });

  test('is established with a delegated ticket, which the acceptor ignores', async () => {
    const ccache = await realm.kinit();
    const flags = ALL_FLAGS | ContextFlag.DELEG;
    const result = await exchange({ keytab }, { realm, flags, ccache });
    expect(result.output).toBe(`flags ${flags | TRANSFERABLE}\nconf 1\n${REPLY}\n`);
    expect(result.message).toBe('hello');
    // The acceptor keeps no delegated ticket, so it must not set the flag.
    expect(result.context.flags).toBe(ALL_FLAGS);
  });

  test('is established by the service that principal names', async () => {
    const accepted = parsePrincipal(realm.principals.server);
    const result = await exchange({ keytab, principal: accepted }, { realm });
    expect(result.message).toBe('hello');
  });
});

describe('refusals of the acceptor, reported by libgssapi', () => {
  const realm = useRealm();
  let keytab: Keytab;
  beforeAll(async () => {
    keytab = await readKeytab(realm.keytabs.server);
  });

  /** Expects the initiator to fail and print `text`, and the acceptor's error to have `code`. */
  function expectRefusal(
    result: Awaited<ReturnType<typeof exchange>>,
    code: number,
    text: string,
  ): void {
    expect(result.refusal).toMatchObject({ name: krbErrorName(code), code });
    expect(result.output).toContain(text);
    expect(result.output).toMatch(/^init: /);
    expect(result.status).toBe(1);
    expect(() => result.context.wrap(Buffer.from('x'))).toThrow('not established');
    expect(result.context.peer).toBeUndefined();
  }

  test('a ticket with another key of the same version is refused', async () => {
    const result = await exchange({ keytab: otherKeys(keytab) }, { realm });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_MODIFIED, 'Message stream modified');
    expect(result.refusal?.message).toContain(keytab.path);
  });

  test('a ticket with a key of another version is refused', async () => {
    const other = otherKeys(keytab);
    const entries = other.entries.map((each) => ({ ...each, kvno: each.kvno + 1 }));
    const result = await exchange({ keytab: { ...keytab, entries } }, { realm });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_BADKEYVER, 'Key version is not available');
  });

  test('a ticket with a key of a type that the keytab does not have is refused', async () => {
    const entries = keytab.entries.map((each) => ({ ...each, key: randomKey(17) }));
    const result = await exchange({ keytab: { ...keytab, entries } }, { realm });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_NOKEY, 'Service key not available');
  });

  test('a ticket for another service than the accepted one is refused', async () => {
    const principal = parsePrincipal(realm.principals.otherServer);
    const result = await exchange({ keytab, principal }, { realm });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_NOT_US, "isn't for us");
  });

  /** The keytab's keys under another version and another service's name. */
  const renamed = () => ({
    ...keytab,
    entries: keytab.entries.map(({ kvno, ...each }) => ({
      ...each,
      kvno: kvno + 1,
      principal: parsePrincipal(realm.principals.otherServer),
    })),
  });

  test('a ticket for a service that the keytab does not have is refused', async () => {
    const result = await exchange({ keytab: otherKeys(renamed()) }, { realm });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_NOT_US, "isn't for us");
  });

  test('a ticket is accepted under another name and version if a key of the keytab opens it', async () => {
    const { message, refusal } = await exchange({ keytab: renamed() }, { realm });
    expect({ message, refusal }).toEqual({ message: 'hello', refusal: undefined });
  });

  test('a ticket under another name is refused if one service alone accepts', async () => {
    const principal = parsePrincipal(realm.principals.otherServer);
    const result = await exchange({ keytab: renamed(), principal }, { realm });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_NOT_US, "isn't for us");
  });

  test.each([
    ['behind', -3_600_000],
    ['ahead', 3_600_000],
  ])('a request is refused if the acceptor’s clock is an hour %s', async (_name, offset) => {
    const result = await exchange({ keytab }, { realm }, () => shiftClock(offset));
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_SKEW, 'Clock skew too great');
    expect(result.refusal?.message).toMatch(/differs by \d+ seconds, more than 300/);
  });

  test('a request is taken if the clocks differ by less than clockskew', async () => {
    const result = await exchange({ keytab, clockskew: 7200 }, { realm }, () =>
      shiftClock(-3_600_000),
    );
    expect(result).toMatchObject({ message: 'hello', status: 0 });
  });

  test('an acceptor may have a clock of its own', async () => {
    const now = () => Date.now() + 3_600_000;
    const result = await exchange({ keytab, now }, { realm });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_SKEW, 'Clock skew too great');
    const answer = readAcceptorToken(result.refusal?.token ?? new Uint8Array(), randomKey(18));
    const hourFromNow = Date.now() / 1000 + 3600;
    const shown = answer.type === 'error' ? answer.error.stime : 0;
    expect(Math.abs(shown - hourFromNow)).toBeLessThan(60);
  });

  test('an acceptor with a clock that is behind refuses replays', async () => {
    const options = { keytab, clockskew: 7200, now: () => Date.now() - 3_600_000 };
    const result = await exchange(options, { realm }, (token) => {
      createAcceptorContext(options).step(token);
    });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_REPEAT, 'Request is a replay');
  });

  test('a replayed request is refused', async () => {
    const result = await exchange({ keytab }, { realm }, (token) => {
      createAcceptorContext({ keytab }).step(token);
    });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_REPEAT, 'Request is a replay');
  });

  /**
   * Returns a copy of a cache with false claims about its tickets. libgssapi does not send a ticket
   * that its cache claims to be unusable.
   */
  const erringCcache = (
    ccache: string,
    change: (of: CcacheCredential) => CcacheCredential,
    timeOffset?: TimeOffset,
  ) => {
    const read = decodeCcache(readFileSync(ccache.replace('FILE:', '')));
    const path = join(realm.folder, 'erring.ccache');
    const credentials = read.credentials.map(change);
    const erring = encodeCcache({
      ...read,
      credentials,
      timeOffset: timeOffset ?? read.timeOffset,
    });
    writeFileSync(path, erring, { mode: 0o600 });
    return `FILE:${path}`;
  };

  test('an expired ticket is refused', async () => {
    const ccache = await realm.kinit({ lifetime: '10h' });
    await storeServiceTicket(realm, ccache);
    // Both clocks are eleven hours ahead. The initiator's cache claims that the ticket is good.
    const later = 11 * 3600;
    const erring = erringCcache(
      ccache,
      (each) => ({ ...each, endtime: each.endtime + 2 * later }),
      { seconds: later, microseconds: 0 },
    );
    shiftClock(later * 1000);
    const result = await exchange({ keytab }, { realm, ccache: erring });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED, 'Ticket expired');
  });

  test('a ticket that is not valid yet is refused', async () => {
    const ccache = `FILE:${join(realm.folder, 'postdated.ccache')}`;
    const { keytabs, principals } = realm;
    const service = ['-S', principals.server, '-s', '1h', '-c', ccache];
    execFileSync('kinit', ['-k', '-t', keytabs.client, ...service, 'alice'], { env: realm.env });
    const erring = erringCcache(ccache, ({ authtime, flags, ...each }) => ({
      ...each,
      authtime,
      starttime: authtime,
      flags: flags & ~TicketFlag.INVALID,
    }));
    const result = await exchange({ keytab }, { realm, ccache: erring });
    expectRefusal(result, KrbErrorCode.KRB_AP_ERR_TKT_NYV, 'Ticket not yet valid');
  });

  test('a token that is not of Kerberos is refused', () => {
    for (const token of [new Uint8Array(), Buffer.from('hello'), Buffer.alloc(100, 0x60)]) {
      const context = createAcceptorContext({ keytab });
      expect(() => context.step(token)).toThrow(
        expect.objectContaining({ name: 'GSS_S_DEFECTIVE_TOKEN' }),
      );
    }
  });

  test('a second token for the same context is refused', async () => {
    let token: Uint8Array = new Uint8Array();
    const { context } = await exchange({ keytab }, { realm }, (first) => {
      token = first;
    });
    expect(() => context.step(token)).toThrow('step is called once');
  });

  test('a request with any octet changed is refused, or gives the same client', async () => {
    let token: Uint8Array = new Uint8Array();
    await exchange({ keytab }, { realm }, (first) => {
      token = first;
    });
    let refused = 0;
    for (let at = 0; at < token.length; at += 1) {
      const changed = Uint8Array.from(token);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const context = createAcceptorContext({ keytab, replayCache: createReplayCache() });
      try {
        context.step(changed);
        // Options and name types are not protected. The client's name always is.
        expect(context.peer, `octet ${at}`).toBe(realm.principals.client);
      } catch (error) {
        const known = error instanceof Krb5Error || error instanceof GssError;
        expect(known, `octet ${at}: ${error}`).toBe(true);
        expect(context.peer, `octet ${at}`).toBeUndefined();
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(token.length * 0.95);
  });
});
