/** One on the way to a KDC who answers some requests with errors of their own. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Realm } from '@remctl/realm';
import { encode } from '../../src/asn1/codec.js';
import { krbError } from '../../src/messages/krb-error.js';
import { MessageType, PVNO } from '../../src/messages/message-type.js';
import { PaDataType, paDataSequence } from '../../src/messages/pa-data.js';

/** The tags of the two requests (RFC 4120, section 5.4.1). */
const REQUESTS = { as: 0x6a, tgs: 0x6c } as const;

/** That an encrypted timestamp is wanted. */
const METHODS = encode(paDataSequence, [
  { padataType: PaDataType.PA_ENC_TIMESTAMP, padataValue: new Uint8Array() },
]);

export interface ForgingKdc extends AsyncDisposable {
  /** As krb5.conf has it: datagrams alone. */
  readonly kdc: string;
  /** What each kind of request gets: a code of an error, or silence; the KDC's answer without it. */
  readonly forge: {
    as?: number | 'silence';
    tgs?: number | 'silence';
    /** Seconds that its time is ahead. */
    ahead?: number;
    /** The error comes before the KDC's own answer, and not in its place. */
    first?: boolean;
  };
  readonly asked: (kind: keyof typeof REQUESTS) => number;
}

export async function startForgingKdc({ kdcPort, name }: Realm): Promise<ForgingKdc> {
  const forge: ForgingKdc['forge'] = {};
  const counts = { as: 0, tgs: 0 };
  const relays = new Set<{ close(): void }>();
  const front = createSocket('udp4', (request, { port, address }) => {
    const kind = request[0] === REQUESTS.as ? 'as' : 'tgs';
    counts[kind] += 1;
    const forged = forge[kind];
    if (forged === 'silence') {
      return;
    }
    if (forged !== undefined) {
      const error = encode(krbError, {
        pvno: PVNO,
        msgType: MessageType.KRB_ERROR,
        stime: Math.floor(Date.now() / 1000) + (forge.ahead ?? 0),
        susec: 0,
        errorCode: forged,
        realm: name,
        sname: { nameType: 2, nameString: ['krbtgt', name] },
        eData: METHODS,
      });
      front.send(error, port, address);
      if (forge.first !== true) {
        return;
      }
    }
    const relay = createSocket('udp4', (answer) => front.send(answer, port, address));
    relays.add(relay);
    relay.send(request, kdcPort, '127.0.0.1');
  });
  front.bind(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    kdc: `udp/127.0.0.1:${front.address().port}`,
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
