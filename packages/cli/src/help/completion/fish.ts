/** The completion script of fish. */
import type { OptionEntry, OptionValue } from '../../options/option-table.js';
import { ALL_OPTIONS, NAMES_SERVERS, namesOf } from './all-options.js';

/** Quotes a word for fish. */
const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;

function argumentOf({ kind }: OptionValue): string {
  switch (kind.type) {
    case 'words':
      return `-x -a ${quoted(kind.words.join(' '))}`;
    case 'file':
      return '-r -F';
    case 'host':
      return "-x -a '(__fish_complete_list , __fish_print_hostnames)'";
    case 'text':
      return '-x';
  }
}

function lineOf({ short, long, value, help }: OptionEntry): string {
  return [
    'complete -c remctl -n __remctl_before_command',
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(long === undefined ? [] : [`-l ${long}`]),
    ...(value === undefined ? [] : [argumentOf(value)]),
    `-d ${quoted(help)}`,
  ].join(' ');
}

/** Returns the script. */
export function fishCompletion(): string {
  const valued = ALL_OPTIONS.filter(({ value }) => value !== undefined);
  const letters = (options: readonly OptionEntry[]) =>
    options.map(({ short }) => short ?? '').join('');
  const flags = letters(ALL_OPTIONS.filter(({ value }) => value === undefined));
  const servers = NAMES_SERVERS.map((name) => `'--${name}' '--${name}=*'`).join(' ');
  return `# Completion of remctl for fish. Made from remctl's table of options.

# Prints the words of the line that are no options and no values of options, or "servers" for an
# option that names the servers.
function __remctl_words
    set -l tokens (commandline -opc)
    set -e tokens[1]
    set -l is_value no
    set -l has_ended no
    for token in $tokens
        if test $has_ended = yes
            echo word
        else if test $is_value = yes
            set is_value no
        else
            switch $token
                case ${servers}
                    echo servers
            end
            switch $token
                case ${valued.flatMap(namesOf).map(quoted).join(' ')}
                    set is_value yes
                case --
                    set has_ended yes
                case '--*'
                case '-*'
                    string match -qr -- '^-[${flags}]*[${letters(valued)}]$' $token; and set is_value yes
                case '*'
                    set has_ended yes
                    echo word
            end
        end
    end
end

function __remctl_before_command
    not contains word (__remctl_words)
end

function __remctl_wants_host
    test -z "$(__remctl_words)"
end

complete -c remctl -f
complete -c remctl -n __remctl_wants_host -a '(__fish_print_hostnames)' -d 'Host'
${ALL_OPTIONS.map(lineOf).join('\n')}
`;
}
