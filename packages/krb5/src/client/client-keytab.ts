/** The client keytab: the key with which a client without a good cache logs in by itself. */
import { fileSignature } from '../ccache/file-type.js';
import { type ClientKeytabNames, clientKeytabNames } from '../config/default-client-keytab-name.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { Krb5Error } from '../errors.js';
import { type Keytab, keytabEntries } from '../keytab/keytab.js';
import { locateKeytab, readKeytab } from '../keytab/read-keytab.js';
import type { Principal } from '../principal.js';
import type { RecentlyUsed } from '../recently-used.js';

/** A keytab that was read, and its file's signature from before. */
export interface KnownKeytab {
  readonly signature: string;
  readonly keytab: Keytab;
}

/** What is remembered of client keytabs, by name. */
export interface ClientKeytabMemory {
  readonly clientKeytabs: RecentlyUsed<KnownKeytab>;
}

/** The client keytab, as it was found. */
export interface ClientKeytab {
  readonly from: ClientKeytabNames['from'];
  /** The keytab's name, and its content; undefined if no keytab can be read or has a key. */
  readonly found: { readonly name: string; readonly keytab: Keytab } | undefined;
  /** Why a keytab that somebody named is of no use. */
  readonly problem: string | undefined;
}

/**
 * Finds the client keytab that KRB5_CLIENT_KTNAME, krb5.conf or libkrb5's own name gives. As in
 * libkrb5, a keytab that cannot be read counts as none. Throws Krb5ConfigError as
 * `clientKeytabNames` does.
 */
export async function clientKeytab(
  config: Krb5Config,
  memory: ClientKeytabMemory,
): Promise<ClientKeytab> {
  const { names, from } = clientKeytabNames(config);
  let problem: string | undefined;
  for (const name of names) {
    try {
      const keytab = await currentKeytab(name, memory);
      if (keytab.entries.length > 0) {
        return { from, found: { name, keytab }, problem: undefined };
      }
      problem ??= `the client keytab ${name} has no key`;
    } catch (error) {
      if (!(error instanceof Krb5Error)) {
        throw error;
      }
      problem ??= error.message.replace(/^the keytab/, 'the client keytab');
    }
  }
  return { from, found: undefined, problem: from === 'default' ? undefined : problem };
}

/** Returns the principal that logs in if nothing else says who: that of the first key. */
export function firstPrincipal({ entries }: Keytab): Principal | undefined {
  return entries[0]?.principal;
}

/** Tells whether the keytab has a key of `principal`. */
export function holdsKeyOf(keytab: Keytab, principal: Principal): boolean {
  return keytabEntries(keytab, principal).length > 0;
}

/** Reads the keytab, unless it was read before and has not changed. Throws as `readKeytab` does. */
async function currentKeytab(name: string, { clientKeytabs }: ClientKeytabMemory): Promise<Keytab> {
  // A change between this look and the reading has another signature next time.
  const signature = await fileSignature(locateKeytab(name));
  const known = clientKeytabs.get(name);
  if (known !== undefined && signature !== '' && signature === known.signature) {
    return known.keytab;
  }
  const keytab = await readKeytab(name);
  clientKeytabs.set(name, { signature, keytab });
  return keytab;
}
