/** The terms of AS requests that their replies must keep to. */
import { expect, test } from 'vitest';
import { asRequest, asRequestBody } from '../../src/client/as-exchange.js';
import { asTerms } from '../../src/client/as-terms.js';
import { readKrb5Config } from '../../src/config/krb5-config.js';
import { parsePrincipal } from '../../src/principal.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();

const NOW = 1_700_000_000;
const HOUR = 3600;

test.each([
  ['the end that was asked for, by default', '', NOW + HOUR],
  ['the end of renewals that was asked for', 'renew_lifetime = 2h', NOW + 2 * HOUR],
  ['no bound if kdc_default_options asks for none', 'kdc_default_options = 0', undefined],
])('a ticket may be renewable until %s', async (_, line, end) => {
  const text = `[libdefaults]\nticket_lifetime = 1h\n${line}\n`;
  const config = await readKrb5Config({ KRB5_CONFIG: files.write('krb5.conf', text) });
  const client = parsePrincipal('user@R');
  const body = asRequestBody(client, [], asTerms(config, client, NOW * 1000));
  expect(asRequest(body, []).rtime).toBe(end);
});
