/** Target: a krb5.conf file's text and all its readers. Its includes are ignored. */
import { unlessRefused } from '../findings.js';
import {
  capaths,
  fallbackRealm,
  hostRealm,
  initialTicketOptions,
  Krb5ConfigError,
  krb5Config,
  newSection,
  parseKdc,
  readText,
  realmKdcs,
} from '../krb5-internals.js';

const REALM = 'EXAMPLE.ORG';
const HOST = 'server.example.org';

export function fuzz(data: Buffer): void {
  const root = newSection();
  const includes = unlessRefused([Krb5ConfigError], () => [
    ...readText(data.toString('utf8'), 'krb5.conf', root),
  ]);
  if (includes === undefined) {
    return;
  }
  const profile = { files: [{ path: 'krb5.conf', root }], missing: [] };
  const config = unlessRefused([Krb5ConfigError], () => krb5Config(profile));
  if (config !== undefined) {
    unlessRefused([Krb5ConfigError], () => initialTicketOptions(config, REALM));
    for (const value of realmKdcs(config, REALM)) {
      parseKdc(value, { realm: REALM, anchors: [] });
    }
    capaths(config, REALM, 'OTHER.ORG');
    hostRealm(config, HOST);
    fallbackRealm(config, HOST);
  }
}
