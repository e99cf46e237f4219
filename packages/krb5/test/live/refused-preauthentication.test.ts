/** Mechanisms that only kinit can do, and the errors for them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { encode } from '../../src/asn1/codec.js';
import type { Credentials } from '../../src/client/credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { KrbErrorCode } from '../../src/error-codes.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { PaDataType, paDataSequence } from '../../src/messages/pa-data.js';
import { freshCache, newKeytabClient } from '../support/credentials.js';
import { startForgingKdc } from '../support/forging-kdc.js';
import { configOf, variantConfig } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const folder = mkdtempSync(join(tmpdir(), 'krb5-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [certificate, key] = ['kdc.pem', 'kdc.key'].map((file) => join(folder, file));
execFileSync(
  'openssl',
  `req -x509 -newkey rsa:2048 -nodes -subj /CN=kdc -keyout ${key} -out ${certificate}`.split(' '),
  { stdio: 'ignore' },
);

const realm = useRealm({
  kdcConf: [
    '[realms]',
    '  REMCTL.TEST = {',
    `    pkinit_identity = FILE:${certificate},${key}`,
    `    pkinit_anchors = FILE:${certificate}`,
    '  }',
    '[plugins]',
    '  kdcpreauth = {',
    '    disable = encrypted_timestamp',
    '    disable = encrypted_challenge',
    '  }',
  ],
});

async function messageFor(credentials: Credentials, variant?: Krb5Config): Promise<string> {
  const config = variant ?? (await configOf(realm));
  const principal = realm.principals.server;
  const error = await createInitiatorContext({ principal, credentials, config })
    .step()
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'KRB5_PREAUTH_FAILED' });
  return String(error);
}

describe('the error names what the KDC wants, and kinit as the way out', () => {
  test('a certificate (PKINIT)', async () => {
    const credentials = await newKeytabClient(realm, 'smartcard');
    expect(await messageFor(credentials)).toMatch(
      /the KDC of REMCTL\.TEST wants smartcard@REMCTL\.TEST to log in with a certificate \(PKINIT\): .*get the ticket with kinit.*its cache/,
    );
  });

  test('a one-time password (OTP), inside FAST', async () => {
    const own = await newKeytabClient(realm, 'token');
    await realm.kadmin('setstr token otp [{}]');
    const armor = await freshCache(realm);
    expect(await messageFor({ ...own, armor })).toMatch(
      /log in with .*a one-time password \(OTP\).*: get the ticket with kinit/,
    );
  });

  test('a hardware token (SAM)', async () => {
    await using kdc = await startForgingKdc(realm);
    const types = [PaDataType.PA_SAM_CHALLENGE, PaDataType.PA_SAM_CHALLENGE_2];
    Object.assign(kdc.forge, {
      as: KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED,
      eData: encode(
        paDataSequence,
        types.map((padataType) => ({ padataType, padataValue: new Uint8Array() })),
      ),
    });
    const credentials = await newKeytabClient(realm, 'card');
    const config = await variantConfig(realm, { kdcs: [kdc.kdc] });
    expect(await messageFor(credentials, config)).toMatch(
      /log in with a hardware token \(SAM\): get the ticket with kinit/,
    );
  });
});
