/** SPAKE's groups by number and name, and those that krb5.conf permits. */

/** The numbers of the groups (RFC 9588, section 12.2). */
export const SpakeGroup = {
  EDWARDS25519: 1,
  P_256: 2,
  P_384: 3,
  P_521: 4,
} as const;

/** What the protocol needs to know of a group besides its curve (RFC 9588, section 12.2). */
export interface GroupInfo {
  readonly number: number;
  readonly name: string;
  /** The hash of transcripts and keys, as node:crypto calls it. */
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** Octets of a scalar. */
  readonly scalarLength: number;
}

const GROUPS: readonly GroupInfo[] = [
  { number: SpakeGroup.EDWARDS25519, name: 'edwards25519', hash: 'sha256', scalarLength: 32 },
  { number: SpakeGroup.P_256, name: 'P-256', hash: 'sha256', scalarLength: 32 },
  { number: SpakeGroup.P_384, name: 'P-384', hash: 'sha384', scalarLength: 48 },
  { number: SpakeGroup.P_521, name: 'P-521', hash: 'sha512', scalarLength: 66 },
];

/** spake_preauth_groups if krb5.conf does not set it, as in MIT Kerberos. */
const DEFAULT_GROUPS = 'edwards25519';

/**
 * Returns the groups that spake_preauth_groups names, in its order and each once. Words that name no
 * known group are passed over, as in MIT Kerberos. `setting` is undefined if krb5.conf has none.
 */
export function permittedGroups(setting: string | undefined): readonly GroupInfo[] {
  const words = (setting ?? DEFAULT_GROUPS).toLowerCase().split(/[\s,]+/);
  const groups = words.map((word) => GROUPS.find(({ name }) => name.toLowerCase() === word));
  return [...new Set(groups.filter((group) => group !== undefined))];
}
