/** What a credential cache holds (MIT Kerberos's "Credential cache file format"). */
import type { EncryptionKey } from '../crypto/encryption-key.js';
import type { Principal } from '../principal.js';

/** HostAddress (RFC 4120, section 5.2.5). */
export interface CcacheAddress {
  readonly addrType: number;
  readonly address: Uint8Array;
}

/** One element of AuthorizationData (RFC 4120, section 5.2.6). */
export interface CcacheAuthorizationData {
  readonly adType: number;
  readonly adData: Uint8Array;
}

/** A ticket and what came with it. Times are whole seconds since 1970-01-01T00:00:00Z, by the KDC's clock. */
export interface CcacheCredential {
  readonly client: Principal;
  readonly server: Principal;
  /** The session key. */
  readonly key: EncryptionKey;
  readonly authtime: number;
  /** 0 where the ticket has none: it is good from `authtime`. */
  readonly starttime: number;
  readonly endtime: number;
  /** 0 where the ticket is not renewable. */
  readonly renewTill: number;
  /** Whether `ticket` is encrypted in another ticket's session key: user to user. */
  readonly isSkey: boolean;
  /** TicketFlags (RFC 4120, section 5.3), its first bit the highest of 32. */
  readonly flags: number;
  readonly addresses: readonly CcacheAddress[];
  readonly authorizationData: readonly CcacheAuthorizationData[];
  /** The Ticket's encoding (RFC 4120, section 5.3). */
  readonly ticket: Uint8Array;
  /** That of the ticket whose session key encrypts `ticket`; mostly empty. */
  readonly secondTicket: Uint8Array;
}

/** What a cache notes beside its tickets, such as `fast_avail`, `pa_type` or `start_realm`. */
export interface CcacheConfigEntry {
  readonly key: string;
  /** The principal that it is about, as text; undefined where it is about the whole cache. */
  readonly principal: string | undefined;
  readonly value: Uint8Array;
}

/** What to add to this machine's clock to have the KDC's. */
export interface TimeOffset {
  readonly seconds: number;
  readonly microseconds: number;
}

export interface Ccache {
  /** The version of the file format. */
  readonly version: 3 | 4;
  /** Undefined where the file says nothing of it; always in version 3. */
  readonly timeOffset: TimeOffset | undefined;
  readonly defaultPrincipal: Principal;
  /** Without those that were removed, and without configuration entries. */
  readonly credentials: readonly CcacheCredential[];
  readonly configEntries: readonly CcacheConfigEntry[];
}
