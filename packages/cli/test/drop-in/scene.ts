/** The realm, the servers and the files that the invocations meet. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  error as errorMessage,
  output,
  type Peer,
  type ScriptedServer,
  startScriptedServer,
  status,
} from '@remctl/conformance/internal/servers';
import {
  freePort,
  type Realm,
  type RemctldProxy,
  startForwardingProxy,
  startProtocol1Proxy,
  startRealm,
  startSilentServer,
} from '@remctl/realm';

export interface Scene extends AsyncDisposable {
  readonly realm: Realm;
  /** Ports: of remctld, of remctld as a server of protocol 1, and of servers that do what the command says. */
  readonly port: string;
  readonly protocol1: string;
  readonly scripted: string;
  /** A server that takes connections and says nothing; a port without a server. */
  readonly silent: string;
  readonly closed: string;
  /** An address where remctld has the legacy port 4444 only. */
  readonly legacyHost: string;
  /** Caches: one with an expired ticket, one with mallory's. */
  readonly expired: string;
  readonly mallory: string;
  /** A krb5.conf that cannot be read, and one whose KDC does not answer. */
  readonly badConf: string;
  readonly noKdcConf: string;
  /** A folder for what a test writes. */
  readonly folder: string;
}

const LEGACY_HOST = '127.83.17.5';

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Returns the arguments of a MESSAGE_COMMAND that came in one message (protocol, section 2.4). */
function argumentsOf(message: Buffer): string[] {
  const words: string[] = [];
  const COUNT_AT = 4;
  let at = COUNT_AT + 4;
  for (let left = message.readUInt32BE(COUNT_AT); left > 0; left -= 1) {
    const length = message.readUInt32BE(at);
    words.push(message.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return words;
}

/**
 * Does what the command says: `error CODE TEXT`, `status N`, `bytes` (each byte on each stream), `early` (ends
 * before any answer), `middle` (ends after output), `reset`.
 */
async function act(peer: Peer): Promise<void> {
  await peer.authenticate();
  const [command, number = '', text = ''] = argumentsOf(await peer.expectCommand());
  const send = (...messages: Buffer[]) => peer.send(...messages.map((each) => peer.seal(each)));
  switch (command) {
    case 'error':
      return send(errorMessage(Number(number), text, Buffer.byteLength(text)));
    case 'status':
      return send(status(Number(number)));
    case 'bytes':
      return send(
        Buffer.concat([output('', 1, EVERY_BYTE.length), EVERY_BYTE]),
        output('two', 2),
        output('three'),
        output('four', 2),
        status(0),
      );
    case 'middle':
      send(output('half an answer\n'));
      return peer.end();
    case 'reset':
      return peer.reset();
    default:
      return peer.end();
  }
}

/** Starts everything. */
export async function startScene(): Promise<Scene> {
  const realm = await startRealm();
  const folder = join(realm.folder, 'drop-in');
  mkdirSync(folder);
  const badConf = join(folder, 'bad-krb5.conf');
  writeFileSync(badConf, 'this is no configuration {{{\n[libdefaults\n');
  const noKdcConf = join(folder, 'no-kdc-krb5.conf');
  writeFileSync(
    noKdcConf,
    `[libdefaults]\n default_realm = ${realm.name}\n dns_lookup_kdc = false\n rdns = false\n` +
      ` dns_canonicalize_hostname = false\n[realms]\n ${realm.name} = {\n  kdc = 127.0.0.1:${await freePort()}\n }\n`,
  );
  const protocol1: RemctldProxy = await startProtocol1Proxy(realm.port);
  const silent: RemctldProxy = await startSilentServer();
  const scripted: ScriptedServer = await startScriptedServer({
    keytab: realm.keytabs.server,
    script: act,
  });
  const legacy = await startForwardingProxy(realm.port, { host: LEGACY_HOST, port: 4444 });
  return {
    realm,
    port: String(realm.port),
    protocol1: String(protocol1.port),
    scripted: String(scripted.port),
    silent: String(silent.port),
    closed: String(await freePort()),
    legacyHost: LEGACY_HOST,
    expired: await realm.expiredCcache(),
    mallory: realm.otherCcache,
    badConf,
    noKdcConf,
    folder,
    async [Symbol.asyncDispose]() {
      for (const server of [legacy, scripted, silent, protocol1, realm]) {
        await server[Symbol.asyncDispose]();
      }
    },
  };
}
