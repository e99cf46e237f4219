/** The pure backend with sessions that are cut, stalled, delayed, split or merged. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

const suite = 'cuts';
conformance({ name: 'pure/krb5', suite, backend: createPureBackend });
conformance({ name: 'pure/krb5, protocol 1', suite, protocol: 1, backend: createPureBackend });
