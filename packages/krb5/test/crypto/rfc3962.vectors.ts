/** The vectors of RFC 3962, appendix B. Octets are hexadecimal digits. */

export interface StringToKeyVector {
  readonly iterations: number;
  readonly password: string;
  readonly salt: string;
  readonly aes128: string;
  readonly aes256: string;
}

const text = (value: string) => Buffer.from(value).toString('hex');

export const STRING_TO_KEY: readonly StringToKeyVector[] = [
  {
    iterations: 1,
    password: 'password',
    salt: text('ATHENA.MIT.EDUraeburn'),
    aes128: '42263c6e89f4fc28b8df68ee09799f15',
    aes256: 'fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161',
  },
  {
    iterations: 2,
    password: 'password',
    salt: text('ATHENA.MIT.EDUraeburn'),
    aes128: 'c651bf29e2300ac27fa469d693bdda13',
    aes256: 'a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff',
  },
  {
    iterations: 1200,
    password: 'password',
    salt: text('ATHENA.MIT.EDUraeburn'),
    aes128: '4c01cd46d632d01e6dbe230a01ed642a',
    aes256: '55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a',
  },
  {
    iterations: 5,
    password: 'password',
    salt: '1234567878563412',
    aes128: 'e9b23d52273747dd5c35cb55be619d8e',
    aes256: '97a4e786be20d81a382d5ebc96d5909cabcdadc87ca48f574504159f16c36e31',
  },
  {
    iterations: 1200,
    password: 'X'.repeat(64),
    salt: text('pass phrase equals block size'),
    aes128: '59d1bb789a828b1aa54ef9c2883f69ed',
    aes256: '89adee3608db8bc71f1bfbfe459486b05618b70cbae22092534e56c553ba4b34',
  },
  {
    iterations: 1200,
    password: 'X'.repeat(65),
    salt: text('pass phrase exceeds block size'),
    aes128: 'cb8005dc5f90179a7f02104c0018751d',
    aes256: 'd78c5c9cb872a8c9dad4697f0bb5b2d21496c82beb2caeda2112fceea057401b',
  },
  {
    iterations: 50,
    password: '\u{1d11e}',
    salt: text('EXAMPLE.COMpianist'),
    aes128: 'f149c1f2e154a73452d43e7fe62a56e5',
    aes256: '4b6d9839f84406df1f09cc166db4b83c571848b784a3d6bdc346589a3e393f9e',
  },
];

/** The key for cipher block chaining with ciphertext stealing; the initial vector is 0. */
export const CTS_KEY = text('chicken teriyaki');

const CTS_TEXT = "I would like the General Gau's Chicken, please, and wonton soup.";

export const CTS: readonly (readonly [input: string, output: string])[] = [
  [text(CTS_TEXT.slice(0, 17)), 'c6353568f2bf8cb4d8a580362da7ff7f97'],
  [text(CTS_TEXT.slice(0, 31)), 'fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5'],
  [text(CTS_TEXT.slice(0, 32)), '39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584'],
  [
    text(CTS_TEXT.slice(0, 47)),
    '97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e39312523a78662d5be7fcbcc98ebf5',
  ],
  [
    text(CTS_TEXT.slice(0, 48)),
    '97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd839312523a78662d5be7fcbcc98ebf5a8',
  ],
  [
    text(CTS_TEXT.slice(0, 64)),
    '97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a84807efe836ee89a526730dbc2f7bc8409dad8bbb96c4cdc03bc103e1a194bbd8',
  ],
];
