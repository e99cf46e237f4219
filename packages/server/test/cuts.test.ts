/** Cut, stalled, delayed, split or merged sessions with our server. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '@remctl/pure-backend';
import { OUR_SERVER } from './support/our-remctld.js';

const common = { suite: 'cuts', realm: OUR_SERVER, backend: createPureBackend } as const;
conformance({ name: 'pure/krb5, our server', ...common });
conformance({ name: 'pure/krb5, our server, protocol 1', protocol: 1, ...common });
