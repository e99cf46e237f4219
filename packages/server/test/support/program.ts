/** A program with many behaviours, for tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Its first argument is what it does:
 * - `argv ...`: prints its name and its arguments in hexadecimal
 * - `env NAME...`: prints variables; without names all of them
 * - `cwd`, `groups`, `fds`: prints the working directory, the process's user and groups, its descriptors
 * - `both ...`: prints its arguments, and on standard error the same
 * - `exit N`, `kill N`: exits with a status, ends by a signal
 * - `stdin ...`: prints its arguments and standard input
 * - `close`: closes standard input without reading it, and prints a line
 * - `background SECONDS`: exits with 5, while a child holds its streams
 * - `output N`: prints N bytes
 * - `wait FILE`: writes its process's number and that of a child to a file, and waits for ever
 * - `stubborn FILE`: the same, but ignores SIGTERM
 * - `sN`: prints its arguments, and exits with N; `sk`: the same, and ends by a signal
 */
const PROGRAM = `#!/usr/bin/perl
use strict;
use warnings;
use Cwd;
$| = 1;
binmode STDIN;
binmode STDOUT;
my $what = shift // 'nothing';
sub wait_for_ever {
  my $child = fork // die;
  if (!$child) { sleep 1 while 1; }
  open my $file, '>', "$_[0].new" or die;
  print $file "$$ $child\\n";
  close $file;
  rename "$_[0].new", $_[0];
  sleep 1 while 1;
}
my %do = (
  argv => sub { (my $name = $0) =~ s{.*/}{}; print join(' ', $name, map { unpack('H*', $_) } @_), "\\n" },
  env => sub { print map { "$_=" . unpack('H*', $ENV{$_} // '') . "\\n" } (@_ ? @_ : sort keys %ENV) },
  cwd => sub { print getcwd() },
  groups => sub { print "$< $> $( $)" },
  fds => sub { opendir my $fds, '/proc/self/fd'; print join ' ', sort grep { /^\\d+$/ && $_ != fileno $fds } readdir $fds },
  both => sub { print "@_"; print STDERR "@_" },
  exit => sub { exit $_[0] },
  kill => sub { kill $_[0], $$; sleep 10 },
  stdin => sub { local $/; my $in = <STDIN>; print "@_<", defined $in ? $in : 'nothing', '>' },
  close => sub { close STDIN; select undef, undef, undef, 0.2; print 'closed' },
  background => sub { print 'parent'; if (!fork) { sleep $_[0]; print 'child'; exit } exit 5 },
  output => sub { print 'x' x 65536 for 1 .. $_[0] / 65536; print 'x' x ($_[0] % 65536) },
  wait => \\&wait_for_ever,
  stubborn => sub { $SIG{TERM} = 'IGNORE'; wait_for_ever(@_) },
  nothing => sub {},
);
if ($what =~ /^s(\\d+|k)$/) { print "$what @_\\n"; $1 eq 'k' ? kill('KILL', $$) : exit $1 }
($do{$what} // sub { print "what is $what?" })->(@ARGV);
`;

/** Writes the program to a folder, and returns its path. */
export function writeProgram(folder: string): string {
  const path = join(folder, 'program.pl');
  writeFileSync(path, PROGRAM, { mode: 0o755 });
  return path;
}
