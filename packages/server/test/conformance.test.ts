/** Our clients do everything on our server that they do on remctld. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '@remctl/native-backend';
import { createPureBackend } from '@remctl/pure-backend';
import { OUR_SERVER } from './support/our-remctld.js';

const realm = OUR_SERVER;
conformance({ name: 'pure/krb5, our server', realm, backend: createPureBackend });
conformance({
  name: 'pure/krb5, our server, protocol 1',
  realm,
  protocol: 1,
  backend: createPureBackend,
});
conformance({ name: 'native, our server', realm, backend: createNativeBackend });
