/** The pure backend with cut, stalled, delayed, split or merged sessions. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

const suite = 'cuts';
conformance({ name: 'pure/krb5', suite, backend: createPureBackend });
conformance({ name: 'pure/krb5, protocol 1', suite, protocol: 1, backend: createPureBackend });
