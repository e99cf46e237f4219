// Unpacks Heimdal's KDC, for tests with a second Kerberos implementation.
import { join } from 'node:path';
import { unpackPackages } from './debian-packages.mjs';

/**
 * Unpacks Heimdal into .tools/heimdal, because some of its programs have the names of MIT's. If it
 * cannot, it says why, and the tests that need Heimdal fail.
 */
export function unpackHeimdal() {
  unpackPackages({
    name: 'Heimdal',
    folder: 'heimdal',
    // The packages with the KDC and with `kadmin -l`.
    wanted: ['heimdal-kdc', 'heimdal-clients'],
    proof: join('usr', 'lib', 'heimdal-servers', 'kdc'),
    purpose: 'the tests with a second Kerberos',
    otherwise: 'the tests that need it will fail',
  });
}
