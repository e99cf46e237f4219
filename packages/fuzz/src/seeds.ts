/**
 * Program: adds inputs from a real realm to the corpora.
 *
 * `node dist/seeds.js [target...]` starts realms and adds caches of kinit, keytabs of kadmin, a KDC's answers,
 * the tokens of contexts with remctld, and remctld's messages. Then `pnpm fuzz` keeps those that
 * cover something.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tokenTooLarge } from '@remctl/core/failures';
import {
  COMMAND_TOKEN_FLAGS_V1,
  CONTEXT_TOKEN_FLAGS,
  createTokenReader,
  encodeToken,
  FIRST_TOKEN_FLAGS,
  type FramedToken,
  MESSAGE_TOKEN_FLAGS,
  MessageType,
  TokenFlag,
} from '@remctl/core/wire';
import { createInitiatorContext, type EncryptionKey, readKrb5Config } from '@remctl/krb5';
import { type Realm, startProtocol1Proxy, startRealm } from '@remctl/realm';
import { readCorpus, writeCorpus } from './corpus.js';
import { kdcRequests } from './kdc-seeds.js';
import { KEYS } from './keys.js';
import {
  apMessages,
  asRequest,
  asRequestBody,
  buildTgsReq,
  decode,
  decodeCcache,
  decodeKeytab,
  decryptData,
  encode,
  encodeProxyRequest,
  encTimestamp,
  exchangeByTcp,
  KdcOption,
  KeyUsage,
  kdcMessages,
  openAuthenticator,
  parsePrincipal,
  readApReqToken,
  readAsRep,
  tgsPrincipal,
  toPrincipalName,
  types,
} from './krb5-internals.js';
import { joinPieces } from './pieces.js';
import { preauthInputs } from './preauth-seeds.js';
import { encodeCommand, encodeCommandV1, NOOP } from './pure-backend-internals.js';
import { aclFiles, confFiles, loggedCommands, regexes, serverSessions } from './server-seeds.js';
import { SESSION_KEY } from './targets/gss-acceptor.js';
import { CLIENT, NONCE, SERVER } from './targets/kdc-answer.js';

/** Milliseconds for one answer of the KDC. */
const KDC_TIMEOUT_MS = 10_000;
const DAY_S = 24 * 60 * 60;
/** The end of the tickets in the seeds, in seconds since 1970: far in the future. */
const FAR_TIME = 4_000_000_000;

/** The seeds of each target. */
const seeds = new Map<string, Uint8Array[]>();

function add(target: string, ...inputs: readonly Uint8Array[]): void {
  seeds.set(target, [...(seeds.get(target) ?? []), ...inputs]);
}

function addText(target: string, ...texts: readonly string[]): void {
  add(target, ...texts.map((text) => Buffer.from(text)));
}

/** Returns `data` after the byte that tells the target what `data` is. */
function withMode(mode: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(mode), data]);
}

/** Returns the plaintext of `data`. Throws an Error if `key` does not open it. */
function opened(key: EncryptionKey, usage: number, data: types.EncryptedData): Uint8Array {
  const plaintext = decryptData(key, usage, data);
  if (plaintext === undefined) {
    throw new Error('a message of the realm does not open with its key');
  }
  return plaintext;
}

/** Adds the KDC's answers to a client with a keytab, encrypted and open. */
async function kdcAnswers(realm: Realm): Promise<void> {
  const ask = async (request: Uint8Array): Promise<Uint8Array> => {
    const abort = new AbortController();
    // Neither the exchange's socket nor AbortSignal.timeout() would keep this process alive.
    const timer = setTimeout(() => abort.abort(new Error('the KDC is silent')), KDC_TIMEOUT_MS);
    try {
      return await exchangeByTcp(
        { address: '127.0.0.1', family: 4, port: realm.kdcPort },
        request,
        (answer) => Buffer.from(answer),
        abort.signal,
        new AbortController().signal,
      );
    } finally {
      clearTimeout(timer);
    }
  };
  const clientKey = decodeKeytab(readFileSync(realm.keytabs.client)).entries[0]?.key;
  if (clientKey === undefined) {
    throw new Error('the keytab is empty');
  }
  const client = parsePrincipal(realm.principals.client);
  const now = Math.floor(Date.now() / 1000);
  const etypes = [clientKey.etype];
  const kdcOptions = KdcOption.FORWARDABLE;
  const terms = { kdcOptions, till: now + DAY_S, rtime: undefined, addresses: undefined };
  const body = () => asRequestBody(client, etypes, terms);
  const first = asRequest(body(), []);
  const request = asRequest(body(), [encTimestamp(clientKey, Date.now())]);
  const refused = await ask(first.message);
  const asRep = await ask(request.message);
  const tgt = readAsRep(asRep, request)?.open(clientKey)?.granted;
  if (tgt === undefined) {
    throw new Error('no ticket-granting ticket');
  }
  const tgs = (server: string) =>
    buildTgsReq({
      tgt,
      server: parsePrincipal(server),
      realm: client.realm,
      etypes,
      now: Date.now(),
      canonicalize: true,
    });
  const tgsRequest = tgs(realm.principals.server);
  const tgsRep = await ask(tgsRequest.message);
  const unknown = await ask(tgs(realm.principals.unknownServer).message);
  const answers = [refused, asRep, tgsRep, unknown];
  add('kdc-request', ...[first, request, tgsRequest].map(({ message }) => withMode(0, message)));
  add('der-message', first.message, request.message, tgsRequest.message, ...answers);
  add('kdc-answer', ...answers.map((answer) => withMode(0, answer)), withMode(4, tgsRep));
  for (const answer of answers) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(answer.length);
    add('kdc-tcp-answer', withMode(64, Buffer.concat([length, answer])));
    add('kdc-proxy-answer', encodeProxyRequest(answer, client.realm));
    add('kdc-tcp-request', withMode(64, Buffer.concat([length, answer, length, answer])));
  }

  const parts = [
    opened(clientKey, KeyUsage.AS_REP_ENC_PART, decode(kdcMessages.asRep, asRep).encPart),
    opened(
      tgsRequest.subkey,
      KeyUsage.TGS_REP_ENC_PART_SUBKEY,
      decode(kdcMessages.tgsRep, tgsRep).encPart,
    ),
  ];
  add('der-message', ...parts);
  for (const [tgsMode, plaintext] of parts.entries()) {
    const part = { ...decode(kdcMessages.encKdcRepPart, plaintext), nonce: NONCE };
    const sname = toPrincipalName(tgsMode === 0 ? tgsPrincipal(CLIENT.realm) : SERVER);
    const sealed = { ...part, srealm: CLIENT.realm, sname };
    add('kdc-answer', withMode(1 + 4 * tgsMode, encode(kdcMessages.encAsRepPart, sealed)));
  }
}

/** Connects to remctld, and sends and receives whole tokens. */
function tokensOf(port: number) {
  const socket = connect({ host: '127.0.0.1', port });
  const reader = createTokenReader(tokenTooLarge);
  const waiting: ((token: FramedToken) => void)[] = [];
  const ready: FramedToken[] = [];
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    received.push(Buffer.from(chunk));
    reader.push(chunk, ({ flags, payload }) => {
      const token = { flags, payload: Uint8Array.from(payload) };
      const next = waiting.shift();
      if (next === undefined) {
        ready.push(token);
      } else {
        next(token);
      }
    });
  });
  return {
    send: (flags: number, payload: Uint8Array) => socket.write(encodeToken(flags, payload)),
    receive: () =>
      new Promise<FramedToken>((resolve) => {
        const token = ready.shift();
        if (token === undefined) {
          waiting.push(resolve);
        } else {
          resolve(token);
        }
      }),
    received: () => Buffer.concat(received),
    close: () => socket.destroy(),
  };
}

/**
 * Adds the tokens of a context with remctld, and remctld's messages. The seed of the session holds
 * the messages unwrapped, as that target's mechanism does not protect them.
 */
async function session(realm: Realm, port: number, protocol: 1 | 2): Promise<void> {
  const config = await readKrb5Config({ KRB5_CONFIG: realm.krb5Conf });
  const context = createInitiatorContext({
    host: realm.host,
    credentials: { type: 'ccache', ccache: realm.ccache },
    config,
  });
  const { token: apReq = new Uint8Array() } = await context.step();
  const tokens = tokensOf(port);
  tokens.send(FIRST_TOKEN_FLAGS, new Uint8Array());
  tokens.send(CONTEXT_TOKEN_FLAGS, apReq);
  const { flags, payload: apRep } = await tokens.receive();
  await context.step(apRep);
  const plain: Buffer[] = [Buffer.from(encodeToken(flags, Uint8Array.of(1)))];
  const keep = (token: FramedToken, message: Uint8Array) => {
    add('remctl-message', message);
    plain.push(Buffer.from(encodeToken(token.flags, message)));
  };
  if (protocol === 1) {
    const command = encodeCommandV1([Buffer.from('test'), Buffer.from('whoami')]);
    tokens.send(COMMAND_TOKEN_FLAGS_V1, context.wrap(command));
    context.verifyMic(command, (await tokens.receive()).payload);
    plain.push(Buffer.from(encodeToken(TokenFlag.MIC, encodeCommandV1([Buffer.from('test')]))));
    const answer = await tokens.receive();
    keep(answer, context.unwrap(answer.payload));
  } else {
    const requests = [
      ...encodeCommand([Buffer.from('test'), Buffer.from('whoami')]),
      NOOP,
      ...encodeCommand([Buffer.from('no-such-command')]),
    ];
    for (const request of requests) {
      tokens.send(MESSAGE_TOKEN_FLAGS, context.wrap(request));
      for (let last = false; !last; ) {
        const answer = await tokens.receive();
        const message = context.unwrap(answer.payload);
        keep(answer, message);
        // Every other message ends an answer.
        last = message[1] !== MessageType.OUTPUT;
      }
    }
  }
  add('remctl-session', withMode(255, Buffer.concat(plain)), withMode(0, Buffer.concat(plain)));
  add('remctl-token', withMode(16, tokens.received()));
  tokens.close();
  add('gss-context-token', apReq, apRep);
  add('gss-acceptor', withMode(0, apReq));
  const handshake = Buffer.concat([
    encodeToken(FIRST_TOKEN_FLAGS, new Uint8Array()),
    encodeToken(CONTEXT_TOKEN_FLAGS, apReq),
  ]);
  add('server-handshake', withMode(255, withMode(0, handshake)));
  add('gss-acceptor-token', withMode(0, apRep));

  // The service's key opens the ticket, and the session key in the ticket opens the rest.
  const request = readApReqToken(apReq);
  const { credentials } = decodeCcache(readFileSync(realm.ccache.replace(/^FILE:/, '')));
  const ticket = decode(types.ticket, request.ticket);
  const serviceKey = decodeKeytab(readFileSync(realm.keytabs.server)).entries.find(
    ({ kvno, principal }) =>
      kvno === ticket.encPart.kvno &&
      principal.components.join() === ticket.sname.nameString.join(),
  )?.key;
  if (serviceKey === undefined) {
    throw new Error('the service has no key');
  }
  const ticketPart = decode(
    types.encTicketPart,
    opened(serviceKey, KeyUsage.TICKET, ticket.encPart),
  );
  const proof = openAuthenticator(request, ticketPart.key);
  if (proof === undefined) {
    throw new Error('the authenticator does not open');
  }
  const sealedTicket = encode(types.encTicketPart, {
    ...ticketPart,
    key: SESSION_KEY,
    endtime: FAR_TIME,
  });
  const sealedProof = encode(apMessages.authenticator, proof);
  const answer = decode(apMessages.apRep, apRep.subarray(apRep.indexOf(apMessages.apRep.tag)));
  const answerPart = opened(ticketPart.key, KeyUsage.AP_REP_ENC_PART, answer.encPart);
  add('gss-acceptor', withMode(1, joinPieces([sealedTicket, sealedProof])));
  const more = encodeToken(MESSAGE_TOKEN_FLAGS, context.wrap(NOOP));
  for (const mode of [1, 3, 5, 7]) {
    const pieces = joinPieces([sealedTicket, sealedProof, more]);
    add('server-handshake', withMode(mode, withMode(mode, pieces)));
  }
  add('gss-acceptor-token', withMode(1, answerPart), withMode(3, answerPart));
  add('der-message', request.ticket, sealedTicket, sealedProof, answerPart);
  add('der-message', encode(apMessages.apReq, request), encode(apMessages.apRep, answer));
  add('ccache', ...credentials.map(() => readFileSync(realm.ccache.replace(/^FILE:/, ''))));
}

/** Adds parts of message tokens, for each mode of targets/gss-message-token.ts. */
function messageTokens(): void {
  const header = Buffer.from('050406ff000000000000000000000000', 'hex');
  const mic = Buffer.from('040404ffffffffff0000000000000000', 'hex');
  const signed = Buffer.from(header);
  signed[2] = 4;
  signed.writeUInt16BE(12, 4);
  const message = Buffer.from('message');
  for (const [bit] of KEYS.entries()) {
    const key = bit << 3;
    add('gss-message-token', withMode(key, Buffer.concat([header, Buffer.alloc(60)])));
    add('gss-message-token', withMode(key | 1, Buffer.concat([mic, Buffer.alloc(12)])));
    add('gss-message-token', withMode(key | 2, Buffer.concat([header, message, header])));
    add('gss-message-token', withMode(key | 3, Buffer.concat([header, message])));
    add('gss-message-token', withMode(key | 4, Buffer.concat([signed, message])));
    add('gss-message-token', withMode(key | 0x10 | 4, Buffer.concat([signed, message])));
    add('gss-message-token', withMode(key | 5, message));
  }
}

/** Adds the answers of a name server about KDCs. */
function dnsAnswers(): void {
  const records = [
    'krb5srv:m:udp:kdc.example.org',
    'KRB5SRV::TCP:[2001:db8::1]:750',
    'krb5srv:m:kkdcp:https://proxy:8443/KdcProxy',
    'other::udp:kdc',
  ].map((text) => {
    const length = 4 + text.length;
    // A pointer to the question's name, URI, IN, a minute; priority 1 and weight 2.
    const head = [0xc0, 12, 1, 0, 0, 1, 0, 0, 0, 60, 0, length, 0, 1, 0, 2];
    return Buffer.concat([Buffer.from(head), Buffer.from(text)]);
  });
  for (const record of records) {
    add('dns-answer', withMode(3, record));
  }
  add('dns-answer', withMode(records.length * 2 + 1, Buffer.concat(records)));
}

/** Adds texts for the targets that read text. */
function texts(): void {
  addText('duration', '36000', '1d 2h 3m 4s', '10:30:15', '2-01:00:00', ' 10h', '10hours');
  addText('etype-list', 'aes256-cts aes128-sha2', 'DEFAULT -aes,+aes256-sha1', 'rc4', 'aes -aes');
  addText('kdc-address', 'kdc.example.org', 'tcp/kdc:750', '[::1]:88', '::1', 'https://kdc/x');
  addText('file-name', 'FILE:/tmp/krb5cc_%{uid}', 'DIR::/run/tkt1', 'DIR:/run', 'KCM:', '/a:b');
  addText('file-name', 'WRFILE:%{TEMP}/k', '%{null}%{username}', '%{', 'MEMORY:x');
  addText(
    'principal',
    'host/server@EXAMPLE.ORG',
    'a\\/b\\@c\\n\\t\\b\\0@R\\/S',
    'alice@',
    'krbtgt/R@R',
  );
  addText(
    'krb5-conf',
    [
      '# comment',
      '[libdefaults]',
      ' default_realm = EXAMPLE.ORG',
      ' clockskew = 5m',
      ' ticket_lifetime = 1d 2h',
      ' dns_lookup_kdc = false',
      ' dns_canonicalize_hostname = fallback',
      ' udp_preference_limit = 1',
      ' kdc_timesync = 1',
      ' permitted_enctypes = aes256-cts',
      ' EXAMPLE.ORG = {',
      '  forwardable = true',
      ' }',
      '[realms]*',
      ' EXAMPLE.ORG = {',
      '  kdc = tcp/kdc.example.org:88',
      '  kdc = "quoted\\n\\"value\\"" rest',
      '  primary_kdc = [::1]:750',
      ' }*',
      '[domain_realm]',
      ' .example.org = EXAMPLE.ORG',
      '[capaths]',
      ' EXAMPLE.ORG =',
      ' {',
      '  OTHER.ORG = .',
      ' }',
      'include /etc/krb5.conf.d/x',
      'includedir /etc/krb5.conf.d',
      'module /lib/x.so:y',
    ].join('\n'),
  );
}

/** Adds the files and the traffic of a new realm. */
async function realmSeeds(libdefaults: readonly string[]): Promise<void> {
  await using realm = await startRealm({ libdefaults });
  for (const name of [await realm.kinit(), realm.ccache]) {
    add('ccache', readFileSync(name.replace(/^FILE:/, '')));
  }
  for (const path of Object.values(realm.keytabs)) {
    add('keytab', readFileSync(path));
  }
  add('krb5-conf', readFileSync(realm.krb5Conf));
  await kdcAnswers(realm);
  await session(realm, realm.port, 2);
  await using proxy = await startProtocol1Proxy(realm.port);
  await session(realm, proxy.port, 1);
}

dnsAnswers();
texts();
add('server-session', ...serverSessions());
add('posix-regex', ...regexes());
add('acl-file', ...aclFiles());
add('log-line', ...loggedCommands());
add('remctl-conf', ...confFiles());
add('kdc-request', ...kdcRequests());
add('preauthentication', ...preauthInputs());
messageTokens();
await realmSeeds([]);
await realmSeeds(['ccache_type = 3']);
const named = process.argv.slice(2);
for (const [target, inputs] of seeds) {
  if (named.length === 0 || named.includes(target)) {
    writeCorpus(target, [...readCorpus(target), ...inputs]);
    console.log(`${target}: ${inputs.length} seeds added`);
  }
}
