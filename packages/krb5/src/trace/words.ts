/** The words for what a trace names. */
import type { HeldTicket } from '../client/held-ticket.js';
import { etypeName } from '../crypto/index.js';
import { krbErrorName } from '../error-codes.js';
import type { KdcAddress, Transport } from '../kdc/kdc.js';
import { type PaData, PaDataType } from '../messages/pa-data.js';
import { formatPrincipal, type Principal } from '../principal.js';

/** `alice@REALM -> host/server@REALM`. */
export function forServer(client: Principal, server: Principal): string {
  return `${formatPrincipal(client)} -> ${formatPrincipal(server)}`;
}

/** Whose ticket it is, and for whom. */
export function ticketWords({ client, server }: HeldTicket): string {
  return forServer(client, server);
}

/** The names of encryption types. */
export function etypeWords(etypes: readonly number[]): string {
  return etypes.map(etypeName).join(', ');
}

/** `7/KDC_ERR_S_PRINCIPAL_UNKNOWN`. */
export function codeWords(code: number): string {
  return `${code}/${krbErrorName(code)}`;
}

const SOCKETS: Readonly<Record<Transport, string>> = {
  udp: 'dgram',
  tcp: 'stream',
  https: 'https',
};

/** `dgram 192.0.2.7:88`, as libkrb5 names an address. */
export function addressWords(transport: Transport, { address, family, port }: KdcAddress): string {
  return `${SOCKETS[transport]} ${family === 6 ? `[${address}]` : address}:${port}`;
}

const PADATA_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(PaDataType).map(([name, type]) => [type, name.replaceAll('_', '-')]),
);

/** `PA-ETYPE-INFO2 (19), PA-ENC-TIMESTAMP (2)`; `(empty)` without any. */
export function padataWords(padata: readonly PaData[]): string {
  const names = padata.map(
    ({ padataType }) => `${PADATA_NAMES.get(padataType) ?? 'unknown'} (${padataType})`,
  );
  return names.length === 0 ? '(empty)' : names.join(', ');
}
