/** The certificates that a KDC proxy's certificate must lead to. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { readFileUpTo, systemErrorCode, unreadableReason } from '../file/read-file.js';
import { isExhaustion } from './kdc-unreachable.js';

/** A file with every public CA has a quarter of a mebibyte. */
const MAX_FILE_LENGTH = 4 * 1024 * 1024;
const MAX_FILES = 1024;

/** Where systems keep the certificates of the CAs that they trust, in one file. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const CERTIFICATE =
  /-----BEGIN (?:X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:X509 )?CERTIFICATE-----/g;

/**
 * Returns the certificates, in PEM, that http_anchors names: `FILE:path`, `DIR:path`, or `ENV:name`
 * for a variable that holds one of these. Without http_anchors they are Node's and the system's.
 * Throws Error, with the place, if one that http_anchors names cannot be read.
 */
export async function readAnchors(
  anchors: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  if (anchors.length === 0) {
    return defaultAnchors(env);
  }
  const all = await Promise.all(anchors.map((anchor) => readAnchor(anchor, env)));
  return withoutDoubles(all.flat());
}

async function readAnchor(anchor: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const variable = /^ENV:(.*)$/s.exec(anchor)?.[1];
  const named = variable === undefined ? anchor : (env[variable] ?? '');
  const [, type, path = ''] = /^(FILE|DIR):(.*)$/s.exec(named) ?? [];
  if (type === undefined) {
    throw new Error(`http_anchors = ${anchor} is neither FILE:path nor DIR:path`);
  }
  try {
    return type === 'FILE' ? await readFileAnchors(path) : await readFolderAnchors(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined || isExhaustion(error)) {
      throw error;
    }
    throw new Error(`http_anchors = ${anchor} cannot be read: ${unreadableReason(code)}`, {
      cause: error,
    });
  }
}

async function readFileAnchors(path: string): Promise<string[]> {
  const found = certificatesIn(await readFileUpTo(path, MAX_FILE_LENGTH));
  if (found.length === 0) {
    throw new Error(`${path} of http_anchors holds no certificate`);
  }
  return found;
}

/** Reads the files of a folder. A file that cannot be read is passed over, as by libkrb5. */
async function readFolderAnchors(path: string): Promise<string[]> {
  const files = (await readdir(path)).filter((name) => !name.startsWith('.'));
  const found: string[] = [];
  for (const name of files.slice(0, MAX_FILES)) {
    found.push(...(await readIfThere(join(path, name))));
  }
  if (found.length === 0) {
    throw new Error(`${path} of http_anchors holds no certificate`);
  }
  return found;
}

/**
 * Returns Node's own certificates, those of NODE_EXTRA_CA_CERTS, and those of SSL_CERT_FILE or else
 * of the system: libkrb5 trusts the system's.
 */
async function defaultAnchors(env: NodeJS.ProcessEnv): Promise<string[]> {
  const files = env.SSL_CERT_FILE === undefined ? SYSTEM_FILES : [env.SSL_CERT_FILE];
  const found: string[] = [...rootCertificates];
  for (const file of [...files, env.NODE_EXTRA_CA_CERTS ?? '']) {
    found.push(...(await readIfThere(file)));
  }
  return withoutDoubles(found);
}

/** Drops certificates that come twice, perhaps with lines of another length. */
function withoutDoubles(certificates: readonly string[]): string[] {
  return [...new Map(certificates.map((pem) => [pem.replaceAll(/\s/g, ''), pem])).values()];
}

/** Returns the certificates in a file; none if the file cannot be read. */
async function readIfThere(path: string): Promise<string[]> {
  try {
    return certificatesIn(await readFileUpTo(path, MAX_FILE_LENGTH));
  } catch (error) {
    if (systemErrorCode(error) === undefined || isExhaustion(error)) {
      throw error;
    }
    return [];
  }
}

function certificatesIn(bytes: Buffer | undefined): string[] {
  return bytes?.toString('latin1').match(CERTIFICATE) ?? [];
}
