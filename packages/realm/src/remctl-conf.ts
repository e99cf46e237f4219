/** The realm's remctl.conf, and the one program behind its commands. */
import { join } from 'node:path';

/**
 * The program. Its first argument is the subcommand.
 *
 * - `streams`: prints lines on standard output and standard error in turn
 * - `status N`: exits with N
 * - `argv ...`: prints each argument in hexadecimal, one a line
 * - `stdin X`: reads X from standard input and prints it
 * - `digest X`: reads X from standard input and prints its length and SHA-256
 * - `output N`: prints N bytes: the letters a to z over and over
 * - `slow COUNT SECONDS`: prints COUNT lines, each after SECONDS
 * - `early`: closes its output, waits 0.2 seconds, exits with 4
 * - `sleep SECONDS`: prints nothing
 * - `tally NAME`: appends a line to the file NAME, so that a test can count how often it ran
 * - `trace NAME`: does the same as tally, and prints a line on each stream
 * - `whoami`: prints the authenticated principal
 * - `hangup SECONDS`: ends, and kills the server's process for this connection after SECONDS
 */
export const PROGRAM = `#!/usr/bin/perl
use strict;
use warnings;
$| = 1;
binmode STDIN;
binmode STDOUT;
my $command = shift // '';
sub tally {
  (my $folder = $0) =~ s{[^/]+$}{tally};
  open my $file, '>>', "$folder/$_[0]" or die "tally: $!";
  print $file "ran\\n";
  close $file or die "tally: $!";
  print "counted\\n";
}
my %run = (
  streams => sub {
    for my $n (1 .. 2) {
      syswrite STDOUT, "out $n\\n";
      select undef, undef, undef, 0.05;
      syswrite STDERR, "err $n\\n";
      select undef, undef, undef, 0.05;
    }
  },
  status => sub { exit $_[0] },
  argv => sub { print unpack('H*', $_), "\\n" for @_ },
  stdin => sub { local $/; print scalar <STDIN> },
  digest => sub {
    require Digest::SHA;
    local $/;
    my $data = <STDIN> // '';
    print length($data), ' ', Digest::SHA::sha256_hex($data), "\\n";
  },
  output => sub {
    my $left = shift;
    my $block = join('', 'a' .. 'z') x 2520;
    while ($left > 0) {
      my $n = syswrite STDOUT, $block, $left < length $block ? $left : length $block;
      die "write: $!" unless defined $n;
      $left -= $n;
    }
  },
  slow => sub {
    my ($count, $seconds) = @_;
    for my $n (1 .. $count) {
      select undef, undef, undef, $seconds;
      print "line $n\\n";
    }
  },
  early => sub {
    close STDOUT;
    close STDERR;
    select undef, undef, undef, 0.2;
    exit 4;
  },
  sleep => sub { select undef, undef, undef, $_[0] },
  tally => \\&tally,
  trace => sub {
    tally($_[0]);
    print STDERR "traced\\n";
  },
  hangup => sub {
    my $server = getppid();
    my $child = fork // die "fork: $!";
    return if $child;
    close STDOUT;
    close STDERR;
    select undef, undef, undef, $_[0];
    kill 'KILL', $server;
  },
  whoami => sub { print "$ENV{REMOTE_USER}\\n" },
  help => sub { print "test @_: see the realm's remctl.conf\\n" },
  summary => sub { print "test streams: lines on both streams\\n" },
);
my $run = $run{$command} or die "no such subcommand: $command\\n";
$run->(@ARGV);
`;

/** The program's file, in the realm's folder. */
export const PROGRAM_NAME = 'commands.pl';

/**
 * Returns the text of remctl.conf. Anyone may run its commands, except `test denied`: its ACL names
 * a principal that does not exist.
 */
export function remctlConf(folder: string, realm: string): string {
  const program = join(folder, PROGRAM_NAME);
  return [
    '# command  subcommand  program  options  ACL',
    `test streams ${program} help=help summary=summary ANYUSER`,
    `test stdin   ${program} stdin=last ANYUSER`,
    `test digest  ${program} stdin=last ANYUSER`,
    `test denied  ${program} princ:nobody@${realm}`,
    `test ALL     ${program} ANYUSER`,
    'true ALL     /bin/true ANYUSER',
    'echo ALL     /bin/echo ANYUSER',
    '',
  ].join('\n');
}
