/** A KCM daemon that says what a test wants. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Ccache } from '../../src/ccache/ccache.js';
import { KcmOperation } from '../../src/ccache/kcm-protocol.js';
import type { Principal } from '../../src/principal.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';

export type Operation = keyof typeof KcmOperation;

/** Bytes that are sent as they are, without a length before them. */
export interface RawReply {
  readonly raw: Uint8Array;
}

/** Returns the reply to an operation, from its status on; undefined for none. */
export type Script = (operation: Operation, content: Buffer) => Buffer | RawReply | undefined;

export interface KcmServer {
  /** The operations that were asked for, in order. */
  readonly asked: Operation[];
  readonly connections: { count: number };
  close(): Promise<void>;
}

const names: ReadonlyMap<number, Operation> = new Map(
  Object.entries(KcmOperation).map(([name, number]) => [number, name as Operation]),
);

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Returns a successful reply. */
export const reply = (...content: readonly Uint8Array[]) => Buffer.concat([int32(0), ...content]);

/** Puts the length and the status of the transport before a reply. */
export const framed = (bytes: Uint8Array) => Buffer.concat([int32(bytes.length), int32(0), bytes]);

function serve(socket: Socket, { asked }: KcmServer, script: Script): void {
  let received = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
      const request = received.subarray(4, 4 + received.readUInt32BE(0));
      received = received.subarray(4 + request.length);
      const operation = names.get(request.readUInt16BE(2));
      if (request.readUInt16BE(0) !== 0x0200 || operation === undefined) {
        throw new Error('the request is none of version 2.0, or has an unknown operation');
      }
      asked.push(operation);
      const answer = script(operation, request.subarray(4));
      if (answer !== undefined) {
        socket.write('raw' in answer ? answer.raw : framed(answer));
      }
    }
  });
}

/** Listens on the Unix socket at `path`. */
export async function startKcmServer(path: string, script: Script): Promise<KcmServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    kcm.connections.count += 1;
    serve(socket, kcm, script);
  });
  const kcm: KcmServer = {
    asked: [],
    connections: { count: 0 },
    async close() {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(path);
  await once(server, 'listening');
  return kcm;
}

const EMPTY = { version: 4, timeOffset: undefined, credentials: [], configEntries: [] } as const;

/** Encodes a principal as a file and a daemon do. */
export function encodePrincipal(principal: Principal): Buffer {
  const file = Buffer.from(encodeCcache({ ...EMPTY, defaultPrincipal: principal }));
  return file.subarray(4 + file.readUInt16BE(2));
}

/** Encodes the tickets and the configuration entries of a cache, each for itself. */
export function encodeCredentials({ defaultPrincipal, credentials, configEntries }: Ccache) {
  const withOne = (more: Partial<Ccache>) =>
    Buffer.from(encodeCcache({ ...EMPTY, defaultPrincipal, ...more }));
  const start = withOne({}).length;
  return [
    ...credentials.map((each) => withOne({ credentials: [each] }).subarray(start)),
    ...configEntries.map((each) => withOne({ configEntries: [each] }).subarray(start)),
  ];
}

/** A name with the zero byte at its end. */
export const zeroEnded = (name: string) => Buffer.from(`${name}\0`);

/** Returns a UUID made of a number. */
export const uuid = (number: number) => Buffer.alloc(16, number + 1);

/** Returns the script of a daemon that keeps `caches`, the first of which is the primary one. */
export function keeping(
  caches: Readonly<Record<string, Ccache>>,
  more: Partial<Record<Operation, Buffer | RawReply>> = {},
): Script {
  const entries = Object.entries(caches);
  const missing = int32(-1_765_328_189);
  return (operation, content) => {
    const own = more[operation];
    if (own !== undefined) {
      return own;
    }
    const end = content.indexOf(0);
    const cache = end === -1 ? undefined : caches[content.subarray(0, end).toString()];
    const credentials: Buffer[] = cache === undefined ? [] : encodeCredentials(cache);
    switch (operation) {
      case 'GET_DEFAULT_CACHE':
        return reply(zeroEnded(entries[0]?.[0] ?? '0'));
      case 'GET_CACHE_UUID_LIST':
        return entries.length === 0 ? missing : reply(...entries.map((_, at) => uuid(at)));
      case 'GET_CACHE_BY_UUID':
        return reply(zeroEnded(entries[(content[0] ?? 1) - 1]?.[0] ?? '?'));
      case 'GET_PRINCIPAL':
        return cache === undefined ? missing : reply(encodePrincipal(cache.defaultPrincipal));
      case 'GET_CRED_UUID_LIST':
        return reply(...credentials.map((_, at) => uuid(at)));
      case 'GET_CRED_BY_UUID':
        return reply(credentials[(content[end + 1] ?? 1) - 1] ?? Buffer.alloc(0));
      case 'GET_CRED_LIST':
        return reply(
          int32(credentials.length),
          ...credentials.flatMap((each) => [int32(each.length), each]),
        );
      case 'GET_KDC_OFFSET':
        return reply(int32(cache?.timeOffset?.seconds ?? 0));
    }
  };
}
