import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** An option by its name without dashes. Without `value` it is a switch. */
export interface OptionFacts {
  about: string;
  /** What stands for its value in the help: "DIR". */
  value?: string;
  default?: string;
  /** It may be given several times. */
  many?: true;
}

export type Options = Readonly<Record<string, OptionFacts>>;

type ValueOf<O extends OptionFacts> = O extends { value: string }
  ? O extends { many: true }
    ? string[]
    : O extends { default: string }
      ? string
      : string | undefined
  : boolean;

export interface Arguments<O extends Options> {
  values: { -readonly [Name in keyof O]: ValueOf<O[Name]> };
  /** What is no option, in its order. */
  positionals: string[];
}

/** A command: everything that its help says of it, and what it does. */
export interface Script<O extends Options> {
  /** As `steward` knows it. */
  name: string;
  about: string;
  /** What is no option, by its name in the help: "USER", "[AMOUNT]", "RECEIPT...". The script says what is missing. */
  arguments?: Readonly<Record<string, string>>;
  options?: O;
  /** Whole command lines. */
  examples: readonly string[];
  /** Paragraphs below the options. */
  notes?: string;
  /** The program that gets every option that is not ours. */
  passesOn?: string;
  run(args: Arguments<O>): Promise<void> | void;
}

/** `refused`: what is wrong, and what to do. */
type Parsed<O extends Options> =
  | { kind: 'run'; args: Arguments<O> }
  | { kind: 'help'; text: string }
  | { kind: 'refused'; text: string };

/** Reads a command line; writes nothing and ends nothing. */
export function parseCommandLine<const O extends Options>(
  script: Script<O>,
  argv: readonly string[],
): Parsed<O> {
  let help = '';
  const command = describe(script).configureOutput({
    writeOut: (text) => (help += text),
    outputError: () => undefined,
  });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { kind: 'help', text: help } : refused(script, asSentences(error));
  }
  const extra = tooMany(script, command.args);
  if (extra !== undefined) return refused(script, `"${extra}" is not expected here.`);
  return { kind: 'run', args: { values: valuesOf(command, script), positionals: command.args } };
}

const refused = ({ name }: { name: string }, what: string) => ({
  kind: 'refused' as const,
  text: `${what} "steward ${name} --help" shows what is possible.`,
});

/** The first argument that nobody asks for. */
function tooMany({ arguments: wanted = {}, passesOn }: Script<Options>, given: string[]): string | undefined {
  const terms = Object.keys(wanted);
  const isEndless = passesOn !== undefined || terms.some((term) => term.endsWith('...'));
  return isEndless ? undefined : given[terms.length];
}

function describe<O extends Options>(script: Script<O>): Command {
  const { name, about, arguments: positionals = {}, options = {}, passesOn } = script;
  const usage = [
    ...Object.keys(positionals),
    '[options]',
    ...(passesOn === undefined ? [] : [`[${passesOn}'s]`]),
  ];
  const command = new Command(`steward ${name}`)
    .description(about.replaceAll('\n', ' '))
    .usage(usage.join(' '))
    .helpOption('--help', 'show this')
    .exitOverride()
    .allowUnknownOption(passesOn !== undefined)
    .allowExcessArguments()
    .addHelpText('after', afterOptions(script));
  for (const [term, what] of Object.entries(positionals))
    command.addArgument(new Argument(`[${term.replace(/[[\]]/g, '')}]`, what));
  for (const [option, facts] of Object.entries<OptionFacts>(options))
    command.addOption(describeOption(option, facts));
  return command;
}

function describeOption(name: string, { about, value, many }: OptionFacts): Option {
  if (value === undefined) return new Option(`--${name}`, about);
  return new Option(`--${name} <${value}>`, about).argParser<unknown>((given, before) => {
    if (given.startsWith('--')) throw new InvalidArgumentError('It needs a value.');
    return many ? [...((before as string[] | undefined) ?? []), given] : given;
  });
}

function afterOptions({ name, examples, notes }: Script<Options>): string {
  const parts = [
    ['', 'Examples:', ...examples.map((line) => `  ${line}`)].join('\n'),
    `"npm run ${name} -- ..." is the same.`,
    ...(notes === undefined ? [] : [notes.trim()]),
  ];
  return parts.join('\n\n');
}

/** Defaults are ours: the text of an option says them in its own words. */
function valuesOf<O extends Options>(command: Command, { options }: Script<O>): Arguments<O>['values'] {
  const values = Object.entries<OptionFacts>(options ?? {}).map(([name, facts]) => {
    const option = command.options.find(({ long }) => long === `--${name}`)!;
    const given: unknown = command.getOptionValue(option.attributeName());
    // "--no-ask" is told as "ask" being false.
    return [name, option.negate ? given === false : (given ?? defaultOf(facts))];
  });
  return Object.fromEntries(values) as Arguments<O>['values'];
}

function defaultOf({ value, default: fallback, many }: OptionFacts): unknown {
  if (many) return [];
  return value === undefined ? false : fallback;
}

/** "error: unknown option '--dta'\n(Did you mean --data?)" as we write it. */
function asSentences({ message }: CommanderError): string {
  const [what = '', ...more] = message.replace(/^error: /, '').split('\n');
  const sentence = what.charAt(0).toUpperCase() + what.slice(1);
  const hint = more.join(' ').replace(/^\((.*)\)$/, '$1');
  return [sentence.replace(/([^.?])$/, '$1.'), ...(hint === '' ? [] : [hint])].join(' ');
}
