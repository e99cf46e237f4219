/**
 * Starts a program whose arguments are not UTF-8.
 *
 * Node hands a program UTF-8 alone, and would change every other byte. Perl, which most systems have, replaces
 * itself by the program with exactly the bytes that it is told. No shell is involved, and the process, its group
 * and its status are the program's.
 */
import { accessSync, constants } from 'node:fs';

/** The program that starts others with exact bytes. */
export const PERL = '/usr/bin/perl';

/** The descriptor on which Perl is told what to execute, and says the error's number if it cannot. */
export const PLAN_FD = 3;

/**
 * The plan is texts that each end in a NUL: the number of variables, the variables, the path, the arguments.
 * Perl marks a descriptor above 2 to be closed when it executes the program.
 */
const SCRIPT = `
open my $plan, '+<&=', ${PLAN_FD} or exit 255;
binmode $plan;
my ($count, @texts) = do { local $/; split /\\0/, <$plan>, -1 };
pop @texts;
%ENV = map { split /=/, $_, 2 } splice @texts, 0, $count;
my $file = shift @texts;
exec { $file } @texts;
syswrite $plan, $! + 0;
exit 255;
`;

/** What Perl is called with. */
export const PERL_ARGUMENTS: readonly string[] = ['-e', SCRIPT];

/** Returns whether this process may execute Perl. */
export function hasPerl(): boolean {
  try {
    accessSync(PERL, constants.X_OK);
    return true;
  } catch {
    // Whatever keeps Perl from being executed, the server does without it.
    return false;
  }
}

/** Returns what Perl is told. No text may hold a NUL. */
export function encodePlan(
  file: string,
  argv: readonly Uint8Array[],
  environment: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const variables = [...environment].map(([name, value]) =>
    Buffer.concat([Buffer.from(`${name}=`), value]),
  );
  const texts = [Buffer.from(String(variables.length)), ...variables, Buffer.from(file), ...argv];
  return Buffer.concat(texts.flatMap((text) => [text, Buffer.of(0)]));
}
