/** A throwaway CA, and certificates of servers on loopback. Needs openssl. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key and a certificate, in PEM, and the paths of their files. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
}

export interface CertificateAuthority extends Certificate {
  /** Issues a certificate for names in openssl's form: `DNS:localhost,IP:127.0.0.1`. */
  issue(subjectAltName: string): Certificate;
}

function files(folder: string, name: string): Certificate {
  const keyFile = join(folder, `${name}.key`);
  const certFile = join(folder, `${name}.pem`);
  return {
    keyFile,
    certFile,
    get key() {
      return readFileSync(keyFile, 'utf8');
    },
    get cert() {
      return readFileSync(certFile, 'utf8');
    },
  };
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes a CA whose files begin with `name`. */
export function createAuthority(folder: string, name: string): CertificateAuthority {
  const own = files(folder, name);
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  openssl(
    ...['req', '-x509', ...KEY, '-subj', `/CN=${name}`, '-days', '2'],
    ...['-keyout', own.keyFile, '-out', own.certFile],
  );
  let issued = 0;
  return {
    ...own,
    issue(subjectAltName) {
      issued += 1;
      const issuedFiles = files(folder, `${name}-${issued}`);
      const request = join(folder, `${name}-${issued}.csr`);
      const extensions = join(folder, `${name}-${issued}.ext`);
      writeFileSync(extensions, `subjectAltName = ${subjectAltName}\n`);
      openssl(
        ...['req', ...KEY, '-subj', '/O=test', '-keyout', issuedFiles.keyFile, '-out', request],
      );
      openssl(
        ...['x509', '-req', '-in', request, '-CA', own.certFile, '-CAkey', own.keyFile],
        ...['-CAcreateserial', '-days', '2', '-extfile', extensions],
        ...['-out', issuedFiles.certFile],
      );
      return issuedFiles;
    },
  };
}
