// Unpacks the two daemons that keep KCM credential caches, for tests.
import { unpackPackages } from './debian-packages.mjs';

/**
 * Unpacks sssd's daemon into .tools/sssd-kcm and Heimdal's into .tools/heimdal-kcm: an installation
 * would start them, and make KCM the default cache of this system. If it cannot, it says why, and
 * the tests that need them fail.
 */
export function unpackKcmDaemons() {
  unpackPackages({
    name: 'KCM of sssd',
    purpose: 'the tests with its credential caches',
    otherwise: 'the tests that need it will fail',
    folder: 'sssd-kcm',
    wanted: ['sssd-kcm', 'sssd-common'],
    proof: 'usr/libexec/sssd/sssd_kcm',
  });
  unpackPackages({
    name: 'KCM of Heimdal',
    purpose: 'the tests with its credential caches',
    otherwise: 'the tests that need it will fail',
    folder: 'heimdal-kcm',
    wanted: ['heimdal-kcm'],
    proof: 'usr/sbin/kcm',
  });
}
