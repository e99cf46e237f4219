/** The types of Kerberos messages in @remctl/krb5, from one module. */
export * from '@remctl/krb5/internal/messages/basic-types';
export * from '@remctl/krb5/internal/messages/message-type';
export * from '@remctl/krb5/internal/messages/pa-data';
export * from '@remctl/krb5/internal/messages/ticket';
