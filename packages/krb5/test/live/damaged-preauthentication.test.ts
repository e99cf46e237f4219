/** An attacker in a KDC's place who sends damaged preauthentication data. */
import { expect, test } from 'vitest';
import { encode } from '../../src/asn1/codec.js';
import { KrbErrorCode, LocalErrorCode } from '../../src/error-codes.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { PaDataType, paDataSequence } from '../../src/messages/pa-data.js';
import { newKeytabClient } from '../support/credentials.js';
import { startForgingKdc } from '../support/forging-kdc.js';
import { variantConfig } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();

const DAMAGED = Buffer.of(0x30, 0x7f, 0x01);

test('a damaged ETYPE-INFO2 is a Krb5Error that names the realm', async () => {
  await using kdc = await startForgingKdc(realm);
  const credentials = await newKeytabClient(realm, 'damaged');
  const config = await variantConfig(realm, { kdcs: [kdc.kdc] });
  Object.assign(kdc.forge, {
    as: KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED,
    eData: encode(paDataSequence, [
      { padataType: PaDataType.PA_ENC_TIMESTAMP, padataValue: new Uint8Array() },
      { padataType: PaDataType.PA_ETYPE_INFO2, padataValue: DAMAGED },
    ]),
  });
  const context = createInitiatorContext({
    principal: realm.principals.server,
    credentials,
    config,
  });
  await expect(context.step()).rejects.toMatchObject({
    code: LocalErrorCode.KRB5_PREAUTH_FAILED,
    message: expect.stringContaining(`the KDC of ${realm.name}`),
  });
});
