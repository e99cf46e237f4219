/** Encodes credential cache files of versions 3 and 4, for tests. */
import type { Ccache, CcacheConfigEntry, CcacheCredential, TimeOffset } from '../ccache/ccache.js';
import { CONFIG_NAME, CONFIG_REALM, FORMAT, HeaderTag } from '../ccache/format.js';
import { NameType, type Principal } from '../principal.js';
import { octetsOf } from '../text/octet-text.js';
import { int16, int32, uint8, uint16, uint32 } from './byte-writer.js';

const OFFSET_LENGTH = 8;

function data(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function list(chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(chunks.length), ...chunks]);
}

function principal({ nameType, components, realm }: Principal): Buffer {
  return Buffer.concat([
    int32(nameType),
    uint32(components.length),
    ...[realm, ...components].map((text) => data(octetsOf(text))),
  ]);
}

/** Encodes a ticket's entry or a configuration entry. Missing fields are zero or empty. */
function entry(
  each: Pick<CcacheCredential, 'client' | 'server' | 'ticket'> & Partial<CcacheCredential>,
  version: 3 | 4,
): Buffer {
  const etype = int16(each.key?.etype ?? 0);
  return Buffer.concat([
    principal(each.client),
    principal(each.server),
    ...(version === 3 ? [etype, etype] : [etype]),
    data(each.key?.value ?? new Uint8Array()),
    uint32(each.authtime ?? 0),
    uint32(each.starttime ?? 0),
    uint32(each.endtime ?? 0),
    uint32(each.renewTill ?? 0),
    uint8(each.isSkey ? 1 : 0),
    uint32(each.flags ?? 0),
    list(
      (each.addresses ?? []).map(({ addrType, address }) =>
        Buffer.concat([int16(addrType), data(address)]),
      ),
    ),
    list(
      (each.authorizationData ?? []).map(({ adType, adData }) =>
        Buffer.concat([int16(adType), data(adData)]),
      ),
    ),
    data(each.ticket),
    data(each.secondTicket ?? new Uint8Array()),
  ]);
}

function configEntry(client: Principal, { key, principal: about, value }: CcacheConfigEntry) {
  const components = [CONFIG_NAME, key, ...(about === undefined ? [] : [about])];
  const server = { nameType: NameType.KRB5_NT_PRINCIPAL, components, realm: CONFIG_REALM };
  return { client, server, ticket: value };
}

function header(offset: TimeOffset | undefined): Buffer {
  const fields =
    offset === undefined
      ? []
      : [
          uint16(HeaderTag.DELTATIME),
          uint16(OFFSET_LENGTH),
          int32(offset.seconds),
          int32(offset.microseconds),
        ];
  const value = Buffer.concat(fields);
  return Buffer.concat([uint16(value.length), value]);
}

/**
 * Encodes a cache as a file that `decodeCcache` and libkrb5 read, configuration entries first.
 * Version 3 has no place for the time offset. Throws RangeError for numbers that the format cannot
 * hold (MIT Kerberos, "Credential cache file format").
 */
export function encodeCcache(ccache: Ccache): Uint8Array {
  const { version, defaultPrincipal, credentials, configEntries } = ccache;
  return Uint8Array.from(
    Buffer.concat([
      uint8(FORMAT),
      uint8(version),
      ...(version === 4 ? [header(ccache.timeOffset)] : []),
      principal(defaultPrincipal),
      ...configEntries.map((each) => entry(configEntry(defaultPrincipal, each), version)),
      ...credentials.map((each) => entry(each, version)),
    ]),
  );
}
