import type { Screen } from '../screen.ts';

/** What a purchaser checks, one line for each check. */
export interface Report {
  check(what: string, isRight: boolean, more: string): void;
  /** Something that cannot be checked here, and why. */
  skip(what: string, why: string): void;
  failures(): number;
}

export function createReport(screen: Screen): Report {
  let failures = 0;
  return {
    check(what, isRight, more) {
      if (!isRight) failures += 1;
      screen.line(`   ${isRight ? 'PASS' : 'FAIL'}  ${what}: ${more}`);
    },
    skip: (what, why) => screen.line(`   ----  ${what}: not checked, ${why}`),
    failures: () => failures,
  };
}
