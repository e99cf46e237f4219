/** Accepts a client's security context, with the flags that every connection needs. */
import {
  type AcceptorContext,
  ContextFlag,
  createAcceptorContext,
  type Principal,
  type ReplayCache,
} from '@remctl/krb5';
import type { KeytabFile } from '../keytab-file.js';

/** Mutual authentication, confidentiality and integrity (protocol, section 2.1). */
const REQUIRED = ContextFlag.MUTUAL | ContextFlag.CONF | ContextFlag.INTEG;

/** An established context, as much as a connection needs of it. */
export type Context = Pick<AcceptorContext, 'unwrap' | 'wrap' | 'getMic'>;

export interface Accepted {
  readonly context: Context;
  readonly principal: string;
  /** When the client's ticket ends. */
  readonly expires: Date;
  /** Whether the client asked for every flag that a connection needs. Without them it must end. */
  readonly hasFlags: boolean;
  /** The token for the client. */
  readonly token: Uint8Array | undefined;
}

/**
 * Accepts a client's context token. Rejects with AcceptorRefusal, whose token the client must get, or with
 * another error, of which the client gets nothing.
 */
export type Accept = (token: Uint8Array) => Promise<Accepted>;

export interface AcceptOptions {
  readonly keytab: KeytabFile;
  readonly principal: Principal | undefined;
  readonly clockskew: number | undefined;
  readonly now: (() => number) | undefined;
  /** Remembers requests, to refuse replays. Without it, all contexts of the process share one. */
  readonly replayCache?: ReplayCache;
}

/** Makes an `Accept` of Kerberos. */
export function kerberosAccept({ keytab, ...policy }: AcceptOptions): Accept {
  return async (request) => {
    const context = createAcceptorContext({ ...policy, keytab: await keytab.current() });
    const { token } = context.step(request);
    const { flags, peer, expires } = context;
    if (peer === undefined || expires === undefined) {
      throw new Error('an acceptor of one step is not established');
    }
    const hasFlags = (flags & REQUIRED) === REQUIRED;
    return { context, principal: peer, expires, hasFlags, token };
  };
}
