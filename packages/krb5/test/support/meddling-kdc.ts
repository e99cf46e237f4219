/** An attacker between client and KDC who changes what passes. */
import { createSocket } from 'node:dgram';
import type { Realm } from '@remctl/realm';
import { decode, encode } from '../../src/asn1/codec.js';
import { asReq } from '../../src/messages/kdc-messages.js';
import { krbError } from '../../src/messages/krb-error.js';
import { type PaData, paDataSequence } from '../../src/messages/pa-data.js';
import { LOOPBACK, listenUdp } from './loopback.js';

export interface MeddlingKdc extends AsyncDisposable {
  /** The attacker's address for krb5.conf; it takes datagrams only. */
  readonly kdc: string;
  /** The requests that came, in order. */
  readonly requests: Uint8Array[];
  /** Changes the KDC's answer number `at`, counted from 0, before the client gets it. */
  meddle: ((answer: Uint8Array, at: number) => Uint8Array) | undefined;
  /** Changes a request before the KDC gets it. */
  meddleRequest: ((request: Uint8Array) => Uint8Array) | undefined;
}

/** Starts an attacker in front of the realm's KDC. */
export async function startMeddlingKdc({ kdcPort }: Pick<Realm, 'kdcPort'>): Promise<MeddlingKdc> {
  const requests: Uint8Array[] = [];
  const relays = new Set<{ close(): void }>();
  const attacker: MeddlingKdc = {
    kdc: '',
    requests,
    meddle: undefined,
    meddleRequest: undefined,
    async [Symbol.asyncDispose]() {
      front.close();
      for (const relay of relays) {
        relay.close();
      }
    },
  };
  const front = await listenUdp((request, { port, address }) => {
    const at = requests.push(request) - 1;
    const relay = createSocket('udp4', (answer) =>
      front.send(attacker.meddle?.(answer, at) ?? answer, port, address),
    );
    relays.add(relay);
    relay.send(attacker.meddleRequest?.(request) ?? request, kdcPort, LOOPBACK);
  });
  return Object.assign(attacker, { kdc: `${LOOPBACK}:${front.address().port}` });
}

/** Returns the types of the PA-DATA in an AS-REQ. */
export function paTypes(request: Uint8Array): number[] {
  const { padata = [] } = decode(asReq, request);
  return padata.map(({ padataType }) => padataType);
}

/** Changes the METHOD-DATA of a KRB-ERROR; other answers stay as they are. */
export function editMethods(
  answer: Uint8Array,
  edit: (methods: readonly PaData[]) => readonly PaData[],
): Uint8Array {
  if (answer[0] !== krbError.tag) {
    return answer;
  }
  const error = decode(krbError, answer);
  const methods = decode(paDataSequence, error.eData ?? encode(paDataSequence, []));
  return encode(krbError, { ...error, eData: encode(paDataSequence, edit(methods)) });
}
