import { Command, CommanderError } from 'commander';
import { runScript } from './command-line.ts';
import { COMMANDS, HOUSE_COMMANDS, type StewardCommand } from './steward-commands.ts';

const PROGRAM = new Command('steward')
  .description('Runs AI agents’ paid work durably.')
  .usage('COMMAND [options]')
  .helpOption('--help', 'show this; COMMAND --help says more')
  .helpCommand(false)
  .exitOverride()
  .configureOutput({ outputError: () => undefined });
for (const [heading, commands] of [
  ['Commands:', COMMANDS],
  ['To work on Steward:', HOUSE_COMMANDS],
] as const)
  for (const [name, command] of Object.entries(commands)) add(heading, name, command);

function add(heading: string, name: string, { summary, file, about }: StewardCommand): void {
  PROGRAM.command(name)
    .description(summary)
    .helpGroup(heading)
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      const rest = process.argv.slice(3);
      const go = async (): Promise<void> => {
        process.argv.splice(2, Infinity, ...rest);
        await import(`../${file}`);
      };
      if (about === undefined) await go();
      else await runScript({ name, about, examples: [`steward ${name}`], run: go }, rest);
    });
}

const [first, ...others] = process.argv.slice(2);
// "steward help keys" is "steward keys --help".
const argv = first === 'help' ? [...others.slice(0, 1), '--help'] : first === undefined ? ['--help'] : [];
if (argv.length > 0) process.argv.splice(2, Infinity, ...argv);
try {
  await PROGRAM.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode !== 0) refuse(error);
}

function refuse({ code, message }: CommanderError): void {
  const [, hint = ''] = /\n\((.*)\)$/.exec(message) ?? [];
  const [, name] = /'(.*?)'/.exec(message) ?? [];
  const unknown = code === 'commander.unknownCommand';
  const what = unknown
    ? `There is no command "${name}".`
    : `There is no option ${name} in front of a command.`;
  process.stderr.write(`${[what, hint, '"steward --help" lists the commands.'].filter(Boolean).join(' ')}\n`);
  process.exitCode = 2;
}
