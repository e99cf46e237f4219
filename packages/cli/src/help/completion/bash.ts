/** The completion script of bash. */
import type { OptionEntry, ValueKind } from '../../options/option-table.js';
import { ALL_OPTIONS, NAMES_SERVERS, namesOf } from './all-options.js';

/** Returns the shell's words that print the values beginning with $value. */
function valuesOf(kind: ValueKind): string {
  switch (kind.type) {
    case 'words':
      return `compgen -W '${kind.words.join(' ')}' -- "$value"`;
    case 'file':
      return '_remctl_files';
    case 'host':
      return '_remctl_hosts';
    case 'text':
      return ':';
  }
}

const pattern = (options: readonly OptionEntry[]) => options.flatMap(namesOf).join('|');

/** Returns the script. It works in bash 3.2 and later, and needs no package bash-completion. */
export function bashCompletion(): string {
  const valued = ALL_OPTIONS.filter(({ value }) => value !== undefined);
  const kinds = new Map<string, OptionEntry[]>();
  for (const option of valued) {
    const values = valuesOf(option.value?.kind ?? { type: 'text' });
    kinds.set(values, [...(kinds.get(values) ?? []), option]);
  }
  const cases = [...kinds].map(
    ([values, options]) => `        ${pattern(options)}) ${values} ;;\n`,
  );
  const letters = (options: readonly OptionEntry[]) =>
    options.map(({ short }) => short ?? '').join('');
  const flags = letters(ALL_OPTIONS.filter(({ value }) => value === undefined));
  const servers = NAMES_SERVERS.map((name) => `--${name}|--${name}=*`).join('|');
  return `# Completion of remctl for bash. Made from remctl's table of options.

# Prints the files that begin with $value. A number and = before the path stay.
_remctl_files() {
    local path=\${value#[0-9]*=}
    compgen -P "\${value%"$path"}" -f -- "$path"
}

# Prints the hosts that begin with what follows the last comma of $value.
_remctl_hosts() {
    local host=\${value##*,}
    compgen -P "\${value%"$host"}" -A hostname -- "$host"
}

# Prints the values of the option $1 that begin with $value.
_remctl_values() {
    case $1 in
${cases.join('')}    esac
}

_remctl() {
    local IFS=$' \\t\\n' line=() count=0 i joined= piece=
    # bash parts words at = and at colons. Here each word is whole again.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        piece=\${COMP_WORDS[i]}
        if [[ $count -gt 0 && ( $joined || $piece == [=:]* ) ]]; then
            line[count - 1]+=$piece
        else
            line[count]=$piece
            count=$((count + 1))
        fi
        [[ $piece == *[=:] ]] && joined=1 || joined=
    done
    [[ $piece == [=:] ]] && piece=

    local option= servers= word
    for ((i = 0; i < count - 1; i++)); do
        word=\${line[i]}
        if [[ $option ]]; then
            option=
            continue
        fi
        case $word in
        ${servers}) servers=1 ;;
        esac
        case $word in
        ${pattern(valued)}) option=$word ;;
        --) i=$((i + 1)); break ;;
        --*) ;;
        -*[!${flags}-]) [[ $word =~ ^-[${flags}]*([${letters(valued)}])$ ]] && option=-\${BASH_REMATCH[1]} ;;
        -?*) ;;
        *) break ;;
        esac
    done

    local current=\${line[count - 1]} value found
    value=$current
    COMPREPLY=()
    # The host stands in front: the words of the command are the server's.
    ((i < count - 1)) && return
    if [[ $option ]]; then
        found=$(_remctl_values "$option")
    elif [[ $count -gt 1 && \${line[count - 2]} == -- ]]; then
        [[ $servers ]] || found=$(compgen -A hostname -- "$current")
    elif [[ $current == --*=* ]]; then
        value=\${current#*=}
        found=$(_remctl_values "\${current%%=*}")
        # Each value is printed behind the option, as it stands in the line.
        found=\${found:+\${current%%=*}=\${found//$'\\n'/$'\\n'\${current%%=*}=}}
    elif [[ $current == -* ]]; then
        found=$(compgen -W '${ALL_OPTIONS.flatMap(namesOf).join(' ')}' -- "$current")
    elif [[ ! $servers ]]; then
        found=$(compgen -A hostname -- "$current")
    fi
    # bash replaces the last piece of the word alone.
    local stem=\${current%"$piece"}
    while IFS= read -r word; do
        [[ $word ]] && COMPREPLY+=("\${word#"$stem"}")
    done <<<"$found"
    # Folders go on with a slash and no space. bash 3.2 has no compopt.
    case $option\${current%%=*} in
    ${pattern(valued.filter(({ value }) => value?.kind.type === 'file'))
      .split('|')
      .map((name) => `${name}*`)
      .join('|')}) compopt -o filenames 2>/dev/null ;;
    esac
    return 0
}

complete -F _remctl remctl
`;
}
