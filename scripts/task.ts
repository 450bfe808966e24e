import { isatty } from 'node:tty';
import { parseExact } from '../domain/exact-json.ts';
import { interrupted } from '../processes/interrupted.ts';
import { ReasoningClient } from '../sdk/index.ts';
import { runScript } from './command-line.ts';
import { conclude, EXITS } from './task/conclude.ts';
import { connect, type Connection } from './task/connect.ts';
import { jsonReport, textReport } from './task/report.ts';
import { resultOf } from './task/result-of.ts';
import { runTask } from './task/run-task.ts';
import { createPerson, nobody } from './task/terminal.ts';
import { readWish, type Wish } from './task/wish.ts';

await runScript({
  name: 'task',
  about: `Has a task done: shows what was understood, the plan, its price and who is paid, asks before anything is paid, tells what
happens, prints the result, and checks the receipt.`,
  arguments: { '[TASK]': 'what is to be done, in plain words; "-" or a pipe reads it from standard input' },
  options: {
    user: { value: 'USER', about: 'whose task and whose money (demo_user of the local stack)' },
    'max-cost': { value: 'AMOUNT', about: "the most that may be paid, in whole units of the plan's asset" },
    'max-time': { value: 'TIME', about: 'the most that it may take: 90s, 10m, 1h' },
    ask: { about: 'ask for approval and for what is missing, also where standard input is no terminal' },
    'no-ask': { about: 'ask nothing, also at a terminal' },
    yes: { about: 'approve without asking, up to --max-cost' },
    'accept-partial': { about: 'with --yes: also a plan that does only a part of the task' },
    resume: { value: 'ID', about: 'go on with a run that was begun before, wherever it stands' },
    out: { value: 'FILE', about: 'save the pictures of the result (or all of it, where it has none)' },
    json: { about: 'a line of JSON for each event, and a last one with the result' },
    url: { value: 'URL', about: "another API than the local stack's; needs --user" },
    key: { value: 'KEY', about: 'its key (STEWARD_API_KEY, which other users of the machine cannot see)' },
    data: { value: 'DIR', about: "the local stack's folder (DATA_DIR, ./data)" },
  },
  examples: [
    'steward task "Get the price of SOL over the last 14 days and chart it" --out chart.svg',
    'steward task "Analyze BTC over the last 7 days" --yes --max-cost 0.5 --json',
    'steward task --resume wf_1763690000000_0f8c2a6b1d4e7f90',
  ],
  notes: `Ctrl-C cancels a run that has not begun. One that has begun goes on, and --resume shows it again. Exit code 0: done, and its
receipt holds. 1: it failed. 2: the command line is wrong. 3: declined or cancelled. 4: it lacks a detail or an approval that nobody
gave. 130: Ctrl-C while it ran.`,
  async run({ values, positionals: [text] }) {
    const wish = await readWish(values, text, { isTerminal: isatty(process.stdin.fd), readAll });
    const connection = await connect(values);
    try {
      process.exitCode = await perform(wish, connection);
    } finally {
      connection.close();
    }
  },
});

async function readAll(): Promise<string> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) text += String(part);
  return text;
}

async function perform(wish: Wish, connection: Connection): Promise<number> {
  const { baseUrl, apiKey, user, options, fundWith } = connection;
  const clientOf = (parse: (text: string) => unknown): ReasoningClient =>
    new ReasoningClient({ baseUrl, parse, ...(apiKey !== undefined && { apiKey }) });
  const client = clientOf(parseExact);
  const report = wish.json ? jsonReport(process.stdout, process.stderr) : textReport(process.stdout);
  const stop = new AbortController();
  void interrupted().then(() => stop.abort());
  const person = wish.ask
    ? createPerson(process.stdin, wish.json ? process.stderr : process.stdout, stop.signal)
    : nobody;
  try {
    const { assets } = await client.escrowAddress();
    const end = await runTask({
      client,
      wish,
      user,
      ask: (prompt) => person.ask(prompt),
      report,
      decimalsOf: (id) => assets.find(({ mint }) => mint !== null && id.endsWith(`:${mint}`))?.decimals,
      interrupted: stop.signal,
      resumeWith: (id) => `npx steward task --resume ${id}${options}`,
      fundWith,
    });
    const { say } = report;
    const { out } = wish;
    const stage = { connection, clientOf, say, out, interrupted: stop.signal };
    const concluded = end.kind === 'ended' ? await conclude(stage, end.workflow) : undefined;
    const exit = end.kind === 'ended' ? concluded!.exit : EXITS[end.kind];
    if (wish.json) process.stdout.write(`${JSON.stringify(resultOf(end, exit, concluded))}\n`);
    return exit;
  } finally {
    person.close();
  }
}
