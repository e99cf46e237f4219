/** The cases that libremctl cannot support, with the reasons. */
const NOT_TOLD = 'the addon does not tell it yet';

export const NATIVE_UNSUPPORTED = {
  'inside/address': NOT_TOLD,
  'inside/server-principal': NOT_TOLD,
  'inside/client-principal': NOT_TOLD,
  'inside/ticket-end': NOT_TOLD,
  'inside/connected': NOT_TOLD,
};
