/** The content of a credential cache (MIT Kerberos's "Credential cache file format"). */
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

/**
 * A ticket and what came with it. Times are whole seconds since 1970-01-01T00:00:00Z, by the KDC's
 * clock.
 */
export interface CcacheCredential {
  readonly client: Principal;
  readonly server: Principal;
  /** The session key. */
  readonly key: EncryptionKey;
  readonly authtime: number;
  /** 0 if the ticket has no start time: it is good from `authtime`. */
  readonly starttime: number;
  readonly endtime: number;
  /** 0 if the ticket is not renewable. */
  readonly renewTill: number;
  /** Whether `ticket` is encrypted with another ticket's session key: user to user. */
  readonly isSkey: boolean;
  /** TicketFlags (RFC 4120, section 5.3), its first bit the highest of 32. */
  readonly flags: number;
  readonly addresses: readonly CcacheAddress[];
  readonly authorizationData: readonly CcacheAuthorizationData[];
  /** The Ticket's encoding (RFC 4120, section 5.3). */
  readonly ticket: Uint8Array;
  /** The encoding of the ticket whose session key encrypts `ticket`; mostly empty. */
  readonly secondTicket: Uint8Array;
}

/** A note in a cache beside its tickets, such as `fast_avail`, `pa_type` or `start_realm`. */
export interface CcacheConfigEntry {
  readonly key: string;
  /** The principal that the note is about, as text; undefined if it is about the whole cache. */
  readonly principal: string | undefined;
  readonly value: Uint8Array;
}

/** The difference to add to this machine's clock to get the KDC's. */
export interface TimeOffset {
  readonly seconds: number;
  readonly microseconds: number;
}

/** A credential cache. */
export interface Ccache {
  /** The version of the file format. */
  readonly version: 3 | 4;
  /** Undefined if the file has none; files of version 3 never have one. */
  readonly timeOffset: TimeOffset | undefined;
  readonly defaultPrincipal: Principal;
  /** Tickets only: neither removed entries nor configuration entries. */
  readonly credentials: readonly CcacheCredential[];
  readonly configEntries: readonly CcacheConfigEntry[];
  /** What is wrong behind the entries; undefined if the file ends as it should. */
  readonly damage?: string | undefined;
}
