/** Connections whose security context protects nothing, so that tests can write and read messages. */
import { createServer } from 'node:net';
import { GssError, GssStatus } from '@remctl/krb5';
import { onTestFinished } from 'vitest';
import type { Accept } from '../../src/connection/accept.js';
import { type Connections, createConnections } from '../../src/connection/connections.js';
import type { Execute } from '../../src/execute.js';
import { checkLimits, type Limits } from '../../src/limits.js';
import type { LogRecord } from '../../src/log/record.js';

export const PRINCIPAL = 'alice@TEST';
export const EXPIRES = new Date(2_000_000_000_000);
/** What the plain context answers to a client's context token. */
export const CONTEXT_ANSWER = 'context';
/** A token that does not unwrap. */
export const UNREADABLE = Buffer.from('unreadable');
/** What a MIC of a message begins with. */
export const MIC_START = 'MIC of ';

/** Accepts any token, and wraps a message as the message. */
export const acceptPlain: Accept = async () => ({
  principal: PRINCIPAL,
  expires: EXPIRES,
  hasFlags: true,
  token: Buffer.from(CONTEXT_ANSWER),
  context: {
    wrap: (message) => Buffer.from(message),
    unwrap(token) {
      if (token.length === 0 || UNREADABLE.equals(token)) {
        throw new GssError(GssStatus.GSS_S_DEFECTIVE_TOKEN, 'the token does not unwrap');
      }
      return Buffer.from(token);
    },
    getMic: (message) => Buffer.concat([Buffer.from(MIC_START), message]),
  },
});

export interface PlainOptions {
  readonly execute?: Execute;
  readonly accept?: Accept;
  readonly protocol1?: boolean;
  readonly limits?: Partial<Limits>;
}

export interface PlainService {
  readonly port: number;
  readonly connections: Connections;
  readonly records: LogRecord[];
}

/** Starts a server on a free port of 127.0.0.1. It is gone at the end of the test. */
export async function startPlainService(options: PlainOptions = {}): Promise<PlainService> {
  const records: LogRecord[] = [];
  const connections = createConnections({
    accept: options.accept ?? acceptPlain,
    execute: options.execute ?? (async (_client, _command, reply) => reply.status(0)),
    protocol1: options.protocol1 ?? false,
    limits: checkLimits(options.limits),
    log: (record) => records.push(record),
  });
  const server = createServer({ allowHalfOpen: true }, (socket) => connections.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    connections.drop();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('no port');
  }
  return { port: address.port, connections, records };
}
