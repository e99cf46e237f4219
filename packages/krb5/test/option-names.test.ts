/** Options that the public functions do not have. */
import { expect, test } from 'vitest';
import { createAcceptorContext, createInitiatorContext, parsePrincipal } from '../src/index.js';

const host = 'server.example.org';

test.each<[string, (loose: never) => unknown, object]>([
  ['createInitiatorContext()', createInitiatorContext, { host, credential: undefined }],
  [
    'credentials',
    createInitiatorContext,
    { host, credentials: { type: 'keytab', keytab: 'k', clientPrincipal: 'c', principal: 'p' } },
  ],
  [
    'credentials.armor',
    createInitiatorContext,
    {
      host,
      credentials: {
        type: 'password',
        password: 'p',
        clientPrincipal: 'c',
        armor: { type: 'ccache', cache: 'c' },
      },
    },
  ],
  ['createAcceptorContext()', createAcceptorContext, { keytab: { entries: [] }, clockSkew: 1 }],
  ['parsePrincipal()', (options) => parsePrincipal('alice', options), { realm: 'EXAMPLE.ORG' }],
])('%s refuses an unknown option and lists the known ones', (of, call, options) => {
  expect(() => call(options as never)).toThrow(TypeError);
  expect(() => call(options as never)).toThrow(/there is no option "\w+"; there are \w+/);
  expect(() => call(options as never)).toThrow(of);
});
