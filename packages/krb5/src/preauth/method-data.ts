/** What a KDC's error says about preauthentication (RFC 4120, section 5.9.1). */
import { Asn1Error } from '../asn1/asn1-error.js';
import { decode } from '../asn1/codec.js';
import { isSupportedEtype } from '../crypto/index.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { KrbError } from '../messages/krb-error.js';
import {
  type EtypeInfo2Entry,
  etypeInfo2,
  type PaData,
  PaDataType,
  paDataSequence,
} from '../messages/pa-data.js';

/** A KDC's error, and the PA-DATA that came with it. */
export interface KdcError {
  readonly error: KrbError;
  readonly padata: readonly PaData[];
}

/** Returns the contents of the first element of a type; undefined if there is none. */
export function findPaData(padata: readonly PaData[], type: number): Uint8Array | undefined {
  return padata.find(({ padataType }) => padataType === type)?.padataValue;
}

/**
 * Returns the ETYPE-INFO2 among `padata`; an empty list if there is none (RFC 4120, section
 * 5.2.7.5). Throws Asn1Error.
 */
export function etypeInfoOf(padata: readonly PaData[]): readonly EtypeInfo2Entry[] {
  const value = findPaData(padata, PaDataType.PA_ETYPE_INFO2);
  return value === undefined ? [] : decode(etypeInfo2, value);
}

/** Reads the METHOD-DATA of KDC_ERR_PREAUTH_REQUIRED (RFC 4120, section 5.9.1). Throws Asn1Error. */
export function methodData(eData: Uint8Array | undefined): readonly PaData[] {
  return eData === undefined ? [] : decode(paDataSequence, eData);
}

/** Reads the METHOD-DATA of an error; none if the error's data cannot be read. */
export function readMethods({ eData }: KrbError): readonly PaData[] {
  try {
    return methodData(eData);
  } catch (cause) {
    if (cause instanceof Asn1Error) {
      return [];
    }
    throw cause;
  }
}

/** Reads the ETYPE-INFO2 among the methods. Throws Krb5Error if it cannot be read. */
export function readEtypeInfo(
  methods: readonly PaData[],
  realm: string,
): readonly EtypeInfo2Entry[] {
  try {
    return etypeInfoOf(methods);
  } catch (cause) {
    if (cause instanceof Asn1Error) {
      throw new Krb5Error(
        LocalErrorCode.KRB5_PREAUTH_FAILED,
        `the KDC of ${realm} sent an ETYPE-INFO2 that cannot be read: check the realm's KDCs in krb5.conf`,
        { cause },
      );
    }
    throw cause;
  }
}

/** Returns the first entry of a type that is supported and in `etypes`. */
export function entryFor(
  etypeInfo: readonly EtypeInfo2Entry[],
  etypes: readonly number[],
): EtypeInfo2Entry | undefined {
  return etypeInfo.find(({ etype }) => isSupportedEtype(etype) && etypes.includes(etype));
}
