/** The exit statuses of this program, beside those of commands. */

/** The C client's exit status if the server answers with an error. */
export const SERVER_ERROR_STATUS = 255;
/** The C client's exit status after any other failure; with several hosts, if one of them did not end with 0. */
export const FAILURE_STATUS = 1;
