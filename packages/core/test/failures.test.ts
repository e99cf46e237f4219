/** The wording of failures: libremctl's text first, then this client's own. */
import { describe, expect, test } from 'vitest';
import {
  authenticationFailed,
  cannotConnect,
  connectionAborted,
  connectionBroken,
  invalidToken,
  malformedMessage,
  negotiationTimedOut,
  noAddressOfFamily,
  noopUnsupported,
  notOpened,
  shortage,
  timedOut,
  tokenTooLarge,
  unaskedToken,
  unexpectedToken,
  unknownHost,
  unreadableToken,
} from '../src/failures.js';

const SERVER = { host: 'server.example.org', port: 4373 };
const AT = 'server.example.org (port 4373)';

/** A title, a failure, the text of libremctl 3.18 that begins its message, and the rest of its message. */
const failures: readonly (readonly [string, Error, string, string])[] = [
  [
    'a name that does not resolve',
    unknownHost('server.example.org', { code: 'ENOTFOUND', text: 'Name or service not known' }),
    'unknown host server.example.org: ',
    'Name or service not known',
  ],
  [
    'a name without an address of the source address’s family',
    noAddressOfFamily('server.example.org', 6),
    'unknown host server.example.org: ',
    'it has no IPv6 address, and the source address is one',
  ],
  [
    'a refused connection',
    cannotConnect(SERVER, { code: 'ECONNREFUSED', text: 'Connection refused' }),
    `cannot connect to ${AT}: `,
    'Connection refused',
  ],
  [
    'a lack of file descriptors',
    shortage(SERVER, { code: 'EMFILE', text: 'Too many open files' }),
    `cannot connect to ${AT}: Too many open files`,
    ' (EMFILE): close connections and files that are not needed, or raise the limit of open files',
  ],
  [
    'a lack of threads',
    shortage(SERVER, { code: 'EAGAIN', text: 'Resource temporarily unavailable' }),
    `cannot connect to ${AT}: Resource temporarily unavailable`,
    ' (EAGAIN): close connections that are not needed, or raise the limit of threads',
  ],
  [
    'a name that resolves too late',
    timedOut(SERVER, 'resolve', 1000),
    'unknown host server.example.org: ',
    'timed out: its name did not resolve within 1 s',
  ],
  [
    'a connection that comes too late',
    timedOut(SERVER, 'connect', 1500),
    `cannot connect to ${AT}: `,
    'timed out: no connection within 1.5 s',
  ],
  [
    'silence during authentication',
    timedOut(SERVER, 'negotiate', 1000),
    'error receiving token: timed out',
    `: ${AT} was silent for 1 s during authentication`,
  ],
  [
    'silence after a command',
    timedOut(SERVER, 'command', 1000),
    'error receiving token: timed out',
    `: ${AT} was silent for 1 s`,
  ],
  [
    'a server that does not authenticate itself in time',
    negotiationTimedOut(SERVER, 1000, { awaited: 'server', received: 0 }),
    'error receiving token: timed out',
    `: ${AT} did not authenticate itself within 1 s: it was silent; ` +
      'look at the server and its log, or set a longer time-out',
  ],
  [
    'a KDC that answers too late',
    negotiationTimedOut(SERVER, 1000, { awaited: 'kdc', received: 0 }),
    'GSS-API error initializing context: ',
    `timed out: authentication to ${AT} took more than 1 s: a KDC is silent or slow; ` +
      "check the realm's KDCs in krb5.conf, or set a longer time-out",
  ],
  [
    'a server that ends the connection',
    connectionBroken(SERVER, 'command'),
    'error receiving token: unexpected end of file',
    `: ${AT} closed the connection`,
  ],
  [
    'a server that ends the connection during authentication',
    connectionBroken(SERVER, 'negotiate'),
    'error receiving token: unexpected end of file',
    `: ${AT} closed the connection during authentication: its log says why (often it has no key for the name)`,
  ],
  [
    'a reset connection',
    connectionBroken(SERVER, 'command', { code: 'ECONNRESET', text: 'Connection reset by peer' }),
    'error receiving token: Connection reset by peer',
    `: the connection to ${AT} broke`,
  ],
  [
    'a connection that breaks while a command is sent',
    connectionBroken(SERVER, 'command', { code: 'EPIPE', text: 'Broken pipe' }),
    'error sending token: Broken pipe',
    `: the connection to ${AT} broke`,
  ],
  [
    'a message that was not asked for',
    unaskedToken(SERVER),
    'unexpected token from server',
    `: ${AT} sent a message that nothing had asked for`,
  ],
  [
    'a token with wrong flags',
    unexpectedToken('flags 0x2'),
    'unexpected token from server',
    ': flags 0x2',
  ],
  [
    'a message that breaks the protocol',
    malformedMessage('version 9'),
    'malformed result token from server',
    ': version 9',
  ],
  [
    'a server that breaks the protocol, in the words of libremctl',
    invalidToken(SERVER, 'unexpected stream 9 from server'),
    'unexpected stream 9 from server',
    `: ${AT} broke the protocol`,
  ],
  [
    'a token that is too large',
    tokenTooLarge(9, 5),
    'error receiving token: token too large',
    ': the server sent 9 bytes; at most 5 are allowed',
  ],
  [
    'a token that does not unwrap',
    unreadableToken('a token that does not unwrap', undefined),
    'GSS-API error receiving token: ',
    'the server sent a token that does not unwrap',
  ],
  [
    'a refused authentication',
    authenticationFailed(SERVER, 'no ticket: run kinit'),
    'GSS-API error initializing context: ',
    `cannot authenticate to ${AT}: no ticket: run kinit`,
  ],
  [
    'a NOOP to a server of protocol 1',
    noopUnsupported(1),
    'NOOP message not supported',
    ': the server speaks protocol 1, which has none',
  ],
  [
    'a client without a connection',
    notOpened('call open() first'),
    'no currently open connection',
    ': call open() first',
  ],
];

test.each(failures)(
  "the message for %s begins with libremctl's text",
  (_, error, libremctl, ours) => {
    expect(error.message).toBe(`${libremctl}${ours}`);
  },
);

describe('codes and phases', () => {
  test('an abort has the code ECONNABORTED', () => {
    expect(connectionAborted()).toMatchObject({ code: 'ECONNABORTED', phase: 'command' });
  });

  test('a reset while connecting counts as a dropped open', () => {
    const reset = { code: 'ECONNRESET', text: 'Connection reset by peer' };
    expect(cannotConnect(SERVER, reset)).toMatchObject({ code: 'ECONNRESET', phase: 'negotiate' });
  });

  test('a shortage never counts as a dropped open', () => {
    const none = { code: 'EMFILE', text: 'Too many open files' };
    expect(shortage(SERVER, none)).toMatchObject({ code: 'EMFILE', phase: 'connect' });
  });

  test('every failure keeps its cause', () => {
    const cause = new Error('the cause');
    const text = { code: 'EPIPE', text: 'Broken pipe' };
    for (const error of [
      unknownHost('h', text, cause),
      cannotConnect(SERVER, text, cause),
      shortage(SERVER, text, cause),
      timedOut(SERVER, 'connect', 1, cause),
      connectionBroken(SERVER, 'command', text, { cause }),
      authenticationFailed(SERVER, 'why', { cause }),
      unreadableToken('what', cause),
    ]) {
      expect(error.cause).toBe(cause);
    }
  });
});
