import { COMMANDS, commandOf } from './steward-commands.ts';

const HELP = `steward COMMAND [options]      COMMAND --help says more

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}
`;

const [name, ...rest] = process.argv.slice(2);
const command = commandOf(name);
if (command !== undefined) {
  process.argv.splice(2, Infinity, ...rest);
  await import(`../${command.file}`);
} else if (name === undefined || name === '--help' || name === 'help') {
  process.stdout.write(HELP);
} else {
  process.stderr.write(`There is no command "${name}".\n\n${HELP}`);
  process.exitCode = 1;
}
