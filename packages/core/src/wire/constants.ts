/**
 * The constants of the remctl protocol: flags, message types, sizes, ports.
 *
 * Clients, servers and proxies of this project share them. Sections are those of the remctl protocol.
 */

/** The port registered with IANA (protocol, section 1). */
export const DEFAULT_PORT = 4373;
/** The port of servers older than remctl 2.11. */
export const LEGACY_PORT = 4444;

/** The flags of a token (protocol, section 1). */
export const TokenFlag = {
  NOOP: 0x01,
  CONTEXT: 0x02,
  DATA: 0x04,
  MIC: 0x08,
  CONTEXT_NEXT: 0x10,
  SEND_MIC: 0x20,
  PROTOCOL: 0x40,
} as const;

/** Flags of the client's first token in protocol 2 and 3, which is empty. */
export const FIRST_TOKEN_FLAGS = TokenFlag.NOOP | TokenFlag.CONTEXT_NEXT | TokenFlag.PROTOCOL;
/** Flags of a context token in protocol 2 and 3. */
export const CONTEXT_TOKEN_FLAGS = TokenFlag.CONTEXT | TokenFlag.PROTOCOL;
/** Flags of a message's token in protocol 2 and 3. */
export const MESSAGE_TOKEN_FLAGS = TokenFlag.DATA | TokenFlag.PROTOCOL;
/** Flags of a command's token in protocol 1 (protocol, section 3). */
export const COMMAND_TOKEN_FLAGS_V1 = TokenFlag.DATA | TokenFlag.SEND_MIC;

/** Bytes before a token's payload: one of flags, four of length. */
export const TOKEN_HEADER_LENGTH = 5;
/** Where the length stands in a token's header. */
export const TOKEN_LENGTH_OFFSET = 1;
/** Bytes of the largest token, header included. */
export const TOKEN_MAX_LENGTH = 1024 * 1024;
/** Bytes of the largest message: the largest input of gss_wrap (protocol, section 1). */
export const MESSAGE_MAX_LENGTH = 64 * 1024;
/** The most arguments of a command that remctld takes (protocol, section 2.6). */
export const COMMAND_MAX_ARGUMENTS = 4096;
/** Bytes of a command's arguments, counts and lengths included, that remctld takes at most. */
export const COMMAND_MAX_DATA = 100 * 1024 * 1024;
/** Bytes of a count or a length inside a message. */
export const NUMBER_LENGTH = 4;

/** The version in every message but MESSAGE_NOOP (protocol, section 2.2). */
export const VERSION_2 = 2;
/** The version in MESSAGE_NOOP, and the highest one (protocol, section 2.8). */
export const VERSION_3 = 3;

/** Where the type stands in a message (protocol, section 2.2). */
export const MESSAGE_TYPE_OFFSET = 1;

/** The type of a message, its second byte (protocol, section 2.2). */
export const MessageType = {
  COMMAND: 1,
  QUIT: 2,
  OUTPUT: 3,
  STATUS: 4,
  ERROR: 5,
  VERSION: 6,
  NOOP: 7,
} as const;

/** Which part of a command a MESSAGE_COMMAND holds (protocol, section 2.4). */
export const Continue = { WHOLE: 0, FIRST: 1, MIDDLE: 2, LAST: 3 } as const;

/** MESSAGE_OUTPUT's stream number for standard output (protocol, section 2.5). */
export const STDOUT = 1;
/** MESSAGE_OUTPUT's stream number for standard error (protocol, section 2.5). */
export const STDERR = 2;
