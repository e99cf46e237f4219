/** The man page remctl(1), made from the table of options and the prose of the manual. */
import { OPTION_TABLE, type OptionEntry } from '../options/option-table.js';
import { EXAMPLES } from './examples.js';
import {
  AFTER_EXAMPLES,
  AFTER_OPTIONS,
  BEFORE_OPTIONS,
  type Block,
  MANUAL_DATE,
  SEE_ALSO,
  type Section,
} from './manual.js';
import { bold, code, italic, item, request, text } from './roff.js';

function optionTerm({ short, long, value }: OptionEntry): string {
  const names = [
    ...(short === undefined ? [] : [bold(`-${short}`)]),
    ...(long === undefined ? [] : [bold(`--${long}`)]),
  ].join(', ');
  return value === undefined ? names : `${names} ${italic(value.name)}`;
}

function optionItem(option: OptionEntry): string {
  return item(
    optionTerm(option),
    option.man,
    ...(option.repeated === true ? ['It may be given several times.'] : []),
  );
}

const OPTIONS = OPTION_TABLE.map(
  ({ heading, options }) => request('SS', heading) + options.map(optionItem).join(''),
).join('');

function block(content: Block): string {
  if (typeof content === 'string') {
    return `.PP\n${text(content)}`;
  }
  return 'code' in content
    ? code(...content.code)
    : content.terms.map(([term, meaning]) => item(bold(term), meaning)).join('');
}

function section({ title, blocks }: Section): string {
  return request('SH', title) + blocks.map(block).join('');
}

function synopsis(): string {
  const command = `${italic('command')} [${italic('subcommand')} [${italic('parameters')} ...]]`;
  const host = italic('host');
  const options = `[${italic('options')}]`;
  const forms = [
    `${options} ${host} ${command}`,
    `${options} ${bold('--hosts')} ${italic('list')} ${command}`,
    `${options} ${bold('--shell')} ${host}`,
    `${options} ${bold('--doctor')} ${host}`,
  ];
  return (
    request('SH', 'SYNOPSIS') + forms.map((form) => `${bold('remctl')} ${form}\n`).join('.br\n')
  );
}

function examples(): string {
  const each = EXAMPLES.map(({ command, does }) => `.PP\n${text(does)}${code(command)}`);
  return request('SH', 'EXAMPLES') + each.join('');
}

function seeAlso(): string {
  const pages = SEE_ALSO.map(([page, number]) => `${bold(page)}(${number})`);
  return `${request('SH', 'SEE ALSO')}${pages.join(', ')}\n`;
}

/** Returns the man page in roff. `version` is the program's. */
export function manPage(version: string): string {
  return [
    '.\\" Made from the table of options and src/help.\n',
    request('TH', 'REMCTL', '1', MANUAL_DATE, `remctl ${version}`, 'User Commands'),
    // Words are neither parted nor stretched: names of hosts and options stay whole.
    '.nh\n.ad l\n',
    `${request('SH', 'NAME')}remctl \\- run a command on a server that runs remctld\n`,
    synopsis(),
    ...BEFORE_OPTIONS.map(section),
    request('SH', 'OPTIONS'),
    OPTIONS,
    ...AFTER_OPTIONS.map(section),
    examples(),
    ...AFTER_EXAMPLES.map(section),
    seeAlso(),
  ].join('');
}
