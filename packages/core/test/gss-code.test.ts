/** The names of failures that the system's library tells as texts. */
import { expect, test } from 'vitest';
import { gssCode } from '../src/gss-code.js';

const GENERAL = 'Unspecified GSS failure.  Minor code may provide more information';
const NO_CRED = 'No credentials were supplied, or the credentials were unavailable or inaccessible';

/** Messages as libkrb5 1.20 has GSS-API tell them. */
const messages: readonly (readonly [string, string | undefined])[] = [
  [`${GENERAL}, Ticket expired`, 'KRB_AP_ERR_TKT_EXPIRED'],
  [`${GENERAL}, Clock skew too great`, 'KRB_AP_ERR_SKEW'],
  [
    `${GENERAL}, Server host/a@REMCTL.TEST not found in Kerberos database`,
    'KDC_ERR_S_PRINCIPAL_UNKNOWN',
  ],
  [
    `${GENERAL}, Client 'svc@REMCTL.TEST' not found in Kerberos database`,
    'KDC_ERR_C_PRINCIPAL_UNKNOWN',
  ],
  [`${GENERAL}, Client not found in Kerberos database`, 'KDC_ERR_C_PRINCIPAL_UNKNOWN'],
  [`${GENERAL}, Cannot contact any KDC for realm 'REMCTL.TEST'`, 'KRB5_KDC_UNREACH'],
  [`${GENERAL}, Cannot find KDC for realm "REMCTL.TEST"`, 'KRB5_REALM_UNKNOWN'],
  [
    `${GENERAL}, No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0)`,
    'GSS_S_NO_CRED',
  ],
  [`GSS-API error importing ticket cache: ${NO_CRED}, No credentials cache found`, 'GSS_S_NO_CRED'],
  [NO_CRED, 'GSS_S_NO_CRED'],
  ['The referenced credential has expired', 'GSS_S_CREDENTIALS_EXPIRED'],
  [GENERAL, undefined],
  [`${GENERAL}, Success`, undefined],
  ['', undefined],
];

test.each(messages)('%s', (message, name) => {
  expect(gssCode(message)).toBe(name);
});
