/** The step `configuration`: krb5.conf. */
import { type PassedOver, readKrb5Config } from '@remctl/krb5';
import { configFiles, passedOverValues } from '@remctl/krb5/doctor';
import { type Finding, runStep } from '../run-step.js';
import type { Task } from '../task.js';

function passedOverText({ file, line, name, value, expected, instead }: PassedOver): string {
  return `${file}:${line}: ${name} = ${value} is passed over (expected ${expected}); ${instead} counts`;
}

/** Reads krb5.conf anew. */
export function checkConfiguration({ bounds, known }: Task) {
  const words = {
    late: 'krb5.conf was not read',
    advice: 'Mend the line, or the rights of the file. KRB5_CONFIG names other files.',
  };
  return runStep('configuration', bounds, words, async (): Promise<Finding<'configuration'>> => {
    const config = await readKrb5Config();
    known.config = config;
    const { read, missing } = configFiles(config);
    const { defaultRealm, dnsCanonicalizeHostname, rdns } = config;
    const origin = process.env.KRB5_CONFIG === undefined ? '' : ' (KRB5_CONFIG)';
    const details = { files: read, missing, defaultRealm };
    const facts = [
      ...(read.length > 0 ? [`read ${read.join(', ')}${origin}`] : []),
      ...missing.map((path) => `${path}${origin} does not exist`),
      defaultRealm === undefined ? 'no default realm' : `the default realm is ${defaultRealm}`,
      `dns_canonicalize_hostname is ${dnsCanonicalizeHostname}, rdns is ${rdns}`,
    ];
    const [bad, ...more] = passedOverValues(config);
    if (bad !== undefined) {
      return {
        ...{ facts: [...facts, ...more.map(passedOverText)], details, outcome: 'warning' },
        problem: passedOverText(bad),
        advice: 'Mend the line: MIT Kerberos passes over it too, without a word.',
      };
    }
    if (read.length > 0) {
      return { facts, details };
    }
    return {
      ...{ facts, details, outcome: 'warning', problem: 'there is no krb5.conf' },
      advice: 'Make /etc/krb5.conf with default_realm, or name a file in KRB5_CONFIG.',
    };
  });
}
