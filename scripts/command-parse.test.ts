import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseCommandLine, type Script } from './command-parse.ts';

const OPTIONS = {
  data: { value: 'DIR', about: 'the folder (./data)' },
  'any-ports': { about: 'let every part take a free port' },
  tenant: { value: 'NAME', default: 'default', about: '(default)' },
  receipt: { value: 'FILE', many: true, about: 'may be given several times' },
} as const;

const script: Script<typeof OPTIONS> = {
  name: 'fund',
  about: 'gives a user money to spend',
  arguments: { USER: 'who gets it', '[AMOUNT]': 'how much (5 USDC)' },
  options: OPTIONS,
  examples: ['steward fund demo_user 5'],
  notes: 'More about it.',
  run: () => undefined,
};
const parse = (...argv: string[]) => parseCommandLine(script, argv);

describe('a command line', () => {
  it('gives options by their names, and what is no option in its order', () => {
    const parsed = parse('demo', '--data', 'here', '--receipt', 'a', '7', '--receipt=b', '--any-ports');
    expect(parsed).toEqual({
      kind: 'run',
      args: {
        values: { data: 'here', 'any-ports': true, tenant: 'default', receipt: ['a', 'b'] },
        positionals: ['demo', '7'],
      },
    });
  });

  it('tells a switch from the one that takes it back, and what was said from what was not', () => {
    const asking = {
      ...script,
      options: { ask: { about: 'ask' }, 'no-ask': { about: 'ask nothing' } },
      run: () => undefined,
    };
    const values = [[], ['--ask'], ['--no-ask']].map((argv) => {
      const parsed = parseCommandLine(asking, argv);
      return parsed.kind === 'run' ? Object.values(parsed.args.values) : parsed;
    });
    expect(values).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ]);
  });

  it('has defaults, and nothing where there is none', () => {
    const parsed = parse();
    expect(parsed).toEqual({
      kind: 'run',
      args: {
        values: { data: undefined, 'any-ports': false, tenant: 'default', receipt: [] },
        positionals: [],
      },
    });
    if (parsed.kind === 'run')
      expectTypeOf(parsed.args.values).toEqualTypeOf<{
        data: string | undefined;
        'any-ports': boolean;
        tenant: string;
        receipt: string[];
      }>();
  });

  it('keeps what two command lines say apart', () => {
    parse('--receipt', 'a');
    expect(parse()).toMatchObject({ args: { values: { receipt: [] } } });
  });

  it.each([
    [['--dta', 'x'], /^Unknown option '--dta'\. Did you mean --data\? "steward fund --help" shows/],
    [['--zzzzzz'], /^Unknown option '--zzzzzz'\. "steward fund --help"/],
    [['--data'], /^Option '--data <DIR>' argument missing\. "steward fund --help"/],
    [['--data', '--any-ports'], /--data <DIR>.*It needs a value\. "steward fund --help"/],
    [['a', 'b', 'c'], /^"c" is not expected here\. "steward fund --help"/],
  ])('%j is refused with what to do', (argv, text) => {
    expect(parse(...argv)).toEqual({ kind: 'refused', text: expect.stringMatching(text) });
  });

  it('takes what begins with a dash behind --', () => {
    expect(parse('--', '-_flow_-_')).toMatchObject({ args: { positionals: ['-_flow_-_'] } });
  });
});

it.each([[['--help']], [['--data', 'x', '--help', 'y']], [['--no-such-option', '--help']]])(
  '%j explains everything, with an example',
  (argv) => {
    const parsed = parse(...argv);
    if (parsed.kind !== 'help') throw new Error('There is no help.');
    for (const part of [
      /^Usage: steward fund USER \[AMOUNT\] \[options\]$/m,
      /^gives a user money to spend$/m,
      /^ +\[?USER\]? +who gets it$/m,
      /^ +--data <DIR> +the folder \(.\/data\)$/m,
      /^ +--any-ports +let every part take a free port$/m,
      /^Examples:\n {2}steward fund demo_user 5\n\n"npm run fund -- \.\.\." is the same\.\n\nMore about it\.$/m,
    ])
      expect(parsed.text).toMatch(part);
  },
);

it('passes on what is not ours where another program is asked', () => {
  const test: Script<{ full: { about: string } }> = {
    name: 'test',
    about: 'runs the tests',
    options: { full: { about: 'all of them' } },
    examples: [],
    passesOn: 'vitest',
    run: () => undefined,
  };
  expect(parseCommandLine(test, ['-t', 'a name', '--full', 'a/b.test.ts', '--reporter=dot'])).toEqual({
    kind: 'run',
    args: { values: { full: true }, positionals: ['-t', 'a name', 'a/b.test.ts', '--reporter=dot'] },
  });
});
