/** Cryptography of this package and of libkrb5, each with the other's results. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_ETYPES,
  decrypt,
  encrypt,
  etypeInfo,
  KeyUsage,
  makeChecksum,
  prf,
  randomKey,
  stringToKey,
} from '../../src/crypto/index.js';
import { hexField, toHexField } from '../support/hex.js';
import { useProgram } from '../support/use-program.js';

const program = useProgram(new URL('./libkrb5-peer.c', import.meta.url), ['-lkrb5', '-lk5crypto']);

function libkrb5(operations: readonly (readonly (string | number)[])[]): string[] {
  const input = operations.map((operation) => `${operation.join(' ')}\n`).join('');
  const output = execFileSync(program, { input, maxBuffer: 1 << 28, encoding: 'utf8' });
  return output.split('\n').slice(0, operations.length);
}

const lengths = [...Array(201).keys(), 4095, 65_535, 65_536, 65_537, 1_048_576];
const usage = KeyUsage.GSS_INITIATOR_SEAL;

describe.each(DEFAULT_ETYPES.map((etype) => etypeInfo(etype)))('$name and libkrb5', (info) => {
  const { etype, checksumType } = info;
  const key = randomKey(etype);
  const messages = lengths.map((length) => randomBytes(length));

  test('libkrb5 decrypts our ciphertexts', () => {
    const answers = libkrb5(
      messages.map((message) => [
        'decrypt',
        etype,
        toHexField(key.value),
        usage,
        toHexField(encrypt(key, usage, message)),
      ]),
    );
    expect(answers).toEqual(messages.map(toHexField));
  });

  test('we decrypt the ciphertexts of libkrb5', () => {
    const answers = libkrb5(
      messages.map((message) => [
        'encrypt',
        etype,
        toHexField(key.value),
        usage,
        toHexField(message),
      ]),
    );
    const opened = answers.map((answer) => toHexField(decrypt(key, usage, hexField(answer))));
    expect(opened).toEqual(messages.map(toHexField));
  });

  test('both make the same checksum for every key usage', () => {
    const usages = [...Object.values(KeyUsage), 1024, 0x7fff_ffff];
    const data = randomBytes(100);
    const answers = libkrb5(
      usages.map((each) => [
        'checksum',
        etype,
        toHexField(key.value),
        each,
        toHexField(data),
        checksumType,
      ]),
    );
    expect(answers).toEqual(usages.map((each) => toHexField(makeChecksum(key, each, data))));
  });

  test('both pseudo-random functions give the same octets', () => {
    const inputs = [0, 1, 16, 20, 64, 200].map((length) => randomBytes(length));
    const answers = libkrb5(
      inputs.map((input) => ['prf', etype, toHexField(key.value), toHexField(input)]),
    );
    expect(answers).toEqual(inputs.map((input) => toHexField(prf(key, input))));
  });

  test('both make the same key from a password', async () => {
    const cases = [
      { password: 'secret', salt: 'REALM.TESTalice', iterations: info.defaultIterations },
      {
        password: 'Grüße, 世界 \u{1f511}',
        salt: 'REALM.TESTzoë',
        iterations: info.defaultIterations + 1,
      },
      { password: 'x'.repeat(200), salt: '', iterations: info.defaultIterations },
    ].map((each) => {
      const params = Buffer.alloc(4);
      params.writeUInt32BE(each.iterations);
      return { ...each, params };
    });
    const answers = libkrb5(
      cases.map(({ password, salt, params }) => [
        's2k',
        etype,
        toHexField(Buffer.from(password)),
        toHexField(Buffer.from(salt)),
        toHexField(params),
      ]),
    );
    const keys = await Promise.all(
      cases.map(({ password, salt, params }) => stringToKey(etype, password, salt, params)),
    );
    expect(keys.map((each) => toHexField(each.value))).toEqual(answers);
  });
});
