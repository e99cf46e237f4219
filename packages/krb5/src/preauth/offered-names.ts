/** The names of the mechanisms that a KDC offers, for messages. */
import { type PaData, PaDataType } from '../messages/pa-data.js';
import { MECHANISMS } from './mechanisms.js';

const NAMES: ReadonlyMap<number, string> = new Map([
  ...MECHANISMS.map(({ type, name }) => [type, name] as const),
  [PaDataType.PA_SAM_CHALLENGE, 'a hardware token (SAM)'],
  [PaDataType.PA_SAM_RESPONSE, 'a hardware token (SAM)'],
  [PaDataType.PA_PK_AS_REQ_OLD, 'a certificate (PKINIT)'],
  [PaDataType.PA_PK_AS_REP_OLD, 'a certificate (PKINIT)'],
  [PaDataType.PA_PK_AS_REQ, 'a certificate (PKINIT)'],
  [PaDataType.PA_PK_AS_REP, 'a certificate (PKINIT)'],
  [PaDataType.PA_SAM_CHALLENGE_2, 'a hardware token (SAM)'],
  [PaDataType.PA_SAM_RESPONSE_2, 'a hardware token (SAM)'],
  [PaDataType.PA_OTP_CHALLENGE, 'a one-time password (OTP)'],
  [PaDataType.PA_OTP_REQUEST, 'a one-time password (OTP)'],
]);

/** Returns the names of the mechanisms among `padata`, each once, in the KDC's order. */
export function offeredNames(padata: readonly PaData[]): readonly string[] {
  const names = padata.map(({ padataType }) => NAMES.get(padataType));
  return [...new Set(names.filter((name) => name !== undefined))];
}
