/** Opens a client's token, and confirms its message if asked to. */
import { TokenFlag } from '@remctl/core/wire';
import { GssError } from '@remctl/krb5';
import type { Channel } from './channel.js';

/** The message of a token, or the error that the token could not be opened with. */
export type OpenedToken =
  | { readonly message: Buffer; readonly error?: undefined }
  | { readonly message?: undefined; readonly error: GssError };

/**
 * Opens a token. If its flags ask for a MIC, as they do in protocol 1, the client gets one (protocol, section
 * 3). Its other flags say nothing that the connection does not know, and remctld ignores them too. An error
 * that is no GssError is thrown.
 */
export function openToken(
  { context, sender }: Channel,
  flags: number,
  payload: Uint8Array,
): OpenedToken {
  let message: Buffer;
  try {
    message = context.unwrap(payload);
  } catch (error) {
    if (error instanceof GssError) {
      return { error };
    }
    throw error;
  }
  if ((flags & TokenFlag.SEND_MIC) !== 0 && (flags & TokenFlag.PROTOCOL) === 0) {
    sender.send(TokenFlag.MIC, context.getMic(message));
  }
  return { message };
}
