/** The ASN.1 types in the Kerberos messages of packages/krb5, under one name. */
export * from '../../krb5/dist/messages/basic-types.js';
export * from '../../krb5/dist/messages/message-type.js';
export * from '../../krb5/dist/messages/pa-data.js';
export * from '../../krb5/dist/messages/ticket.js';
