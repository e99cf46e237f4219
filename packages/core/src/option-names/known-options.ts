/** The names of options that several functions share. */

import type { Target } from '../arguments/target.js';
import type { CallOptions, ClientOptions, RunOptions } from '../client-options.js';
import type { OptionNames } from './check-option-names.js';

/** Returns the names of a type's members. The compiler says so if one is missing. */
export function namesOf<T>(
  names: { readonly [Name in keyof Required<T>]: true },
): readonly string[] {
  return Object.keys(names);
}

/** Of a target. */
export const TARGET = namesOf<Target>({
  host: true,
  port: true,
  principal: true,
  canonicalize: true,
});
/** What `discover()` adds to a target. It is taken where a target is, and has no effect. */
export const OF_DISCOVERED: readonly string[] = ['priority', 'weight'];
/** Of a client. */
export const CLIENT = namesOf<ClientOptions>({
  ccache: true,
  keytab: true,
  password: true,
  clientPrincipal: true,
  timeout: true,
  sourceIp: true,
  minProtocol: true,
  maxOutput: true,
});
/** Of a call. */
export const CALL = namesOf<CallOptions>({ signal: true });
const RUN = [...CALL, ...namesOf<Omit<RunOptions, keyof CallOptions>>({ maxOutput: true })];
/** The words of other programs and libraries, and of people, for each option. */
const ALSO_CALLED: OptionNames['alsoCalled'] = {
  host: ['server', 'address', 'addr', 'ip', 'servername', 'fqdn'],
  principal: ['serverprincipal', 'serviceprincipal', 'service', 'spn', 'realm'],
  canonicalize: ['canonical', 'dnscanonicalize', 'dnscanonicalizehostname'],
  command: ['cmd', 'args', 'argv', 'arguments'],
  ccache: ['cache', 'ccname', 'krb5ccname', 'credentialcache', 'ticketcache', 'setccache'],
  password: ['pass', 'pw'],
  clientPrincipal: ['client', 'clientname', 'user', 'username', 'login', 'realm'],
  timeout: ['settimeout', 'connecttimeout', 'commandtimeout', 'sockettimeout', 'deadline'],
  sourceIp: ['sourceaddress', 'srcip', 'setsourceip', 'localaddress', 'bindaddress'],
  minProtocol: ['protocol', 'version', 'minversion'],
  maxOutput: ['maxbuffer', 'maxbytes', 'outputlimit'],
  signal: ['abortsignal', 'abort', 'abortcontroller', 'controller', 'cancel'],
  max: ['connections', 'maxconnections', 'maxsize', 'poolsize', 'size'],
  maxWaiting: ['queue', 'queuesize', 'maxqueue', 'maxqueuesize'],
  keepAlive: ['noop', 'ping', 'heartbeat'],
  parallel: ['concurrency', 'jobs', 'limit', 'workers'],
  retryUnsent: ['retry', 'retries'],
};

const SECONDS = 'seconds';
const NOTES: OptionNames['notes'] = {
  timeout: SECONDS,
  idleTimeout: SECONDS,
  keepAlive: SECONDS,
  principal: "the server's, such as host/server.example.org@EXAMPLE.ORG",
  clientPrincipal: "the client's, such as app/host.example.org@EXAMPLE.ORG",
  maxOutput: 'bytes',
};

/** Returns a function's options, with the other names of all of them. */
export function optionNames(
  known: readonly string[],
  more: Pick<OptionNames, 'ignored' | 'elsewhere'> = {},
): OptionNames {
  return { known, alsoCalled: ALSO_CALLED, notes: NOTES, ...more };
}

/** What to do with a client's options in other places. */
export const FOR_THE_CLIENT = {
  names: CLIENT,
  advice: 'give it to the client: to createClient(), new Remctl(), createPool() or runOnHosts()',
};
const FOR_A_CALL = { names: CALL, advice: 'give it to each call' };
const FOR_OPEN = { names: TARGET, advice: 'give it to open()' };

/** The options of a target. Targets that `discover()` found have two more. */
export const TARGET_OPTIONS = optionNames(TARGET, {
  ignored: OF_DISCOVERED,
  elsewhere: [FOR_THE_CLIENT, FOR_A_CALL],
});

/** The options of `open()`: of a target, and of a call. */
export const OPEN_OPTIONS = optionNames([...TARGET, ...CALL], {
  ignored: OF_DISCOVERED,
  elsewhere: [FOR_THE_CLIENT],
});

/** The options of `new Remctl()`. */
export const CLIENT_OPTIONS = optionNames(CLIENT, {
  elsewhere: [
    {
      names: TARGET,
      advice: 'give it to open(), or use createClient(), which opens the client',
    },
    FOR_A_CALL,
  ],
});

/** The options of a call. */
export const CALL_OPTIONS = optionNames(CALL, { elsewhere: [FOR_THE_CLIENT, FOR_OPEN] });

/** The options of a run. */
export const RUN_OPTIONS = optionNames(RUN, { elsewhere: [FOR_THE_CLIENT, FOR_OPEN] });

/** Returns the options that are the client's own, of those that several functions share. */
export function clientOptionsOf(options: ClientOptions): ClientOptions {
  return only(options, CLIENT);
}

/** Returns the options that say where to connect. `checkTarget` says whether they are a target. */
export function targetOf(options: object): Target {
  return only(options, TARGET) as Target;
}

/** Reads the options by their names: an object of a class has them as getters of its prototype. */
function only(options: object, names: readonly string[]): object {
  const given = options as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  );
}
