/** Tickets through a KDC proxy by HTTPS, beside kinit. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, startRealm, startSilentServer, writeKrb5Conf } from '@remctl/realm';
import { beforeAll, describe, expect, test } from 'vitest';
import { encode } from '../../src/asn1/codec.js';
import { asRequest, asRequestBody, readAsRep } from '../../src/client/as-exchange.js';
import { asTerms } from '../../src/client/as-terms.js';
import { asEtypes } from '../../src/client/offered-etypes.js';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';
import { askEachKdc, kdcsOf } from '../../src/doctor/index.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { exchangeByTcp } from '../../src/kdc/tcp.js';
import { frameRequest } from '../../src/kdc/tcp-framing.js';
import { kdcProxyMessage } from '../../src/messages/kdc-proxy-message.js';
import { parsePrincipal } from '../../src/principal.js';
import {
  type Certificate,
  type CertificateAuthority,
  createAuthority,
} from '../support/certificates.js';
import { startDnsServer } from '../support/dns-server.js';
import { type KdcProxy, startFalseProxy, startKdcProxy } from '../support/kdc-proxy.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let authority: CertificateAuthority;
let certificate: Certificate;
let proxy: KdcProxy;
beforeAll(async () => {
  authority = createAuthority(realm.folder, 'authority');
  certificate = authority.issue('DNS:localhost,IP:127.0.0.1');
  proxy = await startKdcProxy(realm, certificate);
  return () => proxy[Symbol.asyncDispose]();
});

const url = (port = proxy.port, path = '/KdcProxy', host = 'localhost') =>
  `https://${host}:${port}${path}`;
/** Writes a krb5.conf with these KDCs, and `lines` for the realm; by default the CA's. */
const conf = (
  kdcs: readonly string[],
  lines: readonly string[] = [`http_anchors = FILE:${authority.certFile}`],
) => {
  const [first = '', ...others] = kdcs;
  return writeKrb5Conf(realm, { kdcs: [[first, ...lines].join('\n    '), ...others] });
};
const configOf = (...args: Parameters<typeof conf>) =>
  readKrb5Config({ KRB5_CONFIG: conf(...args) });

const open = (config: Krb5Config, signal?: AbortSignal) => {
  const password = realm.passwords.client;
  const credentials = { type: 'password', password, clientPrincipal: 'alice' } as const;
  return createInitiatorContext({ host: 'localhost', credentials, config, signal }).step();
};
const failure = (config: Krb5Config, signal?: AbortSignal) =>
  open(config, signal).then(
    () => 'a ticket',
    (error: Error) => error.message,
  );

/** Returns whether kinit gets a ticket. */
async function kinit(file: string, env: NodeJS.ProcessEnv = {}): Promise<boolean> {
  const running = promisify(execFile)(
    'kinit',
    ['-c', `FILE:${realm.folder}/kinit-cache`, '-k', '-t', realm.keytabs.client, 'alice'],
    { env: { ...realm.env, ...env, KRB5_CONFIG: file } },
  );
  return running.then(
    () => true,
    () => false,
  );
}

describe('a KDC proxy gives tickets, as to kinit', () => {
  test.each([
    ['by its name', () => [url()]],
    ['by its address', () => [url(proxy.port, '/KdcProxy', '127.0.0.1')]],
    ['without a path', () => [url(proxy.port, '')]],
    ['after a proxy that does not listen', async () => [url(await freePort()), url()]],
  ])('%s', async (_how, kdcs) => {
    const file = conf(await kdcs());
    expect(await kinit(file)).toBe(true);
    await open(await readKrb5Config({ KRB5_CONFIG: file }));
  });

  test('if http_anchors names a folder, a variable, or several of them', async () => {
    const folder = join(realm.folder, 'anchors');
    mkdirSync(folder);
    writeFileSync(join(folder, 'ca.pem'), `text\n${authority.cert}`);
    writeFileSync(join(folder, 'notes'), 'no certificate');
    const other = createAuthority(realm.folder, 'second');
    process.env.TEST_ANCHORS = `FILE:${authority.certFile}`;
    for (const lines of [
      [`http_anchors = DIR:${folder}`],
      ['http_anchors = ENV:TEST_ANCHORS'],
      [`http_anchors = FILE:${other.certFile}`, `http_anchors = FILE:${authority.certFile}`],
    ]) {
      const file = conf([url()], lines);
      expect(await kinit(file, { TEST_ANCHORS: process.env.TEST_ANCHORS })).toBe(true);
      await open(await readKrb5Config({ KRB5_CONFIG: file }));
    }
    delete process.env.TEST_ANCHORS;
  });

  test('if its certificate leads to one of the system’s', async () => {
    const file = conf([url()], []);
    expect(await kinit(file, { SSL_CERT_FILE: authority.certFile })).toBe(true);
    process.env.SSL_CERT_FILE = authority.certFile;
    try {
      await open(await readKrb5Config({ KRB5_CONFIG: file }));
    } finally {
      delete process.env.SSL_CERT_FILE;
    }
  });
});

test('URI records may name a KDC proxy', async () => {
  const server = await startDnsServer({
    '_kerberos.remctl.test': [{ type: 'URI', target: `krb5srv:m:kkdcp:${url()}` }],
  });
  try {
    const path = conf(['x']);
    const config = await readKrb5Config({ KRB5_CONFIG: path });
    expect(config.dnsLookupKdc).toBe(false);
    writeFileSync(
      path,
      `[libdefaults]\ndefault_realm = ${realm.name}\n[realms]\n${realm.name} = {\nhttp_anchors = FILE:${authority.certFile}\n}\n[domain_realm]\nlocalhost = ${realm.name}\n`,
    );
    await open(await readKrb5Config({ KRB5_CONFIG: path }));
  } finally {
    server.close();
  }
});

test('the doctor asks a KDC proxy', async () => {
  const config = await configOf([url()]);
  const { signal } = new AbortController();
  const reports = await askEachKdc(
    await kdcsOf(realm.name, config, signal),
    realm.name,
    config,
    signal,
  );
  expect(reports.length).toBeGreaterThan(0);
  expect(reports.find(({ address }) => address === '127.0.0.1')).toMatchObject({
    host: 'localhost',
    port: proxy.port,
    transport: 'https',
    answer: 'KDC_ERR_C_PRINCIPAL_UNKNOWN',
    failure: undefined,
  });
});

describe('a proxy is not trusted', () => {
  test.each<[string, () => readonly string[], string]>([
    [
      'if its certificate leads to another CA than http_anchors names',
      () => [`http_anchors = FILE:${createAuthority(realm.folder, 'other').certFile}`],
      'does not lead to a trusted one',
    ],
    [
      'if its certificate leads to none of the system’s',
      () => [],
      'does not lead to a trusted one',
    ],
    ['if http_anchors cannot be read', () => ['http_anchors = FILE:/nowhere/ca.pem'], 'ENOENT'],
    ['if http_anchors is of another form', () => ['http_anchors = /ca.pem'], 'neither FILE:path'],
    [
      'if http_anchors holds no certificate',
      () => [`http_anchors = FILE:${certificate.keyFile}`],
      'holds no certificate',
    ],
  ])('%s', async (_why, lines, message) => {
    const file = conf([url()], lines());
    expect(await kinit(file)).toBe(false);
    expect(await failure(await readKrb5Config({ KRB5_CONFIG: file }))).toContain(message);
  });

  test.each([
    ['DNS:other.example.test', 'localhost'],
    ['DNS:localhost', '127.0.0.1'],
  ])('if its certificate is for %s, and krb5.conf says %s', async (names, host) => {
    await using named = await startKdcProxy(realm, authority.issue(names));
    const file = conf([url(named.port, '/KdcProxy', host)]);
    expect(await kinit(file)).toBe(false);
    expect(await failure(await readKrb5Config({ KRB5_CONFIG: file }))).toContain(
      'the certificate of the KDC proxy is for another host',
    );
  });

  test('even if NODE_TLS_REJECT_UNAUTHORIZED says so', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await failure(await configOf([url()], []))).toContain(
        'does not lead to a trusted one',
      );
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });
});

/** An answer with status 200 around a message in its frame for TCP. */
const message = (kerbMessage: Uint8Array) => encode(kdcProxyMessage, { kerbMessage });

describe('an error says what a proxy did wrong', () => {
  test.each<[string, Parameters<typeof startFalseProxy>[1], string]>([
    ['404', (response) => response.writeHead(404).end('none here'), 'the HTTP status 404'],
    [
      'a redirection',
      (response) => response.writeHead(307, { Location: url() }).end(),
      'the HTTP status 307',
    ],
    [
      'a page',
      (response) => response.end('<!DOCTYPE html><p>Sign in'),
      'something other than a KDC_PROXY_MESSAGE',
    ],
    ['nothing', (response) => response.end(), 'something other than a KDC_PROXY_MESSAGE'],
    [
      'too much',
      (response) => response.end(Buffer.alloc(1_100_000)),
      'sent more than 1049600 bytes',
    ],
    [
      'a message that is cut off',
      (response) => response.end(message(Buffer.of(0, 0, 0, 9, 1))),
      'the message in the answer of the KDC proxy is cut off',
    ],
    [
      'a message of an impossible length',
      (response) => response.end(message(Buffer.of(255, 255, 255, 255, 1))),
      'announced an answer of 4294967295 bytes',
    ],
    [
      'a message that is no answer',
      (response) => response.end(message(Buffer.of(0, 0, 0, 1, 1))),
      'something other than an answer',
    ],
    [
      'half of a body',
      (response) => {
        response.writeHead(200, { 'Content-Length': 100 }).write('x');
        setImmediate(() => response.destroy());
      },
      'closed the connection',
    ],
    ['a closed connection', (response) => response.destroy(), 'ECONNRESET'],
  ])('%s', async (_what, answer, text) => {
    await using bad = await startFalseProxy(certificate, answer);
    const config = await configOf([url(bad.port, '/KdcProxy', '127.0.0.1')]);
    expect(await failure(config)).toContain(text);
    expect(bad.requests).toHaveLength(1);
  });

  test('a silent server is left as soon as the signal aborts', async () => {
    await using silent = await startSilentServer();
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 200);
    const config = await configOf([url(silent.port, '/KdcProxy', '127.0.0.1')]);
    expect(await failure(config, controller.signal)).toBe('enough');
  });
});

test('a proxy that gives the answer of another realm gives no ticket', async () => {
  await using other = await startRealm({ realm: 'OTHER.TEST' });
  const alice = parsePrincipal('alice@OTHER.TEST');
  const theirs = await readKrb5Config({ KRB5_CONFIG: other.krb5Conf });
  const body = asRequestBody(alice, asEtypes(theirs), asTerms(theirs, alice, Date.now()));
  const request = asRequest(body, []);
  const never = new AbortController().signal;
  const kdc = { address: '127.0.0.1', family: 4, port: other.kdcPort } as const;
  const answer = await exchangeByTcp(kdc, request.message, (bytes) => bytes, never, never);
  expect(readAsRep(answer, request)).toBeDefined();
  await using lying = await startFalseProxy(certificate, (response) =>
    response.end(message(frameRequest(answer))),
  );
  const config = await configOf([url(lying.port, '/KdcProxy', '127.0.0.1')]);
  expect(await failure(config)).toContain('answered for another client, alice@OTHER.TEST');
});

test('a request is what MS-KKDCP says', async () => {
  await using recording = await startFalseProxy(certificate, (response) =>
    response.writeHead(500).end(),
  );
  await failure(await configOf([url(recording.port, '/a?b', '127.0.0.1')]));
  expect(recording.requests).toMatchObject([
    {
      method: 'POST',
      url: '/a?b',
      headers: {
        host: `127.0.0.1:${recording.port}`,
        'content-type': 'application/kerberos',
      },
    },
  ]);
});

/** A program that gives up on a context after some milliseconds, and prints how long it lived on. */
const GIVES_UP = `
  import { createInitiatorContext } from '@remctl/krb5';
  const signal = AbortSignal.timeout(200);
  const credentials = { type: 'password', password: 'x', clientPrincipal: 'alice' };
  const context = createInitiatorContext({ host: 'localhost', credentials, signal });
  const failure = await context.step().catch((error) => error);
  const failed = performance.now();
  process.on('exit', () => console.log(failure.name, performance.now() - failed));
`;

test('a program ends at once after it has given up on a silent proxy', async () => {
  await using silent = await startFalseProxy(certificate, () => undefined);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', GIVES_UP],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: {
        ...realm.env,
        KRB5_CONFIG: conf([url(silent.port, '/KdcProxy', '127.0.0.1')]),
      },
    },
  );
  const [name, lived] = stdout.trim().split(' ');
  expect(name).toBe('TimeoutError');
  expect(silent.requests.length).toBeGreaterThan(0);
  expect(Number(lived)).toBeLessThan(2000);
});
