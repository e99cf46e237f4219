/** The first two tokens: their order, flags and content (protocol, section 2.1). */
import { LARGEST_LENGTH } from '@remctl/conformance/internal/servers';
import {
  CONTEXT_TOKEN_FLAGS,
  FIRST_TOKEN_FLAGS,
  MESSAGE_TOKEN_FLAGS,
  TOKEN_MAX_LENGTH,
  TokenFlag,
} from '@remctl/core/wire';
import type { RawCase, Step } from '../case.js';
import { RAN, RAN_V1 } from '../expected.js';
import { commandMessage } from '../messages.js';
import { commandV1, end, message, request, send, token } from '../steps.js';

const BITS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] as const;
const hex = (flags: number) => `0x${flags.toString(16).padStart(2, '0')}`;
const NOTHING = Buffer.alloc(0);
/** The object identifier of Kerberos in a context token. */
const KERBEROS = Buffer.from('06092a864886f712010202', 'hex');
const SPNEGO = Buffer.from('06062b0601050502', 'hex');

const first = token(FIRST_TOKEN_FLAGS, NOTHING);
const context = (payload: Uint8Array, length?: number) =>
  token(CONTEXT_TOKEN_FLAGS, payload, length);

/** SPNEGO negotiates a mechanism, of which remctl has one (RFC 4178). */
const ONLY_KERBEROS = {
  ours: ['closed'],
  because: 'ours takes requests of Kerberos alone, as every remctl client sends them',
} as const;

/** A case in which nothing is answered. */
const refused = (id: string, title: string, ...steps: readonly Step[]): RawCase => ({
  id: `handshake/${id}`,
  title,
  steps: () => steps,
  remctld: ['closed'],
});

/** Replaces the mechanism in a context token by another of the same length. */
function withMechanism(token: Buffer, oid: Buffer): Buffer {
  const copy = Buffer.from(token);
  oid.copy(copy, copy.indexOf(KERBEROS));
  return copy;
}

/** An element of DER with a length of two bytes. */
const element = (tag: number, content: Uint8Array) =>
  Buffer.concat([Buffer.of(tag, 0x82, content.length >> 8, content.length & 0xff), content]);

/** Puts a request into a NegTokenInit that names Kerberos (RFC 4178, section 4.2.1). */
function inSpnego(made: Buffer): Buffer {
  const mechanisms = element(0xa0, element(0x30, KERBEROS));
  const content = element(0x30, Buffer.concat([mechanisms, element(0xa2, element(0x04, made))]));
  return element(0x60, Buffer.concat([SPNEGO, element(0xa0, content)]));
}

export const handshakeCases: readonly RawCase[] = [
  {
    id: 'handshake/accepted',
    title: 'the first token, the request, and a command',
    steps: (run) => [request(), message(commandMessage(run))],
    remctld: ['AP-REP', ...RAN, 'open'],
  },
  {
    id: 'handshake/first-payload',
    title: 'a first token with a payload',
    steps: (run) => [
      request({}, { firstPayload: Buffer.alloc(100, 'a') }),
      message(commandMessage(run)),
    ],
    remctld: ['AP-REP', ...RAN, 'open'],
  },
  ...BITS.filter((bit) => bit !== TokenFlag.PROTOCOL).map((bit): RawCase => {
    const flags = FIRST_TOKEN_FLAGS ^ bit;
    return {
      id: `flags/first-${hex(flags)}`,
      title: `a first token with the flags ${hex(flags)}`,
      steps: () => [request({}, { firstFlags: flags })],
      remctld: ['closed'],
    };
  }),
  ...BITS.filter((bit) => bit !== TokenFlag.PROTOCOL).map((bit): RawCase => {
    const flags = CONTEXT_TOKEN_FLAGS ^ bit;
    return {
      id: `flags/context-${hex(flags)}`,
      title: `a request in a token with the flags ${hex(flags)}`,
      steps: () => [request({}, { contextFlags: flags })],
      remctld: ['closed'],
    };
  }),
  {
    id: 'flags/context-0x02',
    title: 'a first token of protocol 2, a request of protocol 1: protocol 1 it is',
    steps: (run) => [request({}, { protocol: 1, firstFlags: FIRST_TOKEN_FLAGS }), commandV1(run)],
    remctld: ['AP-REP', 'MIC', RAN_V1, 'closed'],
  },
  {
    id: 'flags/first-0x11',
    title: 'a first token of protocol 1, a request of protocol 2: protocol 1 it is',
    steps: (run) => [
      request({}, { protocol: 1, contextFlags: CONTEXT_TOKEN_FLAGS }),
      commandV1(run),
    ],
    remctld: ['AP-REP', 'MIC', RAN_V1, 'closed'],
  },
  {
    id: 'handshake/request-first',
    title: 'a request without a first token',
    steps: () => [(made) => context(made.forge().token)(made)],
    remctld: ['closed'],
  },
  {
    id: 'handshake/data-first',
    title: 'a command before everything else',
    steps: (run) => [token(MESSAGE_TOKEN_FLAGS, commandMessage(run))],
    remctld: ['closed'],
  },
  {
    id: 'handshake/data-after-first',
    title: 'a command after the first token, before the request',
    steps: (run) => [first, token(MESSAGE_TOKEN_FLAGS, commandMessage(run))],
    remctld: ['closed'],
  },
  refused('two-first-tokens', 'the first token twice', first, first),
  refused('garbage', 'text of another protocol', send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))),
  refused(
    'first-too-large',
    'a first token of more than 1 MiB',
    token(FIRST_TOKEN_FLAGS, NOTHING, TOKEN_MAX_LENGTH + 1),
  ),
  refused(
    'first-4-gib',
    'a first token that claims 4 GiB',
    token(FIRST_TOKEN_FLAGS, NOTHING, LARGEST_LENGTH),
  ),
  refused(
    'request-too-large',
    'a request of more than 1 MiB',
    first,
    context(NOTHING, TOKEN_MAX_LENGTH + 1),
  ),
  refused('request-4-gib', 'a request that claims 4 GiB', first, context(NOTHING, LARGEST_LENGTH)),
  {
    id: 'handshake/request-large',
    title: 'a request that claims 512 KiB',
    steps: () => [first, context(NOTHING, TOKEN_MAX_LENGTH / 2)],
    remctld: ['waits'],
    difference: {
      ours: ['closed'],
      because: 'ours takes 64 KiB from a client that has not authenticated; no ticket is larger',
    },
  },
  {
    id: 'handshake/request-empty',
    title: 'an empty request: remctld begins to negotiate with SPNEGO',
    steps: () => [first, context(NOTHING)],
    remctld: ['a token of another mechanism', 'waits'],
    difference: ONLY_KERBEROS,
  },
  refused('request-one-byte', 'a request of one byte', first, context(Buffer.of(0x60))),
  refused('request-garbage', 'a request of random bytes', first, context(Buffer.alloc(500, 0xa5))),
  {
    id: 'handshake/request-shortened',
    title: 'a request without its last byte',
    steps: () => [request({}, { change: (made) => made.subarray(0, -1) })],
    remctld: ['closed'],
  },
  {
    id: 'handshake/request-lengthened',
    title: 'a request and a byte',
    steps: () => [request({}, { change: (made) => Buffer.concat([made, Buffer.of(0)]) })],
    remctld: ['closed'],
  },
  {
    id: 'handshake/ap-rep',
    title: 'an AP-REP in place of the request',
    steps: () => [
      request(
        {},
        {
          change(made) {
            const copy = Buffer.from(made);
            copy.writeUInt8(2, copy.indexOf(KERBEROS) + KERBEROS.length);
            return copy;
          },
        },
      ),
    ],
    remctld: ['waits'],
    difference: { ours: ['closed'], because: 'no request can follow: ours does not wait for one' },
  },
  {
    id: 'handshake/other-mechanism',
    title: 'the request under the name of a mechanism that nobody knows',
    steps: () => [
      request(
        {},
        { change: (made) => withMechanism(made, Buffer.from('06092a864886f712010273', 'hex')) },
      ),
    ],
    remctld: ['closed'],
  },
  {
    id: 'handshake/spnego',
    title: 'a request of SPNEGO, which would negotiate a mechanism',
    steps: () => [
      first,
      context(Buffer.from('601806062b0601050502a00e300ca00a06082b06010401823702', 'hex')),
    ],
    remctld: ['a token of another mechanism', 'closed'],
    difference: ONLY_KERBEROS,
  },
  {
    id: 'handshake/spnego-kerberos',
    title: 'the request inside one of SPNEGO',
    steps: () => [request({}, { change: inSpnego })],
    remctld: ['a token of another mechanism', 'waits'],
    difference: ONLY_KERBEROS,
  },
  refused('end-at-once', 'the client ends at once', end),
  refused(
    'first-cut',
    'the client ends inside the first token',
    send(Buffer.of(FIRST_TOKEN_FLAGS, 0)),
    end,
  ),
  refused('end-after-first', 'the client ends after the first token', first, end),
  refused(
    'request-header-cut',
    'the client ends inside the header of the request',
    first,
    send(Buffer.of(CONTEXT_TOKEN_FLAGS, 0, 0)),
    end,
  ),
  refused(
    'request-cut',
    'the client ends inside the request',
    first,
    context(Buffer.of(0x60, 0x82), 500),
    end,
  ),
  {
    id: 'handshake/end-after-request',
    title: 'the client ends after the request',
    steps: () => [request(), end],
    remctld: ['AP-REP', 'closed'],
  },
  {
    id: 'handshake/waits-for-first',
    title: 'nothing is sent',
    steps: () => [],
    remctld: ['waits'],
  },
  {
    id: 'handshake/waits-for-request',
    title: 'the first token alone',
    steps: () => [first],
    remctld: ['waits'],
  },
  {
    id: 'handshake/waits-for-rest',
    title: 'the first half of the request',
    steps: () => [first, context(Buffer.of(0x60, 0x82), 500)],
    remctld: ['waits'],
  },
];
