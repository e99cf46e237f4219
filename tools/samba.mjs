// Unpacks Samba, for tests with a domain controller of Active Directory.
import { join } from 'node:path';
import { unpackPackages } from './debian-packages.mjs';

/**
 * Unpacks Samba into .tools/samba: installed, its daemons would start. If it cannot, it says why,
 * and the tests that need Samba do not run.
 */
export function unpackSamba() {
  unpackPackages({
    name: 'Samba',
    folder: 'samba',
    // The packages with the domain controller and with what a new domain's database holds.
    wanted: ['samba-ad-dc', 'samba-ad-provision'],
    proof: join('usr', 'sbin', 'samba'),
    purpose: 'the tests with Active Directory',
    otherwise: 'the tests that need it do not run',
  });
}
