/** The step `clock`: this machine's clock beside the KDCs'. */
import { type Finding, notTried, runStep } from '../run-step.js';
import { MS_PER_SECOND, NOTABLE_DIFFERENCE_MS, type Task } from '../task.js';

/** Compares the clocks, from the KDCs' answers. */
export function checkClock({ bounds, known }: Task) {
  const { config } = known;
  const differences = known.kdcs.flatMap(({ clockDifferenceMs }) => clockDifferenceMs ?? []);
  if (config === undefined || differences.length === 0) {
    return notTried('clock', 'a KDC has to answer first');
  }
  const words = { late: 'the clock was not read', advice: 'Have NTP run on this machine.' };
  return runStep('clock', bounds, words, async (): Promise<Finding<'clock'>> => {
    const differenceMs = differences.reduce((worst, each) =>
      Math.abs(each) > Math.abs(worst) ? each : worst,
    );
    const clockskewMs = config.clockskew * MS_PER_SECOND;
    const seconds = (Math.abs(differenceMs) / MS_PER_SECOND).toFixed(1);
    const side = differenceMs > 0 ? 'behind' : 'ahead of';
    const fact = `this machine's clock is ${seconds} s ${side} the KDC's; up to ${config.clockskew} s are allowed`;
    const details = { differenceMs, clockskewMs };
    return Math.abs(differenceMs) < Math.min(NOTABLE_DIFFERENCE_MS, clockskewMs)
      ? { facts: [fact], details }
      : {
          ...{ facts: [fact], details, outcome: 'warning', advice: words.advice },
          problem: `the clocks of this machine and of a KDC differ by ${seconds} s`,
        };
  });
}
