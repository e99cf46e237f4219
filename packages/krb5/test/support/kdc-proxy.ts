/** KDC proxies on loopback: Debian's python3-kdcproxy, and false ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { Realm } from '@remctl/realm';
import type { Certificate } from './certificates.js';
import { listenTcp } from './loopback.js';

export interface KdcProxy extends AsyncDisposable {
  readonly port: number;
}

/** Serves the WSGI application until its standard input ends. */
const PROGRAM = `
import os, ssl, sys, threading
from wsgiref.simple_server import WSGIRequestHandler, make_server
import kdcproxy
class Quiet(WSGIRequestHandler):
    def log_message(self, *args): pass
server = make_server('127.0.0.1', 0, kdcproxy.Application(), handler_class=Quiet)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
`;

/** Starts python3-kdcproxy in front of the realm's KDC, behind TLS. */
export async function startKdcProxy(
  realm: Realm,
  { certFile, keyFile }: Certificate,
): Promise<KdcProxy> {
  const config = join(realm.folder, 'kdcproxy.conf');
  writeFileSync(
    config,
    `[global]\nuse_dns = false\n[${realm.name}]\nkerberos = kerberos+tcp://127.0.0.1:${realm.kdcPort}\n`,
  );
  const child = spawn('/usr/bin/python3', ['-c', PROGRAM, certFile, keyFile], {
    env: { ...process.env, KDCPROXY_CONFIG: config },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return {
    port: Number(line),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

export interface FalseProxy extends KdcProxy {
  /** The requests so far: method, path and headers. */
  readonly requests: readonly Pick<IncomingMessage, 'method' | 'url' | 'headers'>[];
}

/** Starts a server that does what `answer` does with the body of each request. */
export async function startFalseProxy(
  { cert, key }: Certificate,
  answer: (response: ServerResponse, body: Buffer) => void,
): Promise<FalseProxy> {
  const requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const { method, url, headers } = request;
    requests.push({ method, url, headers });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(response, Buffer.concat(chunks)));
  });
  const port = await listenTcp(server);
  return {
    port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
