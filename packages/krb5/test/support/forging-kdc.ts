/** An attacker in front of a KDC who forges errors. */
import { createSocket } from 'node:dgram';
import type { Realm } from '@remctl/realm';
import { encode } from '../../src/asn1/codec.js';
import { PaDataType, paDataSequence } from '../../src/messages/pa-data.js';
import { kdcError } from './kdc-error.js';
import { LOOPBACK, listenUdp } from './loopback.js';

/** The first bytes of the two requests: their tags (RFC 4120, section 5.4.1). */
const REQUESTS = { as: 0x6a, tgs: 0x6c } as const;

/** The error data that asks for an encrypted timestamp. */
const METHODS = encode(paDataSequence, [
  { padataType: PaDataType.PA_ENC_TIMESTAMP, padataValue: new Uint8Array() },
]);

export interface ForgingKdc extends AsyncDisposable {
  /** The attacker's address for krb5.conf; it takes datagrams only. */
  readonly kdc: string;
  /** The error code, or silence, that a kind of request gets; undefined: the KDC's own answer. */
  readonly forge: {
    as?: number | 'silence';
    tgs?: number | 'silence';
    /** Seconds that the time in a forged error is ahead. */
    ahead?: number;
    /** Sends the error before the KDC's own answer, and not in its place. */
    first?: boolean;
    /** The error data; the default asks for an encrypted timestamp. */
    eData?: Uint8Array;
  };
  /** Returns how many requests of a kind came. */
  readonly asked: (kind: keyof typeof REQUESTS) => number;
}

/** Starts an attacker in front of the realm's KDC. */
export async function startForgingKdc({ kdcPort, name }: Realm): Promise<ForgingKdc> {
  const forge: ForgingKdc['forge'] = {};
  const counts = { as: 0, tgs: 0 };
  const relays = new Set<{ close(): void }>();
  const front = await listenUdp((request, { port, address }) => {
    const kind = request[0] === REQUESTS.as ? 'as' : 'tgs';
    counts[kind] += 1;
    const forged = forge[kind];
    if (forged === 'silence') {
      return;
    }
    if (forged !== undefined) {
      const options = { ahead: forge.ahead ?? 0, eData: forge.eData ?? METHODS };
      front.send(kdcError(name, forged, options), port, address);
      if (forge.first !== true) {
        return;
      }
    }
    const relay = createSocket('udp4', (answer) => front.send(answer, port, address));
    relays.add(relay);
    relay.send(request, kdcPort, LOOPBACK);
  });
  return {
    kdc: `udp/${LOOPBACK}:${front.address().port}`,
    forge,
    asked: (kind) => counts[kind],
    async [Symbol.asyncDispose]() {
      front.close();
      for (const relay of relays) {
        relay.close();
      }
    },
  };
}
