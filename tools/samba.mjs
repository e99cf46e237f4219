// Unpacks Samba, for tests with a domain controller of Active Directory.
import { join } from 'node:path';
import { unpackPackages } from './debian-packages.mjs';
import { say } from './steps.mjs';

/** The realm of most tests. */
const REALM = 'REMCTL.TEST';

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

/**
 * Creates the tests' domain and keeps it in .tools/samba: it takes longer than a test may. Needs the
 * built package. If Samba cannot run here, one line says why.
 */
export async function createDomain() {
  const { isDomainKept, sambaRuns, startRealm } = await import('../packages/realm/dist/index.js');
  if (!sambaRuns() || isDomainKept(REALM)) {
    return;
  }
  say('Samba: creating the domain of the tests');
  const realm = await startRealm({ realm: REALM, kdc: 'samba' });
  await realm.dispose();
}
