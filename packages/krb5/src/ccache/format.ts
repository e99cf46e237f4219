/** The constants of the credential cache file format. */

/** The first byte of every version. */
export const FORMAT = 5;

/** Tags of version 4's header. */
export const HeaderTag = { DELTATIME: 1 } as const;

/** The server's realm of an entry that configures. */
export const CONFIG_REALM = 'X-CACHECONF:';
/** The first component of such a server. */
export const CONFIG_NAME = 'krb5_ccache_conf_data';

/** With an end time of 0, what a removed credential's authtime is overwritten with: -1 in 32 bits. */
export const REMOVED_AUTHTIME = 0xffff_ffff;
