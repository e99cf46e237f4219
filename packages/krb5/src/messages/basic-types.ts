/** The basic types that Kerberos messages share (RFC 4120, section 5.2). */
import type { Codec, ValueOf } from '../asn1/codec.js';
import { optional, required, sequence, sequenceOf } from '../asn1/constructed-types.js';
import { int32, kerberosString, octetString, uint32 } from '../asn1/primitive-types.js';
import { EncryptionKey } from '../crypto/index.js';

/** PrincipalName (RFC 4120, section 5.2.2). */
export const principalName = sequence({
  nameType: required(0, int32),
  nameString: required(1, sequenceOf(kerberosString)),
});
export type PrincipalName = ValueOf<typeof principalName>;

/** EncryptedData (RFC 4120, section 5.2.9). */
export const encryptedData = sequence({
  etype: required(0, int32),
  kvno: optional(1, uint32),
  cipher: required(2, octetString),
});
export type EncryptedData = ValueOf<typeof encryptedData>;

const encryptionKeySequence = sequence({
  keytype: required(0, int32),
  keyvalue: required(1, octetString),
});

/** EncryptionKey (RFC 4120, section 5.2.9). */
export const encryptionKey: Codec<EncryptionKey> = {
  tag: encryptionKeySequence.tag,
  write: (writer, { etype, value }) =>
    encryptionKeySequence.write(writer, { keytype: etype, keyvalue: value }),
  read: (input) => {
    const { keytype, keyvalue } = encryptionKeySequence.read(input);
    return new EncryptionKey(keytype, keyvalue);
  },
};

/** Checksum (RFC 4120, section 5.2.9). */
export const checksum = sequence({
  cksumtype: required(0, int32),
  checksum: required(1, octetString),
});
export type Checksum = ValueOf<typeof checksum>;

/** HostAddress (RFC 4120, section 5.2.5). */
export const hostAddress = sequence({
  addrType: required(0, int32),
  address: required(1, octetString),
});

/** HostAddresses (RFC 4120, section 5.2.5). */
export const hostAddresses = sequenceOf(hostAddress);

/** AuthorizationData (RFC 4120, section 5.2.6). */
export const authorizationData = sequenceOf(
  sequence({
    adType: required(0, int32),
    adData: required(1, octetString),
  }),
);
export type AuthorizationData = ValueOf<typeof authorizationData>;
