/** The constants of the credential cache file format. */

/** The first byte of every version. */
export const FORMAT = 5;

/** Tags of version 4's header. */
export const HeaderTag = { DELTATIME: 1 } as const;

/** A configuration entry's server has this realm. */
export const CONFIG_REALM = 'X-CACHECONF:';
/** A configuration entry's server has this first component. */
export const CONFIG_NAME = 'krb5_ccache_conf_data';

/** A removed credential has this authtime, -1 in 32 bits, and an end time of 0. */
export const REMOVED_AUTHTIME = 0xffff_ffff;
