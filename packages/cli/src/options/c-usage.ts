/** What a wrong use shows: the C client's usage, word for word, and where the rest is. */

/** The usage that remctl 3.18 prints. */
export const C_USAGE = `Usage: remctl <options> <host> <command> [<subcommand> [<parameters>]]

Options:
    -b <source>   Source IP used for outgoing connections
    -d            Debugging level of output
    -h            Display this help
    -p <port>     remctld port (default: 4373 falling back to 4444)
    -s <service>  remctld service principal (default: host/<host>)
    -t <timeout>  Timeout in seconds (default: 0, disable timeout)
    -v            Display the version of remctl
`;

/** The usage after a wrong use. It begins as the C client's, and names what shows everything. */
export const WRONG_USE = `${C_USAGE}\nremctl --help shows every option.\n`;
