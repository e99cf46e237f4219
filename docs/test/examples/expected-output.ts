/** Compares what a program printed with what a document shows. */

const ANY = '…';
const TIME = /\b\d+(?:\.\d+)? (?:ms|s)\b/g;

/** Times and runs of spaces differ from one run to the next. */
function settled(line: string): string {
  return line.replaceAll(TIME, 'TIME').replaceAll(/ +/g, ' ').trimEnd();
}

function pattern(text: string): RegExp {
  const escaped = text.split(ANY).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^]*')}$`);
}

/** Tells whether `printed` is `shown`, where `…` stands for any text. */
export function isAsShown(shown: string, printed: string): boolean {
  const lines = (text: string) => text.trimEnd().split('\n').map(settled).join('\n');
  return pattern(lines(shown)).test(lines(printed));
}

/** Tells whether the same lines were printed, in any order: hosts answer when they like. */
export function areLinesAsShown(shown: string, printed: string): boolean {
  const left = printed.trimEnd().split('\n').map(settled);
  for (const line of shown.trimEnd().split('\n').map(settled)) {
    const at = left.findIndex((each) => pattern(line).test(each));
    if (at < 0) {
      return false;
    }
    left.splice(at, 1);
  }
  return left.length === 0;
}
