/** The completion script of zsh. */
import type { OptionEntry, OptionValue } from '../../options/option-table.js';
import { ALL_OPTIONS, NAMES_SERVERS, namesOf } from './all-options.js';

/** Quotes a word for zsh. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Escapes what `_arguments` reads as its own in a description or a message. */
const plain = (text: string) => text.replace(/[\\:[\]]/g, '\\$&');

function actionOf({ kind, name }: OptionValue): string {
  switch (kind.type) {
    case 'words':
      return `(${kind.words.join(' ')})`;
    case 'file':
      return name.includes('=') ? '_remctl_argument_file' : '_files';
    case 'host':
      return '_sequence _hosts';
    case 'text':
      return ' ';
  }
}

function specOf(option: OptionEntry): string {
  const { short, long, value, repeated, help } = option;
  const names = namesOf(option);
  const forms = [
    ...(short === undefined ? [] : [value === undefined ? `-${short}` : `-${short}+`]),
    ...(long === undefined ? [] : [value === undefined ? `--${long}` : `--${long}=`]),
  ];
  // An option and its other name exclude each other, unless the option may be given several times.
  const before = repeated === true ? '*' : `(${names.join(' ')})`;
  const argument = value === undefined ? '' : `:${plain(value.name)}:${actionOf(value)}`;
  const after = `[${plain(help)}]${argument}`;
  return forms.map((form) => `        ${quoted(before + form + after)} \\\n`).join('');
}

/** Returns the script. It serves as a file of $fpath and through `source`. */
export function zshCompletion(): string {
  const servers = NAMES_SERVERS.map((name) => `--${name}*`).join('|');
  return `#compdef remctl
compdef _remctl remctl
# Completion of remctl for zsh. Made from remctl's table of options.

# N=PATH: the files that begin with PATH.
_remctl_argument_file() {
    if compset -P '[0-9]##='; then
        _files
    else
        _message 'N=path'
    fi
}

# The host, or with ${NAMES_SERVERS.map((name) => `--${name}`).join(', ')} the command.
_remctl_host() {
    if [[ -n \${words[(r)(${servers})]} ]]; then
        _message 'command'
    else
        _hosts
    fi
}

_remctl() {
    setopt local_options extended_glob
    _arguments -s -S -A '-*' \\
${ALL_OPTIONS.map(specOf).join('')}        '1:host:_remctl_host' \\
        '*:command: '
}

# As a file of $fpath, zsh runs this file when it completes for the first time.
if [[ \${funcstack[1]} == _remctl ]]; then
    _remctl "$@"
fi
`;
}
