/**
 * The mechanism `kerberos`: the system's GSS-API library, through npm's `kerberos`.
 *
 * The library gets the ticket and establishes the context. packages/krb5 protects the messages: `kerberos`
 * cannot wrap a caller's message.
 */

import { createRequire } from 'node:module';
import { isNativeError } from 'node:util/types';
import { type AuthenticationCode, RemctlBackendError, RemctlUnsupportedError } from '@remctl/core';
import { gssCode } from '@remctl/core/gss-code';
import { withGssRemedy } from '@remctl/core/gss-remedy';
import {
  ALL_FLAGS,
  currentConfig,
  type ExchangeProtection,
  findServiceTicketKey,
  formatPrincipal,
  messageProtectionFromExchange,
  type Principal,
  parsePrincipal,
  type ServiceTicketKey,
  servicePrincipals,
} from '@remctl/krb5';
import { shortageNow } from '../find-shortage.js';
import type { ContextOptions, SecurityContext, SecurityMechanism } from '../mechanism.js';
import { krb5Code } from './krb5-code.js';

/** The part of `kerberos` that is used here. It reads the option `flags`; its own types say `gssFlag`. */
interface Kerberos {
  readonly GSS_MECH_OID_KRB5: number;
  initializeClient(
    service: string,
    options: { readonly mechOID: number; readonly flags: number },
  ): Promise<KerberosClient>;
}

interface KerberosClient {
  /** Takes a token and returns one, both in base64. The first challenge is empty. */
  step(challenge: string): Promise<string>;
}

/** The code of createRequire's error without a URL: bundlers leave none in CommonJS. */
const NOT_A_PLACE = 'ERR_INVALID_ARG_VALUE';

function loadKerberos(): Kerberos {
  try {
    return createRequire(import.meta.url)('kerberos');
  } catch (cause) {
    if (isNativeError(cause) && 'code' in cause && cause.code === NOT_A_PLACE) {
      throw new RemctlBackendError(
        "the mechanism 'kerberos' cannot be loaded from this bundle, which does not know its place: bundle as an " +
          "ES module, or mark @remctl/pure-backend as external, or use the mechanism 'krb5', which needs no addon",
        { cause },
      );
    }
    const reason = isNativeError(cause) ? cause.message.split('\n', 1)[0] : String(cause);
    throw new RemctlBackendError(
      `the mechanism 'kerberos' needs the npm package kerberos (${reason}): npm install kerberos, ` +
        "which is built with libkrb5's headers (Debian: libkrb5-dev); or use the mechanism 'krb5', which needs neither",
      { cause },
    );
  }
}

interface Service {
  /** As GSS_C_NT_HOSTBASED_SERVICE has it, `host@NAME`: the only form that `kerberos` takes. */
  readonly name: string;
  /** The principal that the server must have; undefined if the library may decide. */
  readonly expected: Principal | undefined;
  /** The name in the principal, if the library may decide of its realm alone. */
  readonly instance?: string | undefined;
}

/**
 * Gives the services to try, one after the other. krb5.conf says for which of the host's names; they are
 * those of the address that the connection went to, so that the library need not look the host up anew.
 */
async function* services(options: ContextOptions): AsyncGenerator<Service> {
  const { host, resolved, principal, signal } = options;
  const config = await currentConfig();
  if (principal !== undefined) {
    yield serviceFor(principal, config.defaultRealm);
    return;
  }
  for await (const { components } of servicePrincipals('host', host, config, signal, resolved)) {
    const [, instance = host] = components;
    yield { name: `host@${instance}`, expected: undefined, instance };
  }
}

function serviceFor(principal: string, defaultRealm: string | undefined): Service {
  const expected = parsePrincipal(principal, { defaultRealm });
  const [service, instance, ...more] = expected.components;
  if (service === undefined || instance === undefined || more.length > 0 || /@/.test(service)) {
    throw new RemctlUnsupportedError(
      `the mechanism 'kerberos' takes principals of the form service/host, not ${principal}: use the mechanism 'krb5'`,
    );
  }
  return { name: `${service}@${instance}`, expected };
}

/** The library has failed. The message says what it was asked for, and what to do. */
class GssLibraryError extends Error {
  readonly code: AuthenticationCode | undefined;

  constructor(doing: string, text: string, cause: unknown) {
    super(`${doing}: ${withGssRemedy(text)}`, { cause });
    this.code = gssCode(text);
  }
}

/** Waits for a call of the library. Throws GssLibraryError, and the system's error in a shortage. */
async function call<T>(work: Promise<T>, doing: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // The library says that it could not open a cache, and not why.
    const shortage = await shortageNow();
    if (shortage !== undefined) {
      throw shortage;
    }
    const text = isNativeError(error) ? error.message : String(error);
    throw new GssLibraryError(doing, text, error);
  }
}

function checkServer(server: Principal, { name, expected }: Service): void {
  if (expected === undefined || formatPrincipal(expected) === formatPrincipal(server)) {
    return;
  }
  throw new RemctlUnsupportedError(
    `the system's GSS library took ${name} for ${formatPrincipal(server)}, not ${formatPrincipal(expected)}: ` +
      "see domain_realm and dns_canonicalize_hostname in krb5.conf, or use the mechanism 'krb5'",
  );
}

interface Begun {
  readonly client: KerberosClient;
  readonly apReqToken: Uint8Array;
  readonly ticket: ServiceTicketKey;
}

/** Has the library make the first token for a service. */
async function beginFor(kerberos: Kerberos, service: Service): Promise<Begun> {
  const doing = `the server is ${service.name}`;
  const client = await call(
    kerberos.initializeClient(service.name, {
      mechOID: kerberos.GSS_MECH_OID_KRB5,
      flags: ALL_FLAGS,
    }),
    doing,
  );
  const apReqToken = Buffer.from(await call(client.step(''), doing), 'base64');
  const ticket = await findServiceTicketKey(apReqToken);
  checkServer(ticket.server, service);
  return { client, apReqToken, ticket };
}

/** Has the library make the first token: for the first service that there is a ticket for. */
async function beginForFirst(kerberos: Kerberos, options: ContextOptions): Promise<Begun> {
  let failure: unknown;
  let astray: Begun | undefined;
  for await (const service of services(options)) {
    try {
      const begun = await beginFor(kerberos, service);
      const [, instance] = begun.ticket.issuedFor.components;
      if (service.instance === undefined || instance === service.instance) {
        return begun;
      }
      // With `fallback` the library may have looked the host up by itself, and found another machine.
      astray ??= begun;
    } catch (error) {
      if (!(error instanceof GssLibraryError)) {
        throw error;
      }
      failure ??= error;
    }
  }
  if (astray === undefined) {
    throw failure;
  }
  return astray;
}

function createContext(kerberos: Kerberos, options: ContextOptions): SecurityContext {
  const { host } = options;
  let begun: Begun | undefined;
  let established: ExchangeProtection | undefined;
  const protection = () => {
    if (established === undefined) {
      throw new Error('the context is not established');
    }
    return established.protection;
  };

  async function begin(): Promise<Uint8Array> {
    begun = await beginForFirst(kerberos, options);
    return begun.apReqToken;
  }

  async function finish(token: Uint8Array): Promise<void> {
    if (begun === undefined) {
      throw new Error('the first step takes no token');
    }
    const { client, apReqToken, ticket } = begun;
    const challenge = Buffer.from(token).toString('base64');
    await call(client.step(challenge), `${host} did not authenticate itself`);
    established = messageProtectionFromExchange({
      apReqToken,
      apRepToken: token,
      serviceTicketKey: ticket.key,
    });
  }

  return {
    get flags() {
      return established?.flags ?? 0;
    },
    get peer() {
      return established === undefined || begun === undefined
        ? undefined
        : formatPrincipal(begun.ticket.server);
    },
    get client() {
      return established && begun && formatPrincipal(begun.ticket.client);
    },
    get expires() {
      return established && begun?.ticket.expires;
    },
    async step(token) {
      if (token === undefined) {
        return { token: await begin(), established: false };
      }
      await finish(token);
      return { token: undefined, established: true };
    },
    wrap: (message) => protection().wrap(message),
    unwrap: (token) => protection().unwrap(token),
    getMic: (message) => protection().getMic(message),
    verifyMic: (message, mic) => protection().verifyMic(message, mic),
  };
}

/**
 * Makes the mechanism. It takes the default credential cache only, which must be a FILE or DIR cache:
 * packages/krb5 reads the ticket's session key in it. The library's calls run on libuv's pool.
 *
 * Throws RemctlBackendError if `kerberos` is not installed.
 */
export function kerberosMechanism(): SecurityMechanism {
  const kerberos = loadKerberos();
  return {
    name: 'kerberos',
    checkCredentials({ type }) {
      throw new RemctlUnsupportedError(
        `setting the ${type === 'ccache' ? 'credential cache' : type} isn't supported by the mechanism ` +
          "'kerberos', which takes the default cache: set KRB5CCNAME, or use the mechanism 'krb5'",
      );
    },
    createContext: async (options) => createContext(kerberos, options),
    codeOf: (error) => (error instanceof GssLibraryError ? error.code : krb5Code(error)),
  };
}
